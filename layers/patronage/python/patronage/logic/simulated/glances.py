"""Visits that see one page, which is no product's, and leave; of most shops they are the greater part."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.simulated.events import Events
from patronage.logic.simulated.history import NOTHING, SECOND
from patronage.logic.simulated.lists import shares
from patronage.logic.simulated.visits import MOST_OTHERS, Visits
from patronage.logic.tables import EVENT_TYPES

if TYPE_CHECKING:
    from patronage.logic.simulated.history import History
    from patronage.logic.simulated.parameters import Simulation
    from patronage.logic.simulated.visits import Span

_MILLISECOND = 1_000
_APART_SECONDS = 86_400


def draw_glances(history: History, span: Span, visits: Visits, simulation: Simulation) -> Visits:
    """Draw visits of somebody unknown, as many as the shop is busy: within a day of the visits' orders."""
    rng = simulation.stream(4)
    order = visits.order[visits.order >= 0]
    near = np.repeat(order, rng.poisson(simulation.glances_per_order, len(order)))
    apart = rng.integers(-_APART_SECONDS, _APART_SECONDS, len(near), endpoint=True)
    start = history.order_at[near] + apart * SECOND
    start = np.sort(start[(start >= span.begins) & (start <= span.ends)])
    start -= start % _MILLISECOND
    count = len(start)
    nothing = np.full(count, NOTHING)
    return Visits(
        start=start,
        end=start,
        order=nothing,
        customer=nothing,
        is_signed_in=np.zeros(count, dtype=np.bool_),
        channel=shares([share for _, share in simulation.glance_channels], rng.random(count)),
        wanted=np.full((count, simulation.most_wanted), NOTHING),
        others=np.full((count, MOST_OTHERS), NOTHING),
    )


def with_glances(visits: Visits, events: Events, glances: Visits) -> tuple[Visits, Events]:
    """Append the glances to the visits, and put their one event each among the others by time."""
    nothing = np.full(len(glances), NOTHING)
    seen = Events(
        visit=len(visits) + np.arange(len(glances)),
        type=np.full(len(glances), EVENT_TYPES.index("view")),
        product=nothing,
        instant=glances.start,
        answer=nothing,
        position=nothing,
    )
    columns = _joined(events, seen)
    order = np.argsort(columns["instant"], kind="stable")
    by_time = Events(**{name: column[order] for name, column in columns.items()})
    return Visits(**_joined(visits, glances)), by_time


def _joined(ours: Visits | Events, more: Visits | Events) -> dict[str, Any]:
    """Return by name the columns of both, one below the other."""
    return {
        each.name: np.concatenate((getattr(ours, each.name), getattr(more, each.name)))
        for each in fields(ours)
    }
