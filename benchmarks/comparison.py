"""The same work as what a shop would pick instead, from the same file, in one run.

Of the bundled real orders those before the cut-off of the time-ordered holdout are handed to each as a file:
it reads and cleans them, scores customers by RFM, learns, and writes a list of ten products a customer. The
lists are held against what customers newly bought afterwards. Each runs in a process of its own, on two
cores; memory and CPU are those of that process and of all that it starts, looked at ten times a second.

`comparison_s`, `comparison_cpu_s`, `comparison_peak_mb` and `comparison_ndcg10` are of that work and no
more, with one method and no search, beside implicit with pandas; `comparison_spark_*` and
`comparison_sar_*` are of the same run of ours, beside Spark alone and SAR. `comparison_whole_*` are of
`patronage run`, beside implicit, which does a part of it: the quality report, every segmentation,
lifetime value, cohorts, journeys, all methods compared, a blend, and lists with reasons; their NDCG
stands beside the best of the peers. The peers take their libraries' defaults, as a first script does;
tuned peers stand in `accuracy`. Our own defaults were chosen with these orders at hand, so `accuracy`,
where every side is tuned on a validation part, is the fairer judge of ranking.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from benchmarks.comparison_data import Prepared, ndcg10, prepared
from benchmarks.comparison_watched import watch
from benchmarks.comparison_worker import IMPLICIT, OURS, SAR, SPARK, WHOLE
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PEERS = Path(__file__).parents[1] / "build" / "peers"
_RECOMMENDERS = "recommenders==1.2.1"

BESIDE = {"": (OURS, IMPLICIT), "spark_": (OURS, SPARK), "sar_": (OURS, SAR), "whole_": (WHOLE, IMPLICIT)}
"""Of each group of figures, which run of ours stands beside which peer."""
MEASURES = {
    "s": ("seconds", "s", "Time the work, starting counted"),
    "cpu_s": ("cpu_s", "s of CPU", "Count the processors' seconds, which a busy machine does not lengthen"),
    "peak_mb": ("peak_mb", "MB", "Hold the memory of the work"),
    "ndcg10": ("ndcg10", "NDCG@10", "Rank what customers newly bought"),
}


@dataclass(frozen=True)
class Run:
    """What a contender took, and how well its lists rank."""

    seconds: float
    cpu_s: float
    peak_mb: float
    ndcg10: float


def _figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    for beside, (ours, peer) in BESIDE.items():
        for measure in MEASURES:
            yield f"comparison_{beside}{measure}", _against(peer, measure, ours=ours)


def _against(peer: str, measure: str, *, ours: str) -> Callable[[], Figure]:
    attribute, unit, what = MEASURES[measure]

    def figure() -> Figure:
        run = _run(peer)
        theirs = getattr(run, attribute) if run else 0.0
        return Figure(getattr(_needed(ours), attribute), unit, peer if run else f"{peer}, not here", theirs)

    figure.__doc__ = f"{what}: {ours}, against {peer}."
    return figure


def comparison_whole_ndcg10() -> Figure:
    """Rank what customers newly bought, by the lists of `patronage run`, against the best of the peers."""
    peers = {name: run for name in (IMPLICIT, SPARK, SAR) if (run := _run(name))}
    best = max(peers, key=lambda name: peers[name].ndcg10)
    return Figure(_needed(WHOLE).ndcg10, "NDCG@10", best, peers[best].ndcg10)


def _needed(name: str) -> Run:
    run = _run(name)
    assert run is not None, f"{name} did not run"
    return run


@cache
def _run(name: str) -> Run | None:
    """Run a contender once; None, with the reason on stderr, where it cannot run here."""
    if missing := MISSING.get(name, lambda: "")():
        print(f"{name}: {missing}", file=sys.stderr)
        return None
    data = _prepared()
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        command = [sys.executable, "-m", "benchmarks.comparison_worker", name, str(data.orders), folder]
        path = os.pathsep.join(filter(None, (str(_PEERS), os.environ.get("PYTHONPATH", ""))))
        seen = watch(command, environment={**os.environ, "PYTHONPATH": path}, longest_s=600)
        told = json.loads(seen.out.splitlines()[-1])
        ranked = ndcg10(Path(folder) / "lists.csv", data.holdout, data.ids)
    run = Run(told["seconds"], seen.cpu_s, seen.peak_mb, ranked)
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in told["stages"].items())
    print(
        f"{name}: {run.seconds:.1f} s ({stages}), {run.cpu_s:.1f} s of CPU, {run.peak_mb:.0f} MB, "
        f"NDCG@10 {run.ndcg10:.4f}",
        file=sys.stderr,
        flush=True,
    )
    return run


@cache
def _prepared() -> Prepared:
    return prepared(Path(_folder().name))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="patronage-bench-")


def _lacks_java() -> str:
    if which("java") or "JAVA_HOME" in os.environ:
        return ""
    return "needs Java 17, as in: apt-get install openjdk-17-jre-headless"


@cache
def _lacks_recommenders() -> str:
    """Fetch the package of SAR into a folder of its own, for it brings a package called `tests`."""
    if (_PEERS / "recommenders").is_dir():
        return ""
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--target", _PEERS, _RECOMMENDERS]
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603  uv of our own environment
    except (OSError, subprocess.CalledProcessError) as exc:
        return f"{_RECOMMENDERS} could not be fetched: {exc}"
    return ""


MISSING = {SPARK: _lacks_java, SAR: _lacks_recommenders}
"""What says why a peer cannot run here; nothing where it can."""
FIGURES = {**dict(_figures()), comparison_whole_ndcg10.__name__: comparison_whole_ndcg10}
