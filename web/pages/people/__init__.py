"""Signing in, and the pages of people."""
