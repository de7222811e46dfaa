"""Every rendered file, read by the programs of a real host in the versions llmhost installs."""

import io
import tarfile

import pytest

from llmhost.cloud.sandbox.records import container_of
from tests.integration.bench import Bench
from tests.integration.served import Served
from tests.render.cases import GOLDEN

pytestmark = pytest.mark.sandbox

_BREAK = "sed -i s/^services:/servces:/ */etc/llmhost/*/compose.yaml"
# Says nothing about what is good, and a line for each complaint.
_READ = """
cd "$(mktemp -d)" && tar -x || exit
for case in *; do
  for file in "$case"/etc/llmhost/*/compose.yaml; do
    [[ ! -e $file ]] || docker compose --project-directory "${file%/*}" config --quiet
  done |& sed "s/^/$case: /"
  file=$case/etc/docker/daemon.json
  [[ ! -e $file ]] || dockerd --validate --config-file "$file" 2>&1
done | sed '/^configuration OK$/d'
"""


def test_docker_and_compose_of_a_real_host_read_everything_that_is_rendered(
    served: Served, bench: Bench
) -> None:
    into = ("exec", "-i", container_of(served.name), "bash", "-c")
    assert bench.engine.run(*into, _READ, stdin=_golden()) == ""
    broken = _READ.replace("tar -x", f"tar -x && {_BREAK}")
    assert "servces" in bench.engine.run(*into, broken, stdin=_golden())


def _golden() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(GOLDEN, ".")
    return archive.getvalue()
