"""Make the generation that was live before the live one again, in one write."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from patronage.errors import BadInput, NotFound, TryAgain
from patronage.logic.layout import SERVING, known_layout
from patronage.logic.serve.pointer import Entry

if TYPE_CHECKING:
    from patronage.logic.serve.pointer import Superseded
    from patronage.stores.serving import ServingTable


def point_back(family: str, run_id: str = "", *, table: ServingTable, now: datetime, keep_days: int) -> Entry:
    """Make a superseded generation the live one, in a single conditional write, and return its entry.

    The items of a superseded generation are whole until its keep time is over, so that this write is all that
    readers need; `rollback` then takes the end off them. Repeating it is safe: without a run named, what a
    rollback made live stays so.

    Parameters
    ----------
    family : str
        Of which kind.
    run_id : str
        The run to point back at; by default the one that was live before.
    table : ServingTable
        Where the pointer is.
    now : datetime
        When.
    keep_days : int
        How long what was live stays for the way back.

    Raises
    ------
    NotFound
        There is no such run to point back at.
    BadInput
        Its keep time is over.
    TryAgain
        The pointer moved meanwhile, or the run's generation is laid out as only a newer version knows.
    """
    live = table.pointer().get(family)
    if live and (live.run_id == run_id if run_id else live.rolled_back):
        return live
    target = _target(run_id, family, live, now)
    following = _restored(target, live, now, keep_days)
    if not table.point(family, following):
        raise TryAgain(f"the {family} pointer moved meanwhile; look which run is live and roll back again")
    return following


def _target(run_id: str, family: str, live: Entry | None, now: datetime) -> Superseded:
    target = live.superseded if live else None
    if target is None or target.run_id != (run_id or target.run_id):
        known = f"only {target.run_id} can be" if target else "there is none before the live one"
        named = f"run {run_id} cannot" if run_id else "nothing can"
        raise NotFound(f"{named} be rolled back to: {known} for {family}")
    if now > datetime.fromisoformat(target.keep_until):
        raise BadInput(f"run {target.run_id} was kept until {target.keep_until}; start a new run instead")
    known_layout(target.layout, newest=SERVING, of=f"generation {target.run_id}")
    return target


def _restored(target: Superseded, live: Entry | None, now: datetime, keep_days: int) -> Entry:
    entry = Entry(
        run_id=target.run_id,
        shards_key=target.shards_key,
        as_of=target.as_of,
        created_at=target.created_at,
        published_at=now.isoformat(),
        currency=target.currency,
        model=target.model,
        layout=target.layout,
    )
    following = entry.over(live, keep_until=now + timedelta(days=keep_days))
    return replace(following, rolled_back=live.run_id if live else "")
