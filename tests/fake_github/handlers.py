"""What each operation does and answers."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tests.fake_github.description import example
from tests.fake_github.gate import BAD, NOT_FOUND, Answer, app_of, may_manage, may_see, token_of
from tests.fake_github.world import Group, Runner, Token, World, jit_config

Json = Any
Handler = Callable[[World, str, Mapping[str, str], Mapping[str, str], Json, str], Answer]


def answer(  # noqa: PLR0911, PLR0913, PLR0917  a table; all that a request says
    world: World,
    operation: str,
    values: Mapping[str, str],
    query: Mapping[str, str],
    body: Json,
    authorization: str,
    root: str,
) -> Answer:
    """Does what an operation does, for one who may."""
    place = values.get("org") or f"{values.get('owner')}/{values.get('repo')}"
    if operation.startswith("apps/"):
        return _app(world, operation, place, body, authorization)
    token = token_of(world, authorization)
    if token is None:
        return BAD
    if operation == "repos/get":
        return may_see(world, token, place) or _repository(world, place)
    if no := may_manage(world, token, place):
        return no
    what = operation.removeprefix("actions/")
    if what.startswith("list-self-hosted-runner-groups"):
        groups = [_group(one) for one in world.groups]
        return Answer(200, {"total_count": len(groups), "runner_groups": groups})
    if what.startswith("list-runner-applications"):
        return Answer(200, [_application(world, root, arch) for arch in ("x64", "arm64")])
    if what.startswith("generate-runner-jitconfig"):
        return _enrolled(world, place, body, root)
    if what.startswith("list-self-hosted-runners"):
        return _listed(world, place, query)
    return _one(world, what, place, int(values["runner_id"]))


def _repository(world: World, place: str) -> Answer:
    public = world.places[place]
    visibility = "public" if public else "private"
    fields = {"full_name": place, "private": not public, "visibility": visibility}
    return Answer(200, example("full-repository", **fields))


def _listed(world: World, place: str, query: Mapping[str, str]) -> Answer:
    found = [one for one in world.at(place) if query.get("name", one.name) == one.name]
    size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
    shown = found[(page - 1) * size : page * size]
    return Answer(200, {"total_count": len(found), "runners": [_runner(one) for one in shown]})


def _enrolled(world: World, place: str, body: Json, root: str) -> Answer:
    name, group = body["name"], body["runner_group_id"]
    if group not in {one.id for one in world.groups}:
        return NOT_FOUND
    if any(one.name == name for one in world.at(place)):
        text = f"Already exists - A runner with the name {name} already exists."
        return Answer(409, {"message": text})
    made = world.enrol(place, name, tuple(body["labels"]), group)
    said = {"runner": _runner(made), "encoded_jit_config": jit_config(made, f"{root}/_service")}
    return Answer(201, said)


def _one(world: World, what: str, place: str, number: int) -> Answer:
    found = next((one for one in world.at(place) if one.id == number), None)
    if found is None:
        return NOT_FOUND
    if what.startswith("get-"):
        return Answer(200, _runner(found))
    if found.busy:
        text = f'Runner "{found.name}" is still running a job'
        return Answer(422, {"message": text, "documentation_url": "https://docs.github.com/rest"})
    world.runners.remove(found)
    return Answer(204)


def _app(world: World, operation: str, place: str, body: Json, authorization: str) -> Answer:
    app = app_of(world, authorization)
    if app is None:
        return Answer(401, {"message": "A JSON web token could not be decoded"})
    installed = world.apps[app][1]
    if operation != "apps/create-installation-access-token":
        if place not in installed:
            return NOT_FOUND
        return Answer(200, example("installation", id=4711))
    asked = body["permissions"]
    wanted = {f"acme/{name}" for name in body.get("repositories", ())} or {"acme"}
    needed = "administration" if "repositories" in body else "organization_self_hosted_runners"
    manages = wanted & installed if asked.get(needed) == "write" else frozenset()
    value = f"ghs_{secrets.token_hex(20)}"
    world.tokens[value] = Token("installation", frozenset(manages), expires=world.now() + 3600)
    return Answer(201, {"token": value, "expires_at": "2026-11-20T13:00:00Z"})


def _runner(of: Runner) -> Json:
    return {
        "id": of.id,
        "runner_group_id": of.group,
        "name": of.name,
        "os": "linux" if of.version else "unknown",
        "status": "online" if of.online else "offline",
        "busy": of.busy,
        "labels": [{"id": 7, "name": label, "type": "custom"} for label in of.labels],
        "ephemeral": True,
        "version": of.version or None,
    }


def _group(of: Group) -> Json:
    return example(
        "runner-groups-org",
        id=of.id,
        name=of.name,
        default=of.default,
        allows_public_repositories=of.public,
    )


def _application(world: World, root: str, arch: str) -> Json:
    name = f"actions-runner-linux-{arch}-{world.version}.tar.gz"
    return {
        "os": "linux",
        "architecture": arch,
        "download_url": f"{root}/_download/{name}",
        "filename": name,
        "sha256_checksum": world.checksum,
    }
