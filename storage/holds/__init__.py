"""What no purge may touch: holds, their links on disk, and leases."""
