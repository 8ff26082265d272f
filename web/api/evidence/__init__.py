"""Exports and holds for programs."""
