"""Write the tables of `docs/scale.md` from `patronage.logic.scale`: `python -m docs.write_scale`."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.comparison_paper import alternatives
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import Volumes
from patronage.logic.scale.measured import MEASURED
from patronage.logic.scale.plan import plan
from patronage.logic.scale.quotas import quotas
from patronage.logic.scale.shop import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PAGE = Path(__file__).parent / "scale.md"
END = "<!-- end of {name} -->\n"
BEGIN = "<!-- {name}: written by docs/write_scale.py, do not edit -->\n"


def main() -> None:
    """Write the tables anew."""
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page_with(page: str) -> str:
    """Return the page with each table between its marks."""
    plans = [plan(customers) for customers in SIZES]
    for name, table in TABLES.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, mark, rest = page.partition(begin)
        if not mark:
            raise ValueError(f"docs/scale.md has no mark for {name}")
        page = before + begin + "\n" + table(plans) + "\n" + end + rest.partition(end)[2]
    return page


def _shops(plans: Sequence[dict[str, Any]]) -> str:
    rows = [
        (what, *(_count(each["volumes"][name]) for each in plans))
        for what, name in (
            ("products", "products"),
            ("orders a month", "orders"),
            ("order lines a month", "order_lines"),
            ("events a month", "events"),
            ("lookups a month", "lookups"),
        )
    ]
    rows.append(
        ("order lines kept, 24 months", *(_count(Volumes(**each["volumes"]).kept_lines) for each in plans))
    )
    rows.append(("lookups a second at the peak", *(_count(each["traffic"]["lookups"]) for each in plans)))
    rows.append(
        ("environments of `lookup` then", *(_count(each["traffic"]["environments"]) for each in plans))
    )
    rows.append(("engine", *(each["engine"] for each in plans)))
    return _by_size("", rows, plans)


def _costs(plans: Sequence[dict[str, Any]]) -> str:
    parts = plans[0]["usd"]
    rows = [
        (f"**{part}**" if part == "month" else part, *(f"{each['usd'][part]:,.0f}" for each in plans))
        for part in parts
    ]
    rows.append(
        (
            "a thousand customers",
            *(f"{1000 * each['usd']['month'] / each['volumes']['customers']:,.2f}" for each in plans),
        )
    )
    return _by_size("USD a month", rows, plans)


def _times(plans: Sequence[dict[str, Any]]) -> str:
    rows = []
    for kind, run in plans[0]["runs"].items():
        rows += [
            (f"{kind}: {stage}", *(_time(each["runs"][kind]["stages"][stage]) for each in plans))
            for stage in run["stages"]
        ]
        rows.append((f"**{kind}**", *(_time(each["runs"][kind]["seconds"]) for each in plans)))
        rows.append(
            ("vCPUs that would do", *(_whole(each["runs"][kind]["needed_vcpus"]) for each in plans)),
        )
        rows.append(
            (
                "shards at once that would do",
                *(_whole(each["runs"][kind]["needed_at_once"]) for each in plans),
            ),
        )
    return _by_size("as deployed", rows, plans)


def _limits(plans: Sequence[dict[str, Any]]) -> str:
    rows = []
    for place, limit in enumerate(plans[-1]["limits"]):
        found = [each["limits"][place] for each in plans]
        most = f"{_amount(limit['most'], limit['unit'])} {limit['unit'].removeprefix('s ')}"
        rows.append((f"[{limit['name']}](#{_anchor(limit['name'])})", most, *map(_asked, found)))
    sizes = [_count(each["volumes"]["customers"]) for each in plans]
    return _table(("limit", "there is", *sizes), rows)


def _asked(limit: dict[str, Any]) -> str:
    share, asked = limit["share"], _amount(limit["asked"], limit["unit"])
    if share > 1:
        return f"**{asked}, {share:,.1f} times**"
    return f"{asked}, {'under 1' if share < 0.005 else f'{share:.0%}'.rstrip('%')} %"


def _quotas(_: Sequence[dict[str, Any]]) -> str:
    allowed = quotas()
    rows = [
        (f"`{name}`", _count(each.value), each.unit, each.raised, _linked(each.source))
        for name, each in allowed.by_name.items()
    ]
    rows += [
        (f"`{name}`", f"${each.usd}", each.unit, "", _linked(each.source))
        for name, each in allowed.prices.items()
    ]
    tiers = ", ".join(f"${usd}" for _, usd in allowed.api_tiers)
    rows.append(("API requests", tiers, "a million, by tier", "", _linked(allowed.api_tiers_source)))
    read = f"Read on {allowed.read_on}, {allowed.region}; all other prices: {list_prices().read_on}.\n\n"
    return read + _table(("name", "value", "of what", "can be raised", "source"), rows)


def _inputs(_: Sequence[dict[str, Any]]) -> str:
    rows = [(f"{each.value:,g}", each.unit, each.source) for each in MEASURED.values()]
    return _table(("value", "what", "from"), rows)


def _paper(_: Sequence[dict[str, Any]]) -> str:
    rows = [(each.name, f"{each.usd:,.0f}", each.what, each.source) for each in alternatives()]
    return _table(("", "USD a month", "what is in it", "source"), rows)


TABLES: dict[str, Callable[[Sequence[dict[str, Any]]], str]] = {
    "shops": _shops,
    "costs": _costs,
    "times": _times,
    "limits": _limits,
    "alternatives": _paper,
    "quotas": _quotas,
    "inputs": _inputs,
}


def _by_size(corner: str, rows: Iterable[Sequence[str]], plans: Sequence[dict[str, Any]]) -> str:
    sizes = [f"{_count(each['volumes']['customers'])} customers" for each in plans]
    return _table((corner, *sizes), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _linked(source: str) -> str:
    return re.sub(r"https://\S+", r"[page](\g<0>)", source)


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-").replace("'", "")


def _count(value: float) -> str:
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{float(f'{value / size:.3g}'):,g} {name}"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def _whole(value: float) -> str:
    return _count(max(1, ceil(value)))


def _amount(value: float, unit: str) -> str:
    return _time(value) if unit.startswith("s ") else _count(value)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86_400:.1f} days"


if __name__ == "__main__":
    main()
