"""Makes what the infra machine serves fail, and heals it; for tests of what a user meets then."""

import json
from collections.abc import Mapping
from shlex import quote

from llmhost.cloud.sandbox.engine import Engine
from llmhost.cloud.sandbox.infra.services import CONTAINER
from llmhost.cloud.sandbox.stock.images import reference
from llmhost.cloud.sandbox.stock.models import HUB

FAULTS = "/etc/nginx/faults"
# What Docker Hub says of a private repository: https://distribution.github.io/distribution/spec/api/
DENIED = '{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}'


def fail_repository(engine: Engine, repository: str, how: Mapping[str, object]) -> None:
    """Makes a hub repository fail, as `infra/hub/faults.py` describes; `{}` heals it."""
    home = f"{HUB}/{repository}"
    script = f"mkdir -p {quote(home)} && cat >{quote(home)}/fault.json"
    _run(engine, script, json.dumps(how))


def refuse_image(engine: Engine, image: str, status: int = 403) -> None:
    """Makes the registry refuse an image, whatever its tag, with an HTTP status."""
    path = reference(image).name.partition("/")[2]
    location = f"location ~ ^/v2/{path}/ {{ return {status} '{DENIED}'; }}\n"
    _run(engine, f"cat >{_conf(path)} && nginx -s reload", location)


def serve_image(engine: Engine, image: str) -> None:
    """Makes the registry serve an image again that it refused."""
    path = reference(image).name.partition("/")[2]
    _run(engine, f"rm -f {_conf(path)} && nginx -s reload")


def _conf(path: str) -> str:
    return f"{FAULTS}/{path.replace('/', '-')}.conf"


def _run(engine: Engine, script: str, stdin: str = "") -> None:
    command = ("exec", "--interactive", CONTAINER, "bash", "-c", script)
    engine.run(*command, stdin=stdin.encode())
