"""Running ffmpeg: finding it, owning its processes, keeping secrets out of what it says."""
