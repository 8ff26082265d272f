"""The demonstration's past: footage and bookmarks of the weeks before it was started."""
