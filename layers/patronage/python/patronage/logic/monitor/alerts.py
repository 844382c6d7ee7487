"""The names of alerts, by which what a person is told is known again the next day."""

from __future__ import annotations

FAILED = "failed"
"""How the names of alerts begin that are of a measure that failed; the others begin with a family."""


def alert_parts(alert: str) -> tuple[str, str, str]:
    """Return the family, the rule, and what the rule is about, of a name; "" where it is about nothing.

    Examples
    --------
    >>> alert_parts("segments:drift:country,orders.kind")
    ('segments', 'drift', 'country,orders.kind')
    >>> alert_parts("failed:drift")
    ('failed', 'drift', '')
    """
    family, rule, names = [*alert.split(":", 2), ""][:3]
    return family, rule, names
