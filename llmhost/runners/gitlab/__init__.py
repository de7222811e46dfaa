"""GitLab: runners of projects and groups."""
