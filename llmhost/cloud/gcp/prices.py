"""What a machine type costs in a region, as far as the table knows."""

from llmhost.spec.machines import MachineTable, Price, RegionalPrice


def priced(table: MachineTable, name: str, way: str, region: str) -> tuple[float | None, str]:
    """US dollars per hour and the day of that price; None and "" where it is not known.

    Args:
        table: The machine catalogue.
        name: The machine type.
        way: `on_demand`, `spot` or `flex_start`.
        region: Where.
    """
    kind = table.machines[name]
    if kind.price is None:
        return None, ""
    here = _by_way(kind.price, way)
    if here is None:
        return None, ""
    if region == table.region:
        return here, _date(table, kind.price.source)
    other = table.elsewhere.get(kind.zones)
    there = other and other.prices.get(region)
    yardstick = other and table.machines[other.machine].price
    if not (other and there and yardstick):
        return None, ""
    base, moved = _by_way(yardstick, way), _by_way(there, way)
    if base is None or moved is None:
        return None, ""
    return round(here * moved / base, 6), _date(table, other.source)


def _by_way(price: Price | RegionalPrice, way: str) -> float | None:
    found: float | None = getattr(price, way, None)
    return found


def _date(table: MachineTable, source: str) -> str:
    return table.dates.get(source, table.as_of).isoformat()
