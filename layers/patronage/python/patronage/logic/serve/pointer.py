"""The pointer's entry of a family: which generation is live, and what may become of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain

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

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Entry:
        """Read what `to_mapping` wrote."""
        fields = {name: value for name, value in values.items() if name != "generation"}
        superseded = fields.pop("superseded", None)
        return cls(**fields, superseded=Superseded(**superseded) if superseded else None)

    def to_mapping(self) -> dict[str, Any]:
        """Write the entry as plain values."""
        return asdict(self) | {"generation": self.run_id}

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
                for name in ("run_id", "shards_key", "as_of", "created_at", "currency", "model")
            },
            keep_until=keep_until.isoformat(),
        )
        return replace(self, version=live.version + 1, superseded=superseded)


def entries_of(item: Mapping[str, Any]) -> dict[str, Entry]:
    """Read the pointer's item: by family its entry; none of an item that is not there."""
    return {family: Entry.from_mapping(value) for family, value in item.items() if family != "pk"}


def age_seconds(as_of: str, now: datetime) -> int:
    """Return how old the data of an answer is."""
    return max(0, int((now.astimezone(UTC) - datetime.fromisoformat(as_of)).total_seconds()))
