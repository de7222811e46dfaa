"""GitHub: just-in-time runners of repositories and organisations."""
