"""Whether a family is retrained: the rules that held, what each of them asks for, and why.

Five rules may ask for a run: `schedule`, `new_data`, `drift`, `decay` and `on_demand`; the quality of the
orders may hold one back. Whatever says hold wins over whatever says retrain; after it what a person made
live, a challenger that was refused, and the cool-down.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.retrain_options import ALERT, HOLD, RETRAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.monitor.facts import Facts, Finding
    from patronage.logic.monitor.retrain_options import RetrainOptions

NOTHING = "none"
SCHEDULE, NEW_DATA, DRIFT, DECAY, ON_DEMAND, QUALITY = (
    *("schedule", "new_data", "drift", "decay", "on_demand", "quality"),
)
UNCHANGED = "nothing has changed since the live run"
UNCHANGED_SINCE_LAST = "nothing has changed since the last run, and what that made is not live"
HALF_IS_UNKNOWN = 1.0
"""From as many new lines on as there are known ones, the cool-down keeps nobody waiting."""


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One rule: whether it holds, by what, and what is then done."""

    trigger: str
    holds: bool | None
    action: str
    said: str
    value: float | None = None
    threshold: float | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is done about a family: "retrain", "hold", "alert" or "none"; with each rule and the reason."""

    family: str
    decision: str
    because: str
    triggers: Sequence[Trigger]

    @property
    def alerts(self) -> list[Trigger]:
        """The rules that hold and are to be told to a person."""
        return _that_ask_for(ALERT, self.triggers)

    def to_mapping(self) -> dict[str, Any]:
        """Write the decision as plain values."""
        return {
            "decision": self.decision,
            "because": self.because,
            "triggers": [asdict(each) for each in self.triggers],
        }


def decide(facts: Facts, options: RetrainOptions) -> Decision:
    """Decide about one family."""
    triggers = (
        _schedule(facts, options),
        _new_data(facts, options),
        _measured(DRIFT, facts.drift, options.drift),
        _measured(DECAY, facts.decay, options.decay),
        _on_demand(facts, options),
        _quality(facts, options),
    )
    decision, because = _outcome(facts, options, triggers)
    return Decision(family=facts.family, decision=decision, because=because, triggers=triggers)


def wants_data(facts: Facts, options: RetrainOptions) -> bool:
    """Say whether there is so much new data that it alone may start a run or alert somebody."""
    trigger = _new_data(facts, options)
    if trigger.action == ALERT:
        return bool(trigger.holds)
    return bool(trigger.holds) and trigger.action == RETRAIN and not _is_cooling(facts, options)


def _outcome(facts: Facts, options: RetrainOptions, triggers: Sequence[Trigger]) -> tuple[str, str]:
    wanted, held = _that_ask_for(RETRAIN, triggers), _that_ask_for(HOLD, triggers)
    if not wanted:
        return _without_a_run(triggers, "no rule asks for a run")
    is_asked = any(each.trigger == ON_DEMAND for each in wanted)
    if facts.would_repeat and not is_asked:
        same = f"{_told(wanted)}; but {_unchanged(facts)}, so a run would find the same"
        return _without_a_run(triggers, same)
    why = _told(held) or ("" if is_asked else _why_not_yet(facts, options, triggers))
    return (HOLD, f"{_told(wanted)}; held, because {why}") if why else (RETRAIN, _told(wanted))


def _why_not_yet(facts: Facts, options: RetrainOptions, triggers: Sequence[Trigger]) -> str:
    """Say why a run that nobody asked for waits; empty where it does not."""
    holding = {each.trigger for each in triggers if each.holds}
    if facts.kept and NEW_DATA not in holding:
        return f"{facts.kept}, and it stays until there are enough new data or a run is asked for"
    if facts.is_refused and not holding & {NEW_DATA, SCHEDULE}:
        return (
            "what the last run made is not live, and another waits for enough new data or for the day that "
            "it is due"
        )
    if _is_cooling(facts, options):
        return (
            f"the last run began {facts.hours_since:.1f} h ago, and {options.cool_down_hours:g} h must pass"
        )
    return ""


def _unchanged(facts: Facts) -> str:
    return UNCHANGED_SINCE_LAST if facts.is_refused else UNCHANGED


def _without_a_run(triggers: Sequence[Trigger], because: str) -> tuple[str, str]:
    alerts = _that_ask_for(ALERT, triggers)
    return (ALERT, _told(alerts)) if alerts else (NOTHING, because)


def _that_ask_for(action: str, triggers: Sequence[Trigger]) -> list[Trigger]:
    return [each for each in triggers if each.holds and each.action == action]


def _told(triggers: Sequence[Trigger]) -> str:
    return "; ".join(each.said for each in triggers)


def _is_cooling(facts: Facts, options: RetrainOptions) -> bool:
    """Say whether it is too early for another run: never where most of the orders are not known yet."""
    if facts.hours_since is None or facts.hours_since >= options.cool_down_hours:
        return False
    growth = facts.growth or 0.0
    has_new = growth >= options.new_share and facts.lines - (facts.known_lines or 0) >= options.new_lines
    return not (has_new and (growth >= HALF_IS_UNKNOWN or not facts.is_live))


def _schedule(facts: Facts, options: RetrainOptions) -> Trigger:
    days = facts.days_since
    due = options.every_days if facts.is_live and not facts.has_failed else 1
    if days is None:
        holds, said = True, "no run has begun yet"
    elif facts.would_repeat:
        holds, said = False, _unchanged(facts)
    else:
        holds = days >= due
        said = f"{_count(days, 'day')} since the last run began, due after {due}"
    return Trigger(
        trigger=SCHEDULE,
        holds=holds,
        action=options.schedule,
        said=said,
        value=days,
        threshold=due,
    )


def _new_data(facts: Facts, options: RetrainOptions) -> Trigger:
    if facts.known_lines is None or facts.growth is None:
        holds, said = facts.lines > 0, "nothing is live yet"
    else:
        new = facts.lines - facts.known_lines
        holds = facts.growth >= options.new_share and new >= options.new_lines
        said = (
            f"{_count(max(new, 0), 'new order line')} on {facts.known_lines:,} known ({facts.growth:.1%}), "
            f"enough at {options.new_share:.1%} and {options.new_lines:,}"
        )
    return Trigger(
        trigger=NEW_DATA,
        holds=holds,
        action=options.new_data,
        said=said,
        value=facts.growth,
        threshold=options.new_share,
    )


def _measured(name: str, finding: Finding, action: str) -> Trigger:
    return Trigger(
        trigger=name,
        holds=finding.holds,
        action=action,
        said=finding.said,
        value=finding.value,
        threshold=finding.threshold,
        names=finding.names,
    )


def _on_demand(facts: Facts, options: RetrainOptions) -> Trigger:
    said = "asked for" if facts.is_asked else "not asked for"
    return Trigger(trigger=ON_DEMAND, holds=facts.is_asked, action=options.on_demand, said=said)


def _quality(facts: Facts, options: RetrainOptions) -> Trigger:
    broken = ", ".join(facts.breaches)
    said = f"the orders break {broken}" if broken else "the orders break no rule of severity alarm"
    return Trigger(
        trigger=QUALITY,
        holds=bool(facts.breaches),
        action=options.quality,
        said=said,
        value=len(facts.breaches),
        threshold=1,
        names=facts.breaches,
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
