"""Siring, a video management system: the shared domain, the processes and the command line."""
