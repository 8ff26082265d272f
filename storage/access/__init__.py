"""People, their sessions, and the audit record of what they did."""
