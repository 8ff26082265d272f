"""Writing a clip: which samples of which files, copied bit for bit into one MP4."""
