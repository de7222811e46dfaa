"""Forges that hand out jobs: where runners are registered, found and removed."""
