"""Recording: one owned ffmpeg for each wanted stream, its files published, dated and indexed."""
