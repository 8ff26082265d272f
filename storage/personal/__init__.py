"""What belongs to one person: bookmarks, saved views, favourites, preferences, resume points."""
