"""What would change: pure comparisons of what is wanted with what was observed."""
