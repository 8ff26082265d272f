"""What no purge may touch: holds, their second names on disk, and leases."""
