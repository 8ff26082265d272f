"""Correcting the times of stored footage after the machine's clock was wrong."""
