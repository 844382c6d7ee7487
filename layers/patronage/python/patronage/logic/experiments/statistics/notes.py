"""What a reader of a report should know beside its figures."""

from __future__ import annotations

_WEEK = 7
_MANY_CROSSOVERS = 0.01


def notes(units: int, crossovers: int, unexpected: int, days: int) -> list[str]:
    """Return sentences on what was left out and on a run too short to hold each weekday."""
    found = []
    if crossovers > _MANY_CROSSOVERS * (units + crossovers):
        found.append(
            f"{crossovers:,} visitors, more than one in a hundred, were shown more than one arm and are left "
            "out; see whether they sign in during the visit, or whether weights were changed."
        )
    if unexpected:
        found.append(
            f"{unexpected:,} visitors were shown an arm that is not theirs (asked for as one visitor, shown "
            "to another?) and are left out."
        )
    if 0 < days < _WEEK:
        found.append(f"Visitors of {days} days only: weekdays differ, so let it run for whole weeks.")
    return found
