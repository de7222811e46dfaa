"""Starts the double: `python3 -m hub FOLDER [--port PORT] [--cdn URL]`."""

import argparse
from pathlib import Path

from .server import Hub


def main() -> None:
    """Serves the repositories of a folder until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--cdn", default="", help="large files are fetched there, by redirection")
    asked = parser.parse_args()
    Hub(asked.folder, cdn=asked.cdn, host=asked.host, port=asked.port).serve_forever()


if __name__ == "__main__":
    main()
