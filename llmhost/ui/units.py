"""Numbers as people read them."""

_KILO = 1000
_MINUTE, _HOUR = 60, 3600
_TEN = 10


def size(count: float) -> str:
    """Bytes in decimal units, such as `3.1 GB`."""
    for unit in ("B", "kB", "MB"):
        if count < _KILO:
            return f"{count:.0f} {unit}"
        count /= _KILO
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """A span of time, such as `0.4s`, `48s`, `2m11s`, `1h03m`."""
    if round(seconds, 1) < _TEN:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"


def price(usd_per_hour: float | None) -> str:
    """A price, such as `$2.01 per hour`; empty where there is no bill."""
    return "" if usd_per_hour is None else f"${usd_per_hour:.2f} per hour"


def count(number: int, noun: str) -> str:
    """A number with its noun, such as `1 step`, `3 steps`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
