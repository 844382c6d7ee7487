"""Which format a column of times is in: a guess from a sample, settled by the whole column."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from patronage.logic.ingest.values._evidence import texts
from patronage.logic.ingest.values._formats import (
    COMPACT,
    DAY_FIRST,
    EPOCH_MICROSECONDS,
    EPOCH_MILLISECONDS,
    EPOCH_SECONDS,
    ISO,
    MONTH_FIRST,
    ONLY_OF_FULL_YEARS,
    TimeFormat,
)
from patronage.logic.ingest.values._shapes import readings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLAIN = {form.name: form for form in (ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS, EPOCH_MICROSECONDS)}
_DAY_IS_FIRST = {DAY_FIRST: True, MONTH_FIRST: False}
_TIMES_OF_DAY = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")


@dataclass(frozen=True)
class TimeGuess:
    """What a column's times are taken for.

    Parameters
    ----------
    chosen : TimeFormat, optional
        The format; None where nothing is a time.
    rivals : tuple of TimeFormat
        Others that explain the evidence as well: where there is one, the choice is a preference.
    doubt : str
        What a person should know of the choice, without its full stop; empty where there is no doubt.
    """

    chosen: TimeFormat | None
    rivals: tuple[TimeFormat, ...] = ()
    doubt: str = ""


def time_candidates(samples: Sequence[str]) -> tuple[TimeFormat, ...]:
    """Return the formats that read some of the sample texts, the one that reads most first.

    A format holds the patterns that were seen, the commonest first, then the same day with other times of
    day and with two or four digits of the year, so that a row beyond the sample is understood as well.
    """
    return tuple(form for form, _ in _ranked(_texts(samples)))


def guess_times(samples: Sequence[str], *, prefers_day_first: bool) -> TimeGuess:
    """Guess the one format of a column from a sample of its texts.

    Parameters
    ----------
    samples : sequence of str
        Cells of the column; empty ones do not count.
    prefers_day_first : bool
        How to read a column whose every date can be read day first and month first.
    """
    texts = _texts(samples)
    ranked = _ranked(texts)
    if not ranked:
        said = "state it by `times` in the file's sidecar or in a dialect"
        doubt = f"no known form of times fits {texts[0]!r}; {said}" if texts else ""
        return TimeGuess(None, (), doubt)
    most = ranked[0][1]
    best = [form for form, count in ranked if count == most]
    if len(best) > 1:
        best.sort(key=lambda form: form.day_first is not prefers_day_first)
        return TimeGuess(best[0], tuple(best[1:]), _either_way("the sampled dates", best))
    if rival := _opposite(best[0], ranked, texts):
        return TimeGuess(best[0], (rival,), _either_way("the sampled dates", (best[0], rival)))
    misfits = len(texts) - most
    doubt = (
        f"{misfits:,} of {len(texts):,} sampled texts are not written as {best[0].name}" if misfits else ""
    )
    return TimeGuess(best[0], (), doubt)


def settle_times(guess: TimeGuess, evidence: Mapping[str, int], *, prefers_day_first: bool) -> TimeGuess:
    """Choose among a guess and its rivals, once the whole column was counted.

    Parameters
    ----------
    guess : TimeGuess
        What the sample said.
    evidence : mapping
        By the name of each format, how many texts it alone reads (`evidence_sql`).
    prefers_day_first : bool
        How to choose where no text tells.

    Returns
    -------
    TimeGuess
        Without rivals, unless no text of the column tells the formats apart.
    """
    if guess.chosen is None or not guess.rivals:
        return guess
    forms = sorted((guess.chosen, *guess.rivals), key=lambda form: form.day_first is not prefers_day_first)
    ranked = sorted(forms, key=lambda form: -evidence.get(form.name, 0))
    chosen, *others = ranked
    if not evidence.get(chosen.name):
        return replace(
            guess, chosen=forms[0], rivals=tuple(forms[1:]), doubt=_either_way("every date", forms)
        )
    refused = [f"{evidence[each.name]:,} as {each.name}" for each in others if evidence.get(each.name)]
    if not refused:
        return TimeGuess(chosen)
    doubt = (
        f"{texts(evidence[chosen.name])} can only be read as {chosen.name} and {', '.join(refused)}; "
        f"a column has one format, so it is read as {chosen.name} and the others are refused"
    )
    return TimeGuess(chosen, (), doubt)


def _opposite(
    best: TimeFormat, ranked: Sequence[tuple[TimeFormat, int]], texts: Sequence[str]
) -> TimeFormat | None:
    """Return the format with day and month the other way round, where some text can only be read by it.

    Then the dates that both read are in doubt too, so the whole column must be counted.
    """
    if best.day_first is None:
        return None
    own = {best.name}
    opposite = {DAY_FIRST, MONTH_FIRST} - own
    if not any({name for name, _, _ in readings(text)} & (opposite | own) == opposite for text in texts):
        return None
    return next((form for form, _ in ranked if form.name in opposite), None)


def _either_way(dates: str, forms: Sequence[TimeFormat]) -> str:
    """Say that nothing tells the formats apart; the first is taken."""
    if {form.name for form in forms} == {DAY_FIRST, MONTH_FIRST}:
        return f"{dates} can be read day first or month first; read as {forms[0].name}"
    names = " or ".join(form.name for form in forms)
    return f"{dates} can be read as {names}; read as {forms[0].name}"


def _texts(samples: Sequence[str]) -> list[str]:
    return [text for text in samples if text.strip()]


def _ranked(texts: Sequence[str]) -> list[tuple[TimeFormat, int]]:
    """Return each format with how many texts it reads, best first."""
    seen: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for text in texts:
        for name, day, time in readings(text):
            seen[name][day, time] += 1
    found = [(_format(name, parts), parts.total()) for name, parts in seen.items()]
    return sorted(found, key=lambda each: -each[1])


def _format(name: str, parts: Counter[tuple[str, str]]) -> TimeFormat:
    if name in _PLAIN:
        return _PLAIN[name]
    seen = [day + time for (day, time), _ in parts.most_common()]
    days = {day: None for day, _ in parts}
    times = {time: None for _, time in parts} | dict.fromkeys(_relatives(parts))
    twins = [twin for day in days for twin in (day.replace("%Y", "%y"), day.replace("%y", "%Y"))]
    if name in ONLY_OF_FULL_YEARS:
        twins = list(days)
    if name == COMPACT:
        times = {"": None} | {time: None for _, time in parts}
    # Two digits before four: %Y would read 10 as the year 10, and %y fails on 2010.
    others = sorted((day + time for day in twins for time in times), key=lambda each: "%Y" in each)
    return TimeFormat(name, tuple(dict.fromkeys((seen[0], *others, *seen))), _DAY_IS_FIRST.get(name))


def _relatives(parts: Counter[tuple[str, str]]) -> list[str]:
    """Return the times of day that rows beyond the sample may have, in the sample's own manner."""
    glue = next((time[: time.index("%")] for (_, time), _ in parts.most_common() if time), " ")
    return ["", *(glue + time for time in _TIMES_OF_DAY)]
