"""Bookmarks, views, favourites, preferences and resume points for programs."""
