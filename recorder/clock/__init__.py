"""What time it was: from the machine's clock and the files to wall time."""
