"""Write the tables of `docs/scale.md`: `python -m docs.write_scale`.

Those of the plan come from `patronage.logic.scale`, prices of others from `benchmarks/comparison_paper.py`,
and what was measured from the figures that `make results` keeps in `benchmarks/results.jsonl`.
"""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.comparison_paper import alternatives
from docs.write_results import read_kept
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import Volumes
from patronage.logic.scale.measured import MEASURED
from patronage.logic.scale.plan import plan
from patronage.logic.scale.quotas import quotas
from patronage.logic.scale.shop import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Plans = Sequence[dict[str, Any]]
    Kept = Mapping[str, Mapping[str, Any]]

PAGE = Path(__file__).parent / "scale.md"
END = "<!-- end of {name} -->\n"
BEGIN = "<!-- {name}: written by docs/write_scale.py, do not edit -->\n"

_LINES = ("100k", "1m", "10m", "50m")
"""Order lines of the sizes of `benchmarks/scale.py`, by the names in its figures."""
_HUNGRIEST = 3
"""So many steps of a training are named with their memory."""
_CONTENDERS = (
    ("Patronage, the same work: ingest with its report, RFM, ALS", "", "value"),
    (
        "Patronage, all of `patronage run`: every segmentation, all methods compared, a blend, "
        "lists with reasons",
        "whole_",
        "value",
    ),
    (
        "[implicit](https://github.com/benfred/implicit) {implicit}: ALS with pandas {pandas} scripts",
        "",
        "baseline_value",
    ),
    ("Spark {pyspark} alone: DataFrames and MLlib's ALS, local mode", "spark_", "baseline_value"),
    (
        "[recommenders](https://github.com/recommenders-team/recommenders): SAR with pandas {pandas} scripts",
        "sar_",
        "baseline_value",
    ),
)
"""Who ran in one run, in which figures of `benchmarks/comparison.py`, and on which side of them."""
_OF_THE_FLIP = {
    "load_lookups_a_second": "lookups answered",
    "load_failed_lookups": "lookups and pages that failed",
    "load_mixed_generations": "answers and walks that mixed generations",
    "load_told_apart": "whole answers that the other generation would not have given",
    "load_walks_across_flip": "walks through segments that went on across the flip",
    "load_failed_posts": "posts of events that were refused",
    "load_lost_events": "events accepted that the lake does not hold",
    "load_flip_seconds": "last answer of the old generation, after the flip",
}


def main() -> None:
    """Write the tables anew."""
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), read_kept()), encoding="utf-8")


def page_with(page: str, kept: Iterable[Mapping[str, Any]]) -> str:
    """Return the page with each table between its marks."""
    plans = [plan(customers) for customers in SIZES]
    figures = {each["name"]: each for each in kept}
    tables = {name: table(plans) for name, table in TABLES.items()}
    tables |= {name: _of_subject(figures, *each) for name, each in MEASURED_TABLES.items()}
    for name, text in tables.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, mark, rest = page.partition(begin)
        if not mark:
            raise ValueError(f"docs/scale.md has no mark for {name}")
        page = before + begin + "\n" + text + "\n" + end + rest.partition(end)[2]
    return page


def _shops(plans: Plans) -> str:
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


def _costs(plans: Plans) -> str:
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


def _times(plans: Plans) -> str:
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


def _limits(plans: Plans) -> str:
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


def _quotas(_: Plans) -> str:
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


def _inputs(_: Plans) -> str:
    rows = [(f"{each.value:,g}", each.unit, each.source) for each in MEASURED.values()]
    return _table(("value", "what", "from"), rows)


def _paper(_: Plans) -> str:
    rows = [(each.name, f"{each.usd:,.0f}", each.what, each.source) for each in alternatives()]
    return _table(("", "USD a month", "what is in it", "source"), rows)


def _one_run(kept: Kept) -> str:
    versions = next(iter(kept.values()))["versions"]
    rows = [
        (
            what.format_map(versions),
            *(
                _cell(kept, f"comparison_{beside}{each}", side)
                for each in ("s", "cpu_s", "peak_mb", "ndcg10")
            ),
        )
        for what, beside, side in _CONTENDERS
    ]
    header = ("", "seconds", "CPU seconds", "peak MB", "NDCG@10")
    return _table(header, rows)


def _measured(kept: Kept) -> str:
    sizes = [size for size in _LINES if f"scale_ingest_{size}_s" in kept]
    rows = []
    for stage in ("ingest", "segmentation", "training", "publish"):
        of_size = [f"scale_{stage}_{size}" for size in sizes]
        rows.append(
            (
                stage,
                *(_cell(kept, f"{each}_s") for each in of_size),
                _cell(kept, f"scale_{stage}_exponent"),
                *(
                    " / ".join(filter(None, (_cell(kept, f"{each}_{what}") for each in of_size)))
                    for what in ("peak_mb", "written_mb", "spilled_mb", "write_units")
                ),
                " / ".join(
                    filter(None, (_rate(kept, f"{each}_write_units", f"{each}_s") for each in of_size))
                ),
            )
        )
    totals = (_cell(kept, f"scale_total_{size}_s") for size in sizes)
    rows.append(("all", *totals, "", _cell(kept, "scale_total_10m_peak_mb"), *[""] * 4))
    header = (
        *("", *(f"{size}: s" for size in sizes), "exponent", "peak MB", "written MB", "spilled MB"),
        *("write units", "write units/s"),
    )
    return _table(header, rows)


def _memory(kept: Kept) -> str:
    hungriest = sorted(kept.values(), key=lambda line: -line["value"])[:_HUNGRIEST]
    rows = [
        (
            f"`{line['name'].removeprefix('memory_').removesuffix('_10m_mb')}`",
            _figure(line["value"]),
            _figure(line["baseline_value"]),
        )
        for line in hungriest
    ]
    return _table(("step", "peak MB", "MB of a function"), rows)


def _flip(kept: Kept) -> str:
    phases = ("before", "during", "after")
    times = [
        (
            f"{what}, {of_them}",
            *(_cell(kept, f"load_lookup_{share}_ms_{phase}", side) for phase in phases),
        )
        for share, of_them in (("p50", "half of them"), ("p99", "99 of 100"))
        for what, side in (("a lookup", "value"), ("`GET /health`, which reads nothing", "baseline_value"))
    ]
    counted = [(what, _counted(kept[name])) for name, what in _OF_THE_FLIP.items() if name in kept]
    return _table(("ms", *phases), times) + "\n" + _table(("over all three", "measured"), counted)


def _counted(line: Mapping[str, Any]) -> str:
    beside = "" if line["baseline"] == "none" else f"; {line['baseline']}: {_figure(line['baseline_value'])}"
    return f"{_figure(line['value'])} {line['unit']}{beside}"


TABLES: dict[str, Callable[[Plans], str]] = {
    "shops": _shops,
    "costs": _costs,
    "times": _times,
    "limits": _limits,
    "alternatives": _paper,
    "quotas": _quotas,
    "inputs": _inputs,
}
MEASURED_TABLES: dict[str, tuple[str, Callable[[Kept], str]]] = {
    "one run": ("comparison", _one_run),
    "measured": ("scale", _measured),
    "memory": ("memory", _memory),
    "flip": ("load", _flip),
}
"""What is written from the figures of a subject that are kept; a cell of one that is not is empty."""


def _of_subject(kept: Kept, subject: str, write: Callable[[Kept], str]) -> str:
    """Write the figures of a subject, below their command, days and machines."""
    measured = {name: line for name, line in kept.items() if line["subject"] == subject}
    if not measured:
        return f"Not measured yet: `make results NAME={subject}`.\n"
    told = (" and ".join(sorted({line[name] for line in measured.values()})) for name in ("date", "machine"))
    return f"`make bench NAME={subject}`, {', '.join(told)}:\n\n{write(measured)}"


def _cell(kept: Kept, name: str, side: str = "value") -> str:
    """Write a figure, or the peer's beside it; nothing where it is not kept, or the peer could not run."""
    line = kept.get(name)
    if line is None or (side == "baseline_value" and line["baseline"].endswith(", not here")):
        return ""
    return _figure(line[side])


def _rate(kept: Kept, units: str, seconds: str) -> str:
    if units not in kept or seconds not in kept:
        return ""
    return _figure(kept[units]["value"] / kept[seconds]["value"])


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _by_size(corner: str, rows: Iterable[Sequence[str]], plans: Plans) -> str:
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
