"""The processes of an installation: what each is made of, and the parent that keeps them running."""
