"""The pages of cameras: list, form, test."""
