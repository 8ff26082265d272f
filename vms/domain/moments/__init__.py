"""Moments as people write and read them: typed days and clock times, and the site's time zone."""
