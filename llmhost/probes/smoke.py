"""Real questions beside the completion: what a client would ask, and what must be refused."""

import json
import shlex
from http import HTTPStatus

from llmhost.events import Check
from llmhost.host import script
from llmhost.probes.observation import Reply, definitions
from llmhost.spec.deployment import Deployment

_NO_MODEL = "llmhost/no-such-model"


def questions(deployment: Deployment) -> str:
    """A script that asks a running service, each answer on a line of its own."""
    asked = {"messages": [{"role": "user", "content": "Count to three."}], "max_tokens": 16}
    stream = json.dumps({"model": deployment.model.id, **asked, "stream": True})
    unknown = json.dumps({"model": _NO_MODEL, **asked})
    return (
        script.library("facts", "observe")
        + definitions(deployment)
        + f'report stream "$(http_seconds=120 http "$completion" {shlex.quote(stream)})"\n'
        + f'report unknown "$(http_seconds=60 http "$completion" {shlex.quote(unknown)})"\n'
    )


def read(deployment: Deployment, output: str) -> tuple[Check, ...]:
    """What the answers come to."""
    replies = {}
    for line in output.split("\n"):
        key, _, value = line.partition("\t")
        status, _, body = value.partition(" ")
        replies[key] = Reply(int(status) if status.isdecimal() else 0, body)
    absent = Reply(0, "")
    return (
        _stream(replies.get("stream", absent)),
        _unknown(deployment, replies.get("unknown", absent)),
    )


def _stream(reply: Reply) -> Check:
    """Server-sent events with at least one chunk of a choice, ended as the API says."""
    chunks = reply.body.count("data: {")
    good = reply.good and '"choices"' in reply.body and "data: [DONE]" in reply.body
    seen = f"{chunks} chunks" if good else f"{reply.status} {reply.body[:80]}".strip()
    return Check("streaming", "ok" if good else "failed", seen)


def _unknown(deployment: Deployment, reply: Reply) -> Check:
    """A model that is not served must be refused, where the provider refuses at all."""
    if "any_model" in deployment.profile.capabilities:
        return Check("unknown model", "skipped", "the provider answers under any name")
    good = HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Check("unknown model", "ok" if good else "failed", f"answered {reply.status}")
