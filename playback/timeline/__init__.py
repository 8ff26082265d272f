"""What there is and what is missing, over a range of time: cells, lanes, gaps, days, activity."""
