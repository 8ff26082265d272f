"""The index of footage: segments, runs, coverage, and the queries that read them."""
