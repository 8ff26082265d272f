"""Cameras and their streams, their sealed logins, and how each stream is doing."""
