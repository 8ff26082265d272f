"""What is handed over: exports."""
