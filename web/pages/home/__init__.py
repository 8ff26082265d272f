"""The home page: every camera, and how it is."""
