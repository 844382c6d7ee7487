"""A whole simulation: the span, the visits, the answers in them, and the events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.simulated.answers import draw_answers
from patronage.logic.simulated.events import draw_carts, draw_events
from patronage.logic.simulated.experiment import parts_of
from patronage.logic.simulated.glances import draw_glances, with_glances
from patronage.logic.simulated.history import DAY
from patronage.logic.simulated.identifiers import Names
from patronage.logic.simulated.lists import PopularLists
from patronage.logic.simulated.visits import Span, draw_visits
from patronage.logic.simulated.words import search_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.simulated.answers import Answers
    from patronage.logic.simulated.events import Events
    from patronage.logic.simulated.experiment import Parts
    from patronage.logic.simulated.history import History, Ints
    from patronage.logic.simulated.parameters import Simulation
    from patronage.logic.simulated.visits import Visits

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Drawn:
    """What was drawn from a shop's orders.

    Parameters
    ----------
    begins, ends : datetime
        The span, in UTC.
    started_at : datetime
        When the experiment started.
    visits, answers, events : Visits, Answers, Events
        By number; the visits that see one page stand behind the others.
    names : Names
        What the numbers stand for.
    sessions : list of str
        The id of each visit's session.
    orders_skipped : int
        Orders of the span without a visit.
    """

    begins: datetime
    ends: datetime
    started_at: datetime
    visits: Visits
    answers: Answers
    events: Events
    names: Names
    sessions: list[str]
    orders_skipped: int


def draw(
    history: History,
    simulation: Simulation,
    *,
    first: datetime,
    customers: Sequence[str],
    products: Mapping[str, str | None],
) -> Drawn:
    """Draw a simulation.

    Parameters
    ----------
    history : History
        The orders; at least one.
    simulation : Simulation
        Every parameter.
    first : datetime
        When the shop had its first order, which may lie before those of `history`.
    customers : sequence of str
        The ids of customers by number.
    products : mapping of str to str
        The title of each product's id, by number.
    """
    span = Span.of(first, _instant(history.order_at[-1]), days=simulation.days)
    starts = _starts(span, simulation)
    made_of = (simulation, history.orders, len(history.line_order), span)
    names = Names.of(made_of, customers, list(products))
    lists = PopularLists(history, span.begins, span.ends, simulation)
    visits = draw_visits(history, span, lists, simulation)
    glances = draw_glances(history, span, visits, simulation)
    sessions = names.sessions(len(visits) + len(glances))

    def parts(visit: Ints) -> list[Parts]:
        visitors = names.visitors(visits.named, sessions, visit)
        return parts_of(visitors, holdout_share=simulation.holdout_share)

    carted = draw_carts(visits, simulation)
    answers = draw_answers(
        history, lists, visits, simulation, is_carted=carted[:, 0], starts=starts, parts=parts
    )
    searchable = np.array([search_words(title) is not None for title in products.values()])
    events = draw_events(history, visits, answers, carted, searchable, simulation)
    visits, events = with_glances(visits, events, glances)
    return Drawn(
        begins=_instant(span.begins),
        ends=_instant(span.ends),
        started_at=_instant(starts),
        visits=visits,
        answers=answers,
        events=events,
        names=names,
        sessions=sessions,
        orders_skipped=len(span.orders(history)) - int((visits.order >= 0).sum()),
    )


def _starts(span: Span, simulation: Simulation) -> int:
    """Return when the experiment starts: some days after the span begins, if more of it are left."""
    before = simulation.experiment_after_days * DAY
    return span.begins + before if span.ends - span.begins >= 2 * before else span.begins


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(micros))
