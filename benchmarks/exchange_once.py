"""A whole process that runs one script on a host through llmhost's transport, and nothing else."""

import sys
from pathlib import Path

from llmhost.transport.address import parse_host
from llmhost.transport.ssh import connect


def main() -> int:
    """`exchange_once.py HOST:PORT SCRIPT`."""
    host, script = sys.argv[1:]
    with connect(parse_host(host)) as transport:
        answer = transport.run(Path(script).read_text())
    sys.stdout.write(answer.stdout)
    return answer.exit_status


if __name__ == "__main__":
    sys.exit(main())
