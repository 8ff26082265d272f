"""Health and metrics, for the programs that watch this one."""
