"""Drift of 18 features of 1 million customers, against pandas and SciPy on the same Parquet files.

How often a report is wrong is counted on drawn columns in which nothing moves.

Both read a file a side, and find of each feature the change of its missing share, the population stability
index over ten quantile bins of the reference, and the Kolmogorov-Smirnov or chi-squared test. Ours counts
numbers in fine bins, as a run of monitoring does, so that what passes from the function with DuckDB to that
with SciPy stays small; the peer sorts every value. Distances and indices may differ by 0.01 at most.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats

from benchmarks.figures import Figure, median_seconds
from patronage.engines.duckdb import DuckEngine
from patronage.logic.drift.columns import Column, judge_column
from patronage.logic.drift.judge import DRIFT, WARN
from patronage.logic.drift.options import DriftOptions
from patronage.settings import Shop
from patronage.steps.monitor.drift_counts import count_columns, held_together

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS = 1_000_000
_OPTIONS = DriftOptions()
_DRAWN = {
    "whole": "CAST(FLOOR(-LN(1 - {u}) * {scale}) AS BIGINT)",
    "money": "CAST(EXP(7 + 1.5 * SQRT(-2 * LN(1 - {u})) * COS(2 * PI() * {v})) * {scale} AS FLOAT)",
    "share": "CAST(CASE WHEN {v} < 0.4 THEN 0 WHEN {v} < 0.9 THEN {u} END AS FLOAT)",
    "word": "['web', 'app', 'shop', 'phone'][1 + CAST(FLOOR(4 * {u} * {u}) AS INTEGER)]",
}
_KINDS = {
    f"{name}_{number}": "category" if name == "word" else "number"
    for name, count in (("whole", 6), ("money", 6), ("share", 4), ("word", 2))
    for number in range(count)
}
_REPORTS = 400
_DISTRIBUTIONS: dict[str, tuple[int, Callable[[np.random.Generator, int], np.ndarray]]] = {
    "normal": (8, lambda rng, n: rng.normal(size=n)),
    "lognormal": (8, lambda rng, n: rng.lognormal(4, 1, n)),
    "pareto": (6, lambda rng, n: rng.pareto(1.5, n)),
    "geometric": (6, lambda rng, n: rng.geometric(0.3, n).astype(float)),
    "half_empty": (4, lambda rng, n: np.where(rng.random(n) < 0.5, np.nan, rng.lognormal(4, 1, n))),
    "mostly_zero": (4, lambda rng, n: np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(4, 1, n))),
    "word": (4, lambda rng, n: rng.choice(["web", "app", "shop", "phone"], n, p=[0.6, 0.2, 0.15, 0.05])),
}
_STILL = {
    f"{name}_{number}": draw for name, (count, draw) in _DISTRIBUTIONS.items() for number in range(count)
}
"""Forty columns, each with how it is drawn."""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="patronage-bench-")


@cache
def _files() -> tuple[Path, Path]:
    """Write the features of both sides; those of now are a twentieth greater."""
    paths = (Path(_folder().name) / "reference.parquet", Path(_folder().name) / "current.parquet")
    with DuckEngine(Shop()) as engine:
        for side, path in enumerate(paths):
            columns = ", ".join(
                _DRAWN[name.partition("_")[0]].format(
                    u=_uniform(2 * place + 100 * side),
                    v=_uniform(2 * place + 1 + 100 * side),
                    scale=30 * (1 + 0.05 * side),
                )
                + f" AS {name}"
                for place, name in enumerate(_KINDS)
            )
            engine.parquet(f"SELECT {columns} FROM range({CUSTOMERS}) AS rows(i)", path)
    return paths


def _uniform(salt: int) -> str:
    return f"((hash(i, {salt}) % 1000003) / 1000003.0)"


def drift_1m_s() -> Figure:
    """Count both sides and judge every feature."""
    _files()
    ours, theirs = median_seconds(_ours), median_seconds(_theirs)
    _compare(_ours(), _theirs())
    return Figure(ours, "s", "pandas and SciPy", theirs)


def drift_counts_kb() -> Figure:
    """Weigh what is kept of both sides, against the features themselves."""
    kept = len(json.dumps(_counted()).encode()) / 1024
    return Figure(kept, "KB", "the features as Parquet", sum(path.stat().st_size for path in _files()) / 1024)


def drift_false_alarm_share() -> Figure:
    """Share of reports on 40 columns in which nothing moved, of 200 rows a side, that warn of anything."""
    rng = np.random.default_rng(11)
    warned = sum(any(each["verdict"] in {WARN, DRIFT} for each in _report(rng)) for _ in range(_REPORTS))
    return Figure(warned / _REPORTS, "share", "stated at most", _OPTIONS.significance)


def _report(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw both sides from one distribution a column, and judge them."""
    kinds = {name: "category" if name.startswith("word") else "number" for name in _STILL}
    sides = []
    for _ in range(2):
        drawn = pa.table({name: draw(rng, _OPTIONS.min_rows) for name, draw in _STILL.items()})
        with DuckEngine(Shop()) as engine:
            engine.stream("features", drawn)
            sides.append(count_columns(engine, "features", kinds))
    return _judged(held_together(kinds, *sides))


def _counted() -> list[dict[str, Any]]:
    sides = []
    for path in _files():
        with DuckEngine(Shop()) as engine:
            engine.scan("features", [path])
            sides.append(count_columns(engine, "features", _KINDS))
    return held_together(_KINDS, *sides)


def _ours() -> list[dict[str, Any]]:
    return _judged(json.loads(json.dumps(_counted())))


def _judged(counted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [judge_column(Column.from_mapping(each), _OPTIONS, columns=len(counted)) for each in counted]


def _theirs() -> dict[str, dict[str, float]]:
    before, now = (pd.read_parquet(path) for path in _files())
    return {name: _peer(kind, before[name], now[name]) for name, kind in _KINDS.items()}


def _peer(kind: str, before: pd.Series, now: pd.Series) -> dict[str, float]:
    found = {"missing": now.isna().mean() - before.isna().mean()}
    before, now = before.dropna(), now.dropna()
    if kind == "category":
        counts = pd.concat([before.value_counts(), now.value_counts()], axis=1).fillna(0).to_numpy().T
        return found | {"psi": _psi(*counts), "p": stats.chi2_contingency(counts, correction=False).pvalue}
    edges = np.unique(np.quantile(before, np.arange(1, 10) / 10))
    binned = (np.bincount(np.searchsorted(edges, side), minlength=len(edges) + 1) for side in (before, now))
    tested = stats.ks_2samp(before, now, method="asymp")
    return found | {"psi": _psi(*binned), "distance": tested.statistic, "p": tested.pvalue}


def _psi(before: np.ndarray, now: np.ndarray) -> float:
    shares, new_shares = (np.maximum(side / side.sum(), 0.0001) for side in (before, now))
    return float(((new_shares - shares) * np.log(new_shares / shares)).sum())


def _compare(ours: list[dict[str, Any]], theirs: dict[str, dict[str, float]]) -> None:
    """Hold the distances against each other: a benchmark of something else is none."""
    for judged in ours:
        measures = {each["measure"]: each["value"] for each in judged["measures"]}
        if "ks" in measures:
            assert abs(measures["ks"] - theirs[judged["column"]]["distance"]) < 0.01, judged["column"]
        assert abs(measures["psi"] - theirs[judged["column"]]["psi"]) < 0.01, judged["column"]


FIGURES = {
    "drift_1m_s": drift_1m_s,
    "drift_counts_kb": drift_counts_kb,
    "drift_false_alarm_share": drift_false_alarm_share,
}
