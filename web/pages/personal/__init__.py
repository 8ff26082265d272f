"""The page of bookmarks."""
