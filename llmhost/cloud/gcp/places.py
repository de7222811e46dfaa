"""Zones, regions and links, as Compute Engine writes them."""


def region_of(zone: str) -> str:
    """The region a zone lies in: `us-central1-a` is in `us-central1`."""
    return zone.rpartition("-")[0]


def last(link: str) -> str:
    """The name at the end of a link, such as the zone of `https://…/zones/us-central1-a`."""
    return link.rstrip("/").rpartition("/")[2]


def part(link: str, collection: str) -> str:
    """The name below a collection in a link or path; empty where it is not in it."""
    words = link.split("/")
    return words[words.index(collection) + 1] if collection in words[:-1] else ""
