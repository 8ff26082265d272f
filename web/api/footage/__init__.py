"""Cameras, timelines, playlists, media and pictures for programs."""
