"""Deletion by retention: plan, guards, the move to garbage, unlinking."""
