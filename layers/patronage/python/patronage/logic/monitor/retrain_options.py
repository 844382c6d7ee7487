"""When a family is retrained: a table ``[retrain.<family>]`` of the lake's `settings/monitor.toml`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from patronage.logic.settings_values import check_name, is_number, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALERT, HOLD, RETRAIN = "alert", "hold", "retrain"
SEGMENTS, RECOMMENDATIONS = "segments", "recommendations"
FAMILIES = (SEGMENTS, RECOMMENDATIONS)
"""What is retrained."""


@dataclass(frozen=True, kw_only=True)
class RetrainOptions:
    """What starts a run of a family, and what keeps one from starting.

    Parameters
    ----------
    every_days : int
        So many days of the shop's calendar after the last run began, the next is due.
    new_share : float
        There is enough new data when the new order lines are this share of those that the live run knows, and
        `new_lines` at least.
    new_lines : int
        The fewest new order lines that are enough new data, whatever their share.
    cool_down_hours : float
        So long after a run began no other is started, except on demand, or where what is live knows less than
        half of the order lines.
    schedule, new_data, drift, decay, on_demand : str
        What is done where the rule holds: "alert" (tell a person), "hold" (start no run) or "retrain".
    quality : str
        What is done while the orders break a quality rule of severity alarm: "alert" or "hold".
    """

    every_days: int = 7
    new_share: float = 0.05
    new_lines: int = 100
    cool_down_hours: float = 20.0
    schedule: str = RETRAIN
    new_data: str = RETRAIN
    drift: str = RETRAIN
    decay: str = RETRAIN
    on_demand: str = RETRAIN
    quality: str = HOLD

    @classmethod
    def from_mapping(
        cls, values: Mapping[str, Any], place: str, *, usual: RetrainOptions | None = None
    ) -> RetrainOptions:
        """Read a table; what it leaves out is as usual.

        Parameters
        ----------
        values : mapping
            The table.
        place : str
            What a message calls it: ``settings/monitor.toml [retrain.segments]``.
        usual : RetrainOptions, optional
            The family's own defaults.

        Raises
        ------
        BadInput
            A name is unknown or a value breaks a rule; the message has the place, the name and the rule.
        """
        for name, value in values.items():
            check_name(name, _RULES, place)
            is_kept, rule = _RULES[name]
            if not is_kept(value):
                raise wrong(place, name, value, f"be {rule}")
        return replace(usual or cls(), **values)


def _whole(least: int, most: int) -> tuple[Callable[[Any], bool], str]:
    def is_kept(value: Any) -> bool:
        return isinstance(value, int) and is_number(value) and least <= value <= most

    return is_kept, f"a whole number from {least} to {most}"


def _number(least: float, most: float) -> tuple[Callable[[Any], bool], str]:
    return lambda value: is_number(value) and least <= value <= most, f"a number from {least:g} to {most:g}"


def _one_of(*words: str) -> tuple[Callable[[Any], bool], str]:
    return lambda value: value in words, " or ".join(f'"{word}"' for word in words)


_ACTION = _one_of(ALERT, HOLD, RETRAIN)
_RULES = {
    "every_days": _whole(1, 366),
    "new_share": _number(0, 10),
    "new_lines": _whole(1, 1_000_000_000),
    "cool_down_hours": _number(0, 24 * 31),
    "schedule": _ACTION,
    "new_data": _ACTION,
    "drift": _ACTION,
    "decay": _ACTION,
    "on_demand": _ACTION,
    "quality": _one_of(ALERT, HOLD),
}
