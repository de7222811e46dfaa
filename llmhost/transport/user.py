"""Who runs this, by name."""

import getpass
import os


def user_name() -> str:
    """The user's name; the number where none goes with it, as in a container run with `--user`."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # what Python up to 3.12 raises, and what it raises from 3.13 on
        return str(os.getuid())
