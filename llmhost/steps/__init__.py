"""How one thing on a host is brought right: facts in, effects out; pure but for `apply`."""
