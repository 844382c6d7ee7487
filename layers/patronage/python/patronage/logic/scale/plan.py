"""The plan for a shop of a size: engine, a month's bill, the time of its runs, and the limits it meets."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from patronage.logic.cost.prices import list_prices
from patronage.logic.engine_choice import EngineOptions, choose_engine
from patronage.logic.scale.bill import bill
from patronage.logic.scale.limits import environments, limits
from patronage.logic.scale.measured import MEASURED
from patronage.logic.scale.quotas import quotas
from patronage.logic.scale.shop import Deployed, Traffic, planned
from patronage.logic.scale.times import KINDS, run_time

if TYPE_CHECKING:
    from patronage.logic.cost.volumes import Volumes
    from patronage.logic.engine_choice import Choice


def plan(customers: int) -> dict[str, Any]:
    """Return the plan as plain data.

    Returns
    -------
    dict
        ``volumes``, ``traffic``; ``engine`` and ``reason``; ``usd``, a month by part, with ``month``; of each
        kind of run under ``runs`` its stages in seconds, ``seconds``, ``needed_vcpus`` and
        ``needed_at_once``; ``limits``, each with ``asked``, ``most`` and ``share``, and ``first``, the name
        of the one with the greatest share; the ``assumptions`` and where they were measured, and the days on
        which prices and quotas were read.

    Raises
    ------
    BadInput
        There is no customer.
    """
    volumes, deployed = planned(customers), Deployed()
    engine = engine_of(volumes)
    prices, allowed = list_prices(), quotas()
    usd = bill(volumes, prices, allowed, deployed, engine=engine.engine)
    times = {kind: run_time(kind, volumes, deployed, allowed, engine=engine.engine) for kind in KINDS}
    found = limits(volumes, deployed, allowed, engine=engine.engine)
    return {
        "volumes": asdict(volumes),
        "traffic": asdict(Traffic.of(volumes)) | {"environments": environments(volumes, allowed)},
        "engine": engine.engine,
        "reason": engine.reason,
        "usd": usd | {"month": sum(usd.values())},
        "runs": {
            kind: {
                "stages": {stage.name: stage.seconds for stage in each.stages},
                "seconds": each.seconds,
                "needed_vcpus": each.needed_vcpus,
                "needed_at_once": each.needed_at_once,
            }
            for kind, each in times.items()
        },
        "limits": [each._asdict() | {"share": each.share} for each in found],
        "first": max(found, key=lambda each: each.share).name,
        "assumptions": {name: each._asdict() for name, each in MEASURED.items()},
        "prices_read_on": prices.read_on,
        "quotas_read_on": allowed.read_on,
    }


def engine_of(volumes: Volumes) -> Choice:
    """Return the engine that the first state of a run would choose, with Spark turned on."""
    rows = {
        "orders": volumes.kept_lines,
        "customers": volumes.customers,
        "products": volumes.products,
        "events": volumes.kept_events,
    }
    return choose_engine(rows, EngineOptions(), has_spark=True)
