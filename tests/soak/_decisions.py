"""Monitoring's rules, said once more: what a decision must be, and what it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soak._orders import ZONE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.logic.monitor.retrain_options import RetrainOptions


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was so when a decision about a family was made.

    Parameters
    ----------
    began : datetime, optional
        When the last run of the family began.
    known_lines, lines : int
        Order lines then, and now.
    taken_off : str
        The run that a person rolled back; empty where nobody did.
    now : datetime
        When it was decided.
    """

    began: datetime | None
    known_lines: int
    lines: int
    taken_off: str
    now: datetime

    @property
    def growth(self) -> float:
        """New lines as a share of those that were known."""
        return (self.lines - self.known_lines) / self.known_lines if self.known_lines else 1.0

    def has_new_data(self, options: RetrainOptions) -> bool:
        """Say whether there are enough new lines."""
        return self.growth >= options.new_share and self.lines - self.known_lines >= options.new_lines

    def is_due(self, options: RetrainOptions) -> bool:
        """Say whether so many days of the shop have passed."""
        if self.began is None:
            return True
        days = (self.now.astimezone(ZONE).date() - self.began.astimezone(ZONE).date()).days
        return days >= options.every_days

    def is_cooling(self, options: RetrainOptions) -> bool:
        """Say whether the last run is too near, and most of the lines are known."""
        if self.began is None or (self.now - self.began).total_seconds() >= options.cool_down_hours * 3600:
            return False
        return not (self.has_new_data(options) and self.growth >= 1)


def check_decision(decided: Mapping[str, Any], before: Before, options: RetrainOptions) -> None:
    """Check one family's decision against the rules of docs/operations.md."""
    holds = {each["trigger"] for each in decided["triggers"] if each["holds"]}
    retrains, told = decided["decision"] == "retrain", (decided, before)
    has_new_data, is_unchanged = before.has_new_data(options), "nothing has changed" in decided["because"]
    assert ("new_data" in holds) == has_new_data, told
    if retrains:
        assert holds - {"quality"}, told
        assert not before.is_cooling(options), told
        assert "quality" not in holds, told
        assert not before.taken_off or has_new_data, told
    elif (before.is_due(options) or has_new_data) and not is_unchanged:
        assert before.is_cooling(options) or "quality" in holds or before.taken_off, told
    if before.taken_off and not has_new_data and "schedule" in holds:
        assert decided["decision"] == "hold", told
        assert before.taken_off in decided["because"], told
