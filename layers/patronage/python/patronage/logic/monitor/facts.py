"""What is known of a family when it is decided whether it is retrained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was measured elsewhere and may trip a rule: drift, decay.

    Parameters
    ----------
    holds : bool, optional
        Whether it is found; None where it could not be told.
    value, threshold : float, optional
        What was measured, and from where on it is found.
    said : str
        In words.
    names : sequence of str
        What it is found of: columns, parts of the report.
    """

    holds: bool | None = None
    value: float | None = None
    threshold: float | None = None
    said: str = "not measured"
    names: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a family when it is decided upon.

    Parameters
    ----------
    family : str
        "segments" or "recommendations".
    is_live : bool
        Whether a run of it is being served.
    has_failed : bool
        Whether the last run failed: the next is due the day after.
    lines : int
        Order lines now.
    known_lines : int, optional
        Order lines that the newest run that succeeded knew, be it live or not; of the last run where none
        did; None where there was none.
    is_unchanged : bool
        The lake and the settings are what they were when the live run pinned them, or the last one that
        succeeded.
    is_refused : bool
        The last run succeeded, and what it made is not live: the gate refused it, or a person took it off.
    kept : str
        Why a person wants what is live to stay, in words; empty where nobody said so.
    hours_since : float, optional
        Since the last run began; None where there was none.
    days_since : int, optional
        The same in days of the shop's calendar, so that a run of each day is due each day.
    drift, decay : Finding
        What was measured.
    is_asked : bool
        Somebody wants the run now.
    breaches : sequence of str
        The quality rules of severity alarm that the orders break.
    """

    family: str
    is_live: bool
    lines: int
    has_failed: bool = False
    known_lines: int | None = None
    is_unchanged: bool = False
    is_refused: bool = False
    kept: str = ""
    hours_since: float | None = None
    days_since: int | None = None
    drift: Finding = field(default_factory=Finding)
    decay: Finding = field(default_factory=Finding)
    is_asked: bool = False
    breaches: Sequence[str] = ()

    @property
    def would_repeat(self) -> bool:
        """Whether a run would read what one before it read, and could only find the same."""
        return self.is_unchanged and not self.has_failed

    @property
    def growth(self) -> float | None:
        """New order lines as a share of the known ones; None where none are known."""
        return None if not self.known_lines else (self.lines - self.known_lines) / self.known_lines
