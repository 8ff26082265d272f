"""From a finished file to its row: examined, dated, published, synced, committed."""
