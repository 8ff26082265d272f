"""One ffmpeg from start to end: its command line, its output, the files that it writes."""
