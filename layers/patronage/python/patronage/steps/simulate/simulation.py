"""Write a simulation: events, the products that they name, the experiment, and what is made up how."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.simulated import (
    PLACEMENTS,
    Simulation,
    Told,
    answer_ids,
    definition,
    draw,
    simulation_readme,
)
from patronage.logic.tables import EVENT_TYPES
from patronage.steps.columns import hold, write
from patronage.steps.shop_files import check_folder, check_format
from patronage.steps.simulate.sold import read_sold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from patronage.logic.simulated import Drawn
    from patronage.settings import Shop
    from patronage.steps.simulate.sold import Sold
    from patronage.stores.lake import Lake

FORMATS = ("parquet", "csv")
_EXPERIMENT, _README = "experiment.json", "README.md"
_TABLES = ("events", "products")
_DERIVED = '{"category": "derived from the title"}'


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What was simulated.

    Parameters
    ----------
    files : dict
        The path of each table's file: "events", "products".
    rows : dict
        How many rows each has.
    experiment : dict
        What the impressions are part of, as `read_experiment` gives it.
    started_at : datetime
        When that started, in UTC; no impression of it lies before.
    holdout_share : float
        Share of visitors, by `HOLDOUT`, who were shown nothing.
    holdout_since : datetime
        From when on, in UTC: the beginning of the span.
    told : Told
        Span and counts, as the README tells them.
    """

    files: dict[str, Path]
    rows: dict[str, int]
    experiment: dict[str, Any]
    started_at: datetime
    holdout_share: float
    holdout_since: datetime
    told: Told


def simulate(
    lake: Lake,
    shop: Shop,
    folder: Path,
    *,
    seed: int = 7,
    days: int = 120,
    file_format: str = "parquet",
    on_stage: Callable[[str], None] | None = None,
) -> Simulated:
    """Write events simulated from the last days of a lake's orders, and what goes with them.

    Parameters
    ----------
    lake, shop : Lake, Shop
        Whose orders; they are read and stay as they are.
    folder : Path
        Where to; empty, absent, or holding an earlier simulation, which is replaced.
    seed : int
        Of every random stream; equal orders, seed and days give equal bytes.
    days : int
        Days before the last order whose orders get visits.
    file_format : str
        parquet or csv.
    on_stage : callable, optional
        Told what is done now.

    Raises
    ------
    BadInput
        The format is unknown, the folder holds something else, a number is out of range, or no order of the
        lake was paid for.
    """
    simulation = checked(folder, seed=seed, days=days, file_format=file_format)
    tell = on_stage or (lambda _: None)
    with DuckEngine(shop) as engine:
        tell("reading the orders")
        sold = read_sold(lake, engine, simulation)
        tell("drawing visits")
        drawn = draw(
            sold.history, simulation, first=sold.first, customers=sold.customers, products=sold.titles
        )
        tell("writing files")
        _keep(drawn, simulation, engine)
        _clear(folder)
        files = {name: folder / f"{name}.{file_format}" for name in _TABLES}
        rows = {name: write(engine, name, path) for name, path in files.items()}
    simulated = Simulated(
        files=files,
        rows=rows,
        experiment=definition(),
        started_at=drawn.started_at,
        holdout_share=simulation.holdout_share,
        holdout_since=drawn.begins,
        told=_told(drawn, sold),
    )
    (folder / _EXPERIMENT).write_text(_experiment(simulated), encoding="utf-8")
    (folder / _README).write_text(simulation_readme(simulation, simulated.told), encoding="utf-8")
    return simulated


def checked(folder: Path, *, seed: int = 7, days: int = 120, file_format: str = "parquet") -> Simulation:
    """Return the parameters of a simulation, if it could be written; see `simulate` for what raises."""
    check_format(file_format, FORMATS)
    check_folder(folder, _EXPERIMENT, what="simulation")
    return Simulation(seed=seed, days=days)


def _clear(folder: Path) -> None:
    """Make the folder, and remove an earlier simulation; touch nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = [f"{name}.{suffix}" for name in _TABLES for suffix in FORMATS]
    for name in (*tables, _EXPERIMENT, _README):
        (folder / name).unlink(missing_ok=True)


def _keep(drawn: Drawn, simulation: Simulation, engine: DuckEngine) -> None:
    """Keep `events` and `products` in the engine, as they are written."""
    visits, answers = drawn.visits, drawn.answers
    hold(engine, "event_names", {"name": EVENT_TYPES})
    hold(engine, "channel_names", {"name": [name for name, _ in simulation.channels]})
    of_visits = {"order_number": visits.order, "customer": visits.customer, "named": visits.named}
    hold(
        engine,
        "drawn_visits",
        {"session_id": drawn.sessions, "channel": visits.channel, **of_visits},
    )
    ids = answer_ids(answers, drawn.names, drawn.sessions)
    placements = [PLACEMENTS[each] for each in answers.placement.tolist()]
    hold(engine, "drawn_answers", {"recommendation_id": ids, "placement": placements})
    hold(engine, "drawn_events", vars(drawn.events))
    engine.table("events", query("simulated_events"), mark=drawn.names.mark)
    engine.table("products", query("simulated_catalogue"), derived=_DERIVED)


def _experiment(simulated: Simulated) -> str:
    held_out = {"share": simulated.holdout_share, "since": simulated.holdout_since.isoformat()}
    document = {
        "experiment": simulated.experiment,
        "started_at": simulated.started_at.isoformat(),
        "holdout": held_out,
    }
    return json.dumps(document, indent=2) + "\n"


def _told(drawn: Drawn, sold: Sold) -> Told:
    counts = Counter(drawn.events.type.tolist())
    known = [each for each in sold.products if each["category"] is not None]
    return Told(
        begins=drawn.begins,
        ends=drawn.ends,
        events={name: counts[place] for place, name in enumerate(EVENT_TYPES)},
        visits=len(drawn.visits),
        order_visits=int((drawn.visits.order >= 0).sum()),
        orders_skipped=drawn.orders_skipped,
        products=len(sold.products),
        categorised=len(known),
        lines=sum(each["lines"] for each in sold.products),
        categorised_lines=sum(each["lines"] for each in known),
    )
