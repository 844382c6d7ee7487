"""What an answer says of the generation it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.serve.pointer import age_seconds

if TYPE_CHECKING:
    from datetime import datetime


class Generation(NamedTuple):
    """A generation: the run that made it, the instant of its data, and the currency of its money."""

    run_id: str
    as_of: str
    currency: str

    def head(self, now: datetime) -> dict[str, Any]:
        """Return what each answer names: generation, currency, and the age of the data."""
        return {
            "generation": self.run_id,
            "as_of": self.as_of,
            "age_seconds": age_seconds(self.as_of, now),
            "currency": self.currency,
        }
