"""One frozen revision of the schema per file; each runs once on every installation, in the order of its number."""
