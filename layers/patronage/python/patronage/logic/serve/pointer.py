"""The pointer's entry of a family: which generation is live, and what may become of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.layout import FIRST, SERVING, known_layout

if TYPE_CHECKING:
    from collections.abc import Mapping


class NoGenerationYet(TryAgain):
    """Nothing was published yet for the family that was asked for."""


@dataclass(frozen=True, kw_only=True)
class Superseded:
    """The generation that was live before, kept for a rollback until `keep_until`."""

    run_id: str
    shards_key: str
    as_of: str
    created_at: str
    currency: str
    model: dict[str, str]
    keep_until: str
    layout: int = FIRST


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A live generation; its name is the id of the run that made it.

    Parameters
    ----------
    version : int
        Grows with every change of the entry; a write names the version that it replaces.
    superseded : Superseded, optional
        What was live before.
    rolled_back : str
        The run that a rollback took off, so that a late retry of its flip does not put it back.
    layout : int
        How its items are laid out (`SERVING_LAYOUTS`).
    """

    run_id: str
    shards_key: str
    as_of: str
    created_at: str
    published_at: str
    currency: str
    model: dict[str, str] = field(default_factory=dict)
    version: int = 1
    superseded: Superseded | None = None
    rolled_back: str = ""
    layout: int = FIRST

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Entry:
        """Read what `to_mapping` wrote, here or in another version: what this one does not know is left out.

        Raises
        ------
        UnknownLayout
            The generation was laid out by a newer version of Patronage.
        """
        of = f"generation {values.get('run_id')}"
        known_layout(values.get("layout", FIRST), newest=SERVING, of=of)
        superseded = values.get("superseded")
        known = {name: value for name, value in values.items() if name in _OF_ENTRY}
        return cls(**known | {"superseded": _superseded(superseded) if superseded else None})

    def to_mapping(self) -> dict[str, Any]:
        """Write the entry as plain values.

        The first layout goes unsaid: a version of Patronage from before there were layouts refuses what it
        does not know, and may be deployed again.
        """
        values = asdict(self) | {"generation": self.run_id}
        for each in (values, values["superseded"] or {}):
            if each.get("layout") == FIRST:
                del each["layout"]
        return values

    def is_newer_than(self, other: Entry) -> bool:
        """Say whether this entry's run began after the other's."""
        return datetime.fromisoformat(self.created_at) > datetime.fromisoformat(other.created_at)

    def over(self, live: Entry | None, *, keep_until: datetime) -> Entry:
        """Return this entry as the one that follows the live one."""
        if live is None:
            return self
        superseded = Superseded(
            **{
                name: getattr(live, name)
                for name in ("run_id", "shards_key", "as_of", "created_at", "currency", "model", "layout")
            },
            keep_until=keep_until.isoformat(),
        )
        return replace(self, version=live.version + 1, superseded=superseded)


_OF_ENTRY = frozenset(each.name for each in fields(Entry))
_OF_SUPERSEDED = frozenset(each.name for each in fields(Superseded))


def _superseded(values: Mapping[str, Any]) -> Superseded:
    return Superseded(**{name: value for name, value in values.items() if name in _OF_SUPERSEDED})


def entries_of(item: Mapping[str, Any]) -> dict[str, Entry]:
    """Read the pointer's item: by family its entry; none of an item that is not there."""
    return {family: Entry.from_mapping(value) for family, value in item.items() if family != "pk"}


def age_seconds(as_of: str, now: datetime) -> int:
    """Return how old the data of an answer is."""
    return max(0, int((now.astimezone(UTC) - datetime.fromisoformat(as_of)).total_seconds()))
