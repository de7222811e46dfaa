"""How bytes reach a host: scripts run as root, over SSH or on this machine."""
