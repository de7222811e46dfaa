"""How machines come and go: a cloud is one folder, one driver."""
