"""This machine: settings, clock, logs, locks, keys and the signal to stop."""
