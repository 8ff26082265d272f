"""One stream as a player sees it: its footage, the growing file, playlists, and the bytes behind them."""
