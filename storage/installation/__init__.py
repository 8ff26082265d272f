"""What an installation is as a whole: its revision, its noted facts, which process serves it."""
