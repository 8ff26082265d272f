"""Pictures: one small JPEG every ten seconds of every camera, made off the recording path."""
