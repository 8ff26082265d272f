"""The pages of exports and holds."""
