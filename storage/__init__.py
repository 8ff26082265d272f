"""The index of footage and everything else that is remembered: SQL lives here and nowhere else."""
