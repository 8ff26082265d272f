"""What the simulated cameras see, drawn from numbers and encoded as a plain camera would."""
