"""What a reader of a report should know beside its figures."""

from __future__ import annotations

_WEEK = 7
_MANY_CROSSOVERS = 0.01


NOTES = {
    "many_crossovers": (
        "{crossovers:,} visitors, more than one in a hundred, were shown more than one arm and are left "
        "out; see whether they sign in during the visit, or whether weights were changed."
    ),
    "unexpected_arms": (
        "{unexpected:,} visitors were shown an arm that is not theirs (asked for as one visitor, shown "
        "to another?) and are left out."
    ),
    "short": "Visitors of {days} days only: weekdays differ, so let it run for whole weeks.",
}
"""By code what there is to know; the numbers stand in the report."""


def notes(units: int, crossovers: int, unexpected: int, days: int) -> dict[str, str]:
    """Return by code sentences on what was left out and on a run too short to hold each weekday."""
    holds = {
        "many_crossovers": crossovers > _MANY_CROSSOVERS * (units + crossovers),
        "unexpected_arms": unexpected > 0,
        "short": 0 < days < _WEEK,
    }
    numbers = {"crossovers": crossovers, "unexpected": unexpected, "days": days}
    return {code: text.format_map(numbers) for code, text in NOTES.items() if holds[code]}
