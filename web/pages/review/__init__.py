"""The review page and its help."""
