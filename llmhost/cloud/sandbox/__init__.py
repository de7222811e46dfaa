"""A machine on this computer: a container with systemd and sshd, set up like any other host."""
