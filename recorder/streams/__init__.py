"""Which streams should be recorded, and the task that keeps each one recording."""
