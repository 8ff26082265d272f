"""Disks: registered volumes, the access to their files by descriptor, where files lie."""
