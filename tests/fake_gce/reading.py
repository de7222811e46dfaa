"""Reading calls, the same for every kind of resource: get, list and aggregatedList."""

import base64
import binascii
from collections.abc import Callable, Iterable

from tests.fake_gce.call import Call
from tests.fake_gce.catalogue import catalogue
from tests.fake_gce.discovery import discovery
from tests.fake_gce.faults import NoDefaultNetwork
from tests.fake_gce.filters import matcher
from tests.fake_gce.names import SITE, Key
from tests.fake_gce.offered import offered
from tests.fake_gce.refusal import invalid_field, not_found
from tests.fake_gce.world import Body, Thing, World

_PAGE = 500

# A resource kind can be shown differently from how it is kept.
View = Callable[[World, Thing], Body]


def get(world: World, call: Call, view: View) -> Body:
    """One resource, by its name or its identifier."""
    key = Key(call.project, kept_as(call), call.scope, call.name)
    for thing in _seen(world, call):
        if thing.key.scope == key.scope and call.name in {thing.key.name, thing.body.get("id")}:
            return view(world, thing)
    raise not_found(key)


def list_(world: World, call: Call, view: View) -> Body:
    """The resources of one scope, a page at a time."""
    inside = [thing for thing in _seen(world, call) if thing.key.scope == call.scope]
    things, token = _page(inside, call, lambda thing: view(world, thing))
    answer: Body = {
        "kind": _kind(call),
        "id": f"projects/{call.project}/{call.scope}/{kept_as(call)}",
        "selfLink": f"{SITE}projects/{call.project}/{call.scope}/{kept_as(call)}",
    }
    if things:
        answer["items"] = [view(world, thing) for thing in things]
    return answer | ({"nextPageToken": token} if token else {})


def aggregated_list(world: World, call: Call, view: View) -> Body:
    """The resources of all scopes; those without any on this page say so."""
    things, token = _page(list(_seen(world, call)), call, lambda thing: view(world, thing))
    by_scope: dict[str, list[Body]] = {scope: [] for scope in _scopes(call)}
    for thing in things:
        by_scope.setdefault(thing.key.scope, []).append(view(world, thing))
    plural = kept_as(call)
    items = {
        scope: {plural: bodies} if bodies else {"warning": _nothing(scope)}
        for scope, bodies in by_scope.items()
    }
    answer: Body = {
        "kind": _kind(call),
        "id": f"projects/{call.project}/aggregated/{plural}",
        "selfLink": f"{SITE}projects/{call.project}/aggregated/{plural}",
        "items": items,
    }
    return answer | ({"nextPageToken": token} if token else {})


def usable_subnetworks(world: World, call: Call) -> Body:
    """`subnetworks.listUsable`, which shows subnetworks in a form of its own."""
    things, token = _page(list(_seen(world, call)), call, lambda thing: thing.body)
    answer: Body = {"kind": _kind(call), "items": [_usable(thing) for thing in things]}
    return answer | ({"nextPageToken": token} if token else {})


def kept_as(call: Call) -> str:
    """The collection a call reads: operations are kept together, whatever their scope."""
    return "operations" if call.collection.endswith("Operations") else call.collection


def _seen(world: World, call: Call) -> Iterable[Thing]:
    collection = kept_as(call)
    no_default = collection in {"networks", "subnetworks"} and world.script.take(
        NoDefaultNetwork, call
    )
    yield from offered(call.project, collection).values()
    for thing in list(world.of(call.project, collection)):
        if not thing.hidden and not (no_default and thing.key.name == "default"):
            yield thing


def _page(
    things: list[Thing], call: Call, body: Callable[[Thing], Body]
) -> tuple[list[Thing], str]:
    """The things on the page that is asked for, and the token of the next one."""
    matches = matcher(call.query.get("filter", ""))
    kept = [thing for thing in things if matches(body(thing))]
    kept.sort(key=lambda thing: (thing.key.scope, thing.key.name))
    match call.query.get("orderBy", "name"):
        case "name":
            pass
        case "creationTimestamp desc":
            kept.sort(key=lambda thing: int(thing.body["id"]), reverse=True)
        case other:
            raise invalid_field("orderBy", other, "Unsupported order.")
    start = _offset(call.query.get("pageToken", ""), kept)
    end = start + (int(call.query.get("maxResults", _PAGE)) or _PAGE)
    return kept[start:end], _token(kept[end - 1]) if end < len(kept) else ""


def _token(thing: Thing) -> str:
    return base64.urlsafe_b64encode(f"{thing.key.scope} {thing.key.name}".encode()).decode()


def _offset(token: str, things: list[Thing]) -> int:
    """Behind the thing a token names, wherever that is or was."""
    if not token:
        return 0
    try:
        scope, name = base64.urlsafe_b64decode(token).decode().split(" ")
    except (binascii.Error, ValueError):
        raise invalid_field("pageToken", token, "The page token is invalid.") from None
    return sum((thing.key.scope, thing.key.name) <= (scope, name) for thing in things)


def _kind(call: Call) -> str:
    schema = discovery().schemas[call.method.response]
    kind: str = schema["properties"]["kind"]["default"]
    return kind


def _scopes(call: Call) -> tuple[str, ...]:
    """The scopes a kind of resource can have; disks are zonal and regional, as Google's are."""
    zones = tuple(f"zones/{zone}" for zone in catalogue().zones)
    regions = tuple(f"regions/{region}" for region in catalogue().regions)
    match kept_as(call):
        case "addresses":
            return ("global", *regions)
        case "routers" | "subnetworks":
            return regions
        case "disks":
            return (*zones, *regions)
        case "operations":
            return ("global", *regions, *zones)
    return zones


def _nothing(scope: str) -> Body:
    return {
        "code": "NO_RESULTS_ON_PAGE",
        "message": f"There are no results for scope '{scope}' on this page.",
        "data": [{"key": "scope", "value": scope}],
    }


def _usable(thing: Thing) -> Body:
    shown = ("network", "ipCidrRange", "purpose", "stackType")
    return {
        "subnetwork": thing.key.link,
        **{name: thing.body[name] for name in shown if name in thing.body},
    }
