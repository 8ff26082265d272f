"""Making files and rows agree again: after a crash, after a lost index, on request."""
