"""Which style a column of numbers is in: a guess from a sample, settled by the whole column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from patronage.logic.ingest.values._evidence import texts
from patronage.logic.ingest.values._styles import COMMA, OPEN, POINT, NumberStyle, value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal


@dataclass(frozen=True)
class NumberGuess:
    """What a column's numbers are taken for.

    Parameters
    ----------
    chosen : NumberStyle
        The style.
    rivals : tuple of NumberStyle
        Others that read as many of the texts and give other numbers: then the choice is a preference.
    doubt : str
        What a person should know of the choice, without its full stop; empty where there is no doubt.
    """

    chosen: NumberStyle
    rivals: tuple[NumberStyle, ...] = ()
    doubt: str = ""


def guess_numbers(samples: Sequence[str]) -> NumberGuess:
    """Guess the one style of a column from a sample of its texts; empty ones do not count.

    ``12,50`` can only be a decimal comma, ``12.50`` and ``1,234.50`` only a decimal point. Where every text
    is like ``1.234`` or ``1,234`` nothing tells, and a decimal point is preferred. Digits alone leave
    the style open.
    """
    texts = [text for text in samples if text.strip()]
    by_point = [value(text, POINT) for text in texts]
    by_comma = [value(text, COMMA) for text in texts]
    points, commas = (sum(each is not None for each in found) for found in (by_point, by_comma))
    if points == commas and by_point != by_comma:
        return NumberGuess(POINT, (COMMA,), _either_way("the sampled numbers"))
    if by_point == by_comma:
        chosen, fits = OPEN, points
    else:
        chosen, fits = (POINT, points) if points > commas else (COMMA, commas)
    if chosen is not OPEN and _reads_alone(by_point, by_comma) and _reads_alone(by_comma, by_point):
        rival = COMMA if chosen is POINT else POINT
        return NumberGuess(chosen, (rival,), _either_way("the sampled numbers"))
    misfits = len(texts) - fits
    return NumberGuess(
        chosen, (), f"{misfits:,} of {len(texts):,} sampled texts are no such number" if misfits else ""
    )


def contested(guess: NumberGuess) -> NumberGuess:
    """Return a guess whose style the whole column must confirm, for the sample was not a fair one."""
    if guess.rivals or guess.chosen.is_open:
        return guess
    return replace(guess, rivals=(COMMA if guess.chosen is POINT else POINT,))


def settle_numbers(guess: NumberGuess, evidence: Mapping[str, int]) -> NumberGuess:
    """Choose among a guess and its rivals, once the whole column was counted.

    Parameters
    ----------
    guess : NumberGuess
        What the sample said.
    evidence : mapping
        By the name of each style, how many texts it alone reads (`number_evidence_sql`).
    """
    if not guess.rivals:
        return guess
    chosen, *others = sorted((guess.chosen, *guess.rivals), key=lambda style: -evidence.get(style.name, 0))
    if not evidence.get(chosen.name):
        return replace(guess, doubt=_either_way("every number"))
    refused = [f"{evidence[each.name]:,} like {each.name}" for each in others if evidence.get(each.name)]
    if not refused:
        return NumberGuess(chosen)
    return NumberGuess(
        chosen,
        (),
        f"{texts(evidence[chosen.name])} can only be written like {chosen.name} and {', '.join(refused)}; "
        f"a column has one style, so it is read like {chosen.name} and the others are refused",
    )


def _reads_alone(found: Sequence[Decimal | None], others: Sequence[Decimal | None]) -> bool:
    """Say whether one style reads a text that the other does not: both marks stand in the column."""
    return any(one is not None and other is None for one, other in zip(found, others, strict=True))


def _either_way(numbers: str) -> str:
    return f"{numbers} can be read with a decimal point or a decimal comma; read like {POINT.name}"
