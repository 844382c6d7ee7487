"""Run benchmarks, keep their figures, and write the tables of docs/results.md from all that are kept.

``make results`` runs every benchmark, which takes hours; ``make results NAME="claims skeleton"`` those named,
``make results NAME=claims ONLY=churn_auc_90d`` one figure, ``make results ARGS=--no-run`` none. Figures are
kept in ``benchmarks/results.jsonl``; a run replaces those that it measured and leaves the others.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.__main__ import SUBJECTS, protocol_of
from benchmarks.comparison_paper import CUSTOMERS, LOOKUPS, alternatives
from docs.published import LOOKED_UP_ON, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "results.jsonl"
PAGE = ROOT / "docs" / "results.md"
BEGIN = "<!-- {name}: written by docs/write_results.py, do not edit -->\n"
END = "<!-- end of {name} -->\n"
NOT_MEASURABLE = "not measurable without live traffic"
PACKAGES = {
    "boto3": "boto3",
    "duckdb": "duckdb",
    "implicit": "implicit",
    "lifetimes": "lifetimes",
    "numpy": "numpy",
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "pyspark": "pyspark",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "statsmodels": "statsmodels",
}
"""What peers are made of: the package of each module."""

_ACCURACY = {
    "AUC", "HR@10", "NDCG@10", "NDCG@20", "RMSE", "adjusted Rand index", "days", "ndcg_at_10", "places",
    "recall@20", "share", "silhouette",
}  # fmt: skip
_COST = {"USD", "bytes", "write units"}
_ESTIMATES = "cdnow_"
LESS, MORE, ONE, NEITHER = "less", "more", "1", ""
_BY_NAME = {
    r"cdnow_|plan_|churn_share_|found_share_one_look|load_lookups_a_second": ONE,
    r"champions_\w+_share|load_walks_": NEITHER,
    r"found_share|load_told_apart": MORE,
    r"\w+_churn_|\w*false_alarm_share|load_|memory_": LESS,
}
"""Which way is better of figures whose unit does not tell; the first that a name begins with counts."""
_BY_UNIT = {
    LESS: _COST | {
        "KB", "KB gzipped", "MB", "RMSE", "days", "exponent", "ms", "ms of CPU", "pairs", "s", "s of CPU",
        "squared distance",
    },
    MORE: {
        "AUC", "HR@10", "NDCG@10", "NDCG@20", "adjusted Rand index", "ndcg_at_10", "places", "recall@20",
        "rows/s", "silhouette",
    },
}  # fmt: skip
_NAMED = 6
"""So many figures of a subject that is not measured are named, the others counted."""


class Claim(NamedTuple):
    """A figure that projects of this kind usually state; ours where it can be measured here.

    Parameters
    ----------
    what : str
        What they state.
    figure : str
        The name of ours; empty where none can be measured without live traffic.
    instead : str
        Of those, the command that measures it in a shop of your own.
    """

    what: str
    figure: str = ""
    instead: str = ""


CLAIMS = (
    Claim("RMSE of collaborative filtering", "ml100k_item_cf_rmse"),
    Claim("RMSE of content-based filtering", "ml100k_content_rmse"),
    Claim("RMSE of the hybrid", "ml100k_hybrid_rmse"),
    Claim("champions' share of the customers", "champions_customer_share"),
    Claim("champions' share of the revenue", "champions_revenue_share"),
    Claim("churn of at-risk customers, 90 days", "at_risk_churn_90d"),
    Claim("churn of at-risk customers, 180 days", "at_risk_churn_180d"),
    Claim("validity of clusters: silhouette", "kmeans_silhouette"),
    Claim("validity of clusters: stability", "kmeans_stability"),
    Claim("validity of RFM segments: silhouette", "rfm_silhouette"),
    Claim("click-through of recommendations", instead="patronage effectiveness"),
    Claim("lift of conversion", instead="patronage experiments results"),
    Claim("lift of revenue", instead="patronage experiments results"),
)


def main() -> int:
    """Run what is asked for, keep it, and write the page."""
    parser = argparse.ArgumentParser(prog="make results")
    parser.add_argument("names", nargs="*", metavar="NAME", help="subjects; by default all")
    parser.add_argument("--only", default="", help="figures of one subject, with commas")
    parser.add_argument("--no-run", action="store_true", help="write the page of what is kept")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(SUBJECTS):
        parser.error(f"no subject is called {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    failed = (
        [] if asked.no_run else [name for name in asked.names or SUBJECTS if not measure(name, asked.only)]
    )
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), read_kept()), encoding="utf-8")
    if failed:
        sys.stderr.write(f"ended with an error; what was printed before is kept: {', '.join(failed)}\n")
    return 1 if failed else 0


def measure(subject: str, only: str) -> bool:
    """Run a subject's benchmarks and keep each figure as it comes; say whether it ended well."""
    command = [sys.executable, "-m", "benchmarks", subject, *(["--only", only] if only else [])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        for line in running.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            told = {**json.loads(line), **circumstances(subject)}
            KEPT.write_text(with_line(KEPT.read_text(encoding="utf-8"), told), encoding="utf-8")
    return running.returncode == 0


def circumstances(subject: str) -> dict[str, Any]:
    """Return what a figure is to be read with: the subject, the day, the machine's class, the versions."""
    return {
        "subject": subject,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine_class(),
        "versions": versions_of(subject),
    }


def machine_class() -> str:
    """Say how large the machine is, and nothing that names it."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{len(os.sched_getaffinity(0))} cores, {gigabytes:.0f} GB"


def versions_of(subject: str) -> dict[str, str]:
    """Return the versions of Patronage and of the packages that a subject's files import."""
    files = (ROOT / "benchmarks").glob(f"{subject}*.py")
    named = {PACKAGES[root] for file in files for root in _imported(file) if root in PACKAGES}
    return {name: _version(name) for name in ("patronage", *sorted(named))}


def with_line(kept: str, told: Mapping[str, Any]) -> str:
    """Return the lines that are kept with one figure's put in the place of its last."""
    by_name = {each["name"]: each for each in map(json.loads, kept.splitlines())}
    by_name[told["name"]] = dict(told)
    lines = sorted(by_name.values(), key=lambda each: (each["subject"], each["name"]))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_kept() -> list[dict[str, Any]]:
    """Read the figures that are kept."""
    return [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]


def page_with(page: str, kept: Sequence[Mapping[str, Any]]) -> str:
    """Return the page with each part between its marks."""
    for name, text in _parts(kept).items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, mark, rest = page.partition(begin)
        if not mark:
            raise ValueError(f"docs/results.md has no mark for {name}")
        page = before + begin + "\n" + text + "\n" + end + rest.partition(end)[2]
    return page


def command_of(line: Mapping[str, Any]) -> str:
    """Return the command that measures a figure again."""
    return f"make bench NAME={line['subject']} ONLY={line['name']}"


def better(line: Mapping[str, Any]) -> str:
    """Say whether less or more is better of a figure, or a ratio of 1; nothing where neither is."""
    for beginning, way in _BY_NAME.items():
        if re.match(beginning, line["name"]):
            return way
    return next((way for way, units in _BY_UNIT.items() if line["unit"] in units), NEITHER)


def _parts(kept: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    of_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in kept:
        of_kind[_kind(line)].append(line)
    parts = {kind: _by_subject(of_kind[kind]) for kind in ("accuracy", "speed and memory", "cost")}
    of_claims = _claims({line["name"]: line for line in kept})
    return {
        "claims": of_claims,
        **parts,
        "peers' costs": _peers_costs(),
        "sources": _sources(),
        "missing": _missing(kept),
        "versions": _versions(kept),
    }


def _kind(line: Mapping[str, Any]) -> str:
    if line["unit"] in _COST:
        return "cost"
    is_accuracy = line["unit"] in _ACCURACY or line["name"].startswith(_ESTIMATES)
    return "accuracy" if is_accuracy else "speed and memory"


def _claims(by_name: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for claim in CLAIMS:
        if claim.instead:
            rows.append((claim.what, NOT_MEASURABLE, "", "", f"in your shop: `{claim.instead}`"))
        elif claim.figure in by_name:
            line = by_name[claim.figure]
            rows.append((claim.what, _value(line), _beside(line), better(line), f"`{command_of(line)}`"))
    return _table(("what is usually claimed", "ours", "beside", "better", "command"), rows)


def _by_subject(lines: Iterable[Mapping[str, Any]]) -> str:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        found[line["subject"]].append(line)
    return "\n".join(_subject(name, found[name]) for name in sorted(found))


def _subject(subject: str, lines: Sequence[Mapping[str, Any]]) -> str:
    module = importlib.import_module(f"benchmarks.{subject}")
    protocols = dict.fromkeys(protocol_of(module.FIGURES[line["name"]]) for line in lines)
    rows = [
        (
            f"`{line['name']}`",
            _value(line),
            _beside(line),
            _ratio(line),
            better(line),
            line["date"],
            f"`{command_of(line)}`",
        )
        for line in lines
    ]
    header = ("figure", "ours", "beside", "ratio", "better", "measured", "command")
    return f"### {subject}\n\n" + "\n\n".join(protocols) + "\n\n" + _table(header, rows)


def _peers_costs() -> str:
    rows = [(each.name, f"{each.usd:,.0f}", each.what, each.source) for each in alternatives()]
    told = (
        f"A month of {CUSTOMERS:,} customers and {LOOKUPS:,} lookups at list prices, worked out by "
        "`benchmarks/comparison_paper.py`; this table is written anew by `make results ARGS=--no-run`."
    )
    return f"{told}\n\n" + _table(("", "USD a month", "what is in it", "source"), rows)


def _sources() -> str:
    rows = [
        (
            each.peer,
            ", ".join(f"`{name}`" for name in each.figures),
            each.source,
            each.protocol,
            each.differs,
            each.looked_up,
        )
        for each in SOURCES
    ]
    header = ("peer", "beside", "source", "how it was measured there", "how ours differs", "looked up")
    return f"Looked up on {LOOKED_UP_ON}.\n\n" + _table(header, rows)


def _missing(kept: Iterable[Mapping[str, Any]]) -> str:
    """List what there are benchmarks of and no figure yet."""
    measured = {line["name"] for line in kept}
    rows = []
    for subject in SUBJECTS:
        figures = importlib.import_module(f"benchmarks.{subject}").FIGURES
        names = [name for name in figures if name not in measured]
        if names:
            told = ", ".join(f"`{name}`" for name in names[:_NAMED])
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            rows.append((subject, f"{told}{more}", f"`make results NAME={subject}`"))
    return _table(("subject", "figures", "command"), rows) if rows else "None: every figure is measured.\n"


def _versions(kept: Iterable[Mapping[str, Any]]) -> str:
    found: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for line in kept:
        told = ", ".join(f"{name} {number}" for name, number in line["versions"].items())
        found[line["subject"], line["date"], line["machine"], told].append(line["name"])
    return _table(("subject", "measured", "on", "with"), sorted(found))


def _value(line: Mapping[str, Any]) -> str:
    return f"{_number(line['value'])} {line['unit']}"


def _beside(line: Mapping[str, Any]) -> str:
    told = str(line["baseline"]).replace("|", "\\|")
    return f"{_number(line['baseline_value'])} ({told})" if told != "none" else ""


def _ratio(line: Mapping[str, Any]) -> str:
    return "" if line["ratio"] is None or line["baseline"] == "none" else f"{line['ratio']:,.3g}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
