"""Guess the form of each column's values from the first chunk; where that is open, the whole file decides."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from patronage.logic.ingest.mapping import mapped_sql, text_name
from patronage.logic.ingest.price_currency import with_price_currency
from patronage.logic.ingest.values import (
    OPEN,
    NumberGuess,
    NumberStyle,
    TimeGuess,
    contested,
    evidence_sql,
    float_ids_sql,
    given_number_style,
    given_time_format,
    guess_numbers,
    guess_times,
    is_rounded,
    number_evidence_sql,
    settle_numbers,
    settle_times,
)
from patronage.steps.ingest.judging import held_chunks
from patronage.steps.ingest.plainness import with_plain_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.tables import Column
    from patronage.settings import Shop
    from patronage.steps.ingest.source import Source

_SAMPLE = 4_000
_SAMPLE_ROWS = 50_000
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.0+")


@dataclass
class _Columns:
    """What was guessed of a file's columns, and what the whole file must still say."""

    times: dict[str, TimeGuess] = field(default_factory=dict)
    numbers: dict[str, NumberGuess] = field(default_factory=dict)
    floats: set[str] = field(default_factory=set)

    def open_names(self) -> set[str]:
        """Return the columns that the first chunk leaves open."""
        open_times = {name for name, guess in self.times.items() if guess.rivals}
        return open_times | {name for name, guess in self.numbers.items() if guess.rivals}

    def doubts(self, names: set[str]) -> list[str]:
        """Return what a person should know of these columns, and of those of which no text is a time."""
        told = {name: guess.doubt for name, guess in self.times.items()}
        told |= {name: guess.doubt for name, guess in self.numbers.items()}
        names = names | {name for name, guess in self.times.items() if guess.chosen is None}
        return [f"{name}: {told[name]}" for name in told if name in names and told[name]]


def with_values(
    plan: Plan,
    source: Source,
    engine: DuckEngine,
    *,
    shop: Shop,
    options: Options,
    unread: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Plan:
    """Return the plan with the form of each column's values, and what is in doubt of it.

    Parameters
    ----------
    plan : Plan
        With the dialect and the header.
    source : Source
        The file; it is walked through only where the first chunk leaves something open.
    engine : DuckEngine
        Reads the chunks.
    shop, options
        Preferences, and what is given instead of guessed.
    unread : mapping, optional
        By canonical column different texts from further on in the file, which speak for its form as well.
    """
    plan, unused = _with_given_times(plan, options)
    day_first = shop.day_first if options.day_first is None else options.day_first
    sampled = _sampled(plan, source, engine)
    texts = {name: [*found, *unread.get(name, ())] for name, found in sampled.items()}
    plan = with_price_currency(plan, texts, shop, currency=options.currency)
    pinned = _pinned(plan)
    guesses = _Columns()
    for column in plan.table.source_columns:
        sample = texts.get(column.name, [])
        if column.name in pinned or not sample:
            continue
        if column.is_time:
            guesses.times[column.name] = guess_times(sample, prefers_day_first=day_first)
        elif column.is_amount and not plan.dialect.decimal:
            guess = guess_numbers(sample)
            guesses.numbers[column.name] = contested(guess) if unread.get(column.name) else guess
    guesses.floats = {
        name for name in _may_be_floats(plan, options) if _all_match(texts.get(name, ()), _is_float)
    }
    were_open = guesses.open_names()
    if were_open or guesses.floats:
        _settle(guesses, plan, source, engine, day_first=day_first)
    ids = [column.name for column in plan.table.source_columns if column.is_id]
    stripped = frozenset(name for name in ids if _all_match(texts.get(name, []), _is_padded))
    times = {name: (guess.chosen,) for name, guess in guesses.times.items() if guess.chosen is not None}
    if options.day_first is not None:
        were_open -= {name for name, guess in guesses.times.items() if guess.rivals}  # somebody has said it
    styles = _styles(plan, guesses)
    doubts = [*plan.format.doubts, *source.doubts, *plan.dialect.doubts, *guesses.doubts(were_open)]
    doubts += [*_rounded(texts, styles), *unused]
    plan = replace(
        plan,
        times={**times, **pinned},
        numbers=styles,
        untold=_untold(plan, guesses),
        unfloated=frozenset(guesses.floats),
        stripped=stripped,
        split_orders=options.split_orders,
        doubts=tuple(dict.fromkeys(doubts)),
    )
    return with_plain_columns(plan, texts, engine, shop)


def _with_given_times(plan: Plan, options: Options) -> tuple[Plan, list[str]]:
    """Let what is given for the file go before the dialect's; return doubts of the rest."""
    given = {name: patterns for name, patterns in options.times.items() if plan.has(name)}
    unused = [
        f"the sidecar states times of {name}, which the file does not have; it was not used"
        for name in options.times
        if name not in given and "times" in options.own
    ]
    times = {**plan.dialect.times, **given}
    return replace(plan, dialect=replace(plan.dialect, times=times)), unused


def _may_be_floats(plan: Plan, options: Options) -> list[str]:
    """Return the id columns that are unfloated where each of their cells is a whole number in float form."""
    ids = [column.name for column in plan.table.source_columns if column.is_id]
    if not options.unfloat:
        return []
    return ids if plan.dialect.unfloat is None else [name for name in ids if name in plan.dialect.unfloat]


def _styles(plan: Plan, guesses: _Columns) -> dict[str, NumberStyle]:
    if plan.dialect.decimal:
        pinned = given_number_style(plan.dialect.decimal, "." if plan.dialect.decimal == "," else ",")
        return {column.name: pinned for column in plan.table.source_columns if column.is_amount}
    told = {guess.chosen for guess in guesses.numbers.values() if not guess.rivals} - {OPEN}
    if len(told) != 1:
        return {name: guess.chosen for name, guess in guesses.numbers.items()}
    # A file has one way to write numbers: a column that does not tell its own takes that of the others.
    (common,) = told
    amounts = [column.name for column in plan.table.source_columns if column.is_amount]
    chosen = {name: guess.chosen for name, guess in guesses.numbers.items() if not guess.chosen.is_open}
    return {name: chosen.get(name, common) for name in amounts if plan.has(name)}


def _rounded(texts: Mapping[str, Sequence[str]], styles: Mapping[str, NumberStyle]) -> list[str]:
    """Return what a person should know of amounts that are finer than ours."""
    found = {
        name: next((text for text in texts.get(name, ()) if is_rounded(text, style)), None)
        for name, style in styles.items()
    }
    return [
        f"{name}: {text!r} has more than four decimals; amounts are rounded to four, so give such prices of "
        "more pieces at once where the rest matters"
        for name, text in found.items()
        if text is not None
    ]


def _untold(plan: Plan, guesses: _Columns) -> frozenset[str]:
    """Return the columns of times and amounts of which no text of the sample told the form."""
    told = {name for name, guess in guesses.times.items() if guess.chosen is not None}
    told |= {name for name, guess in guesses.numbers.items() if not guess.chosen.is_open}
    columns = [column for column in plan.table.source_columns if plan.has(column.name)]
    pinned = {column.name for column in columns if column.is_amount and plan.dialect.decimal}
    parsed = {column.name for column in columns if column.is_time or column.is_amount}
    return frozenset(parsed - told - pinned - set(plan.dialect.times))


def _pinned(plan: Plan) -> dict[str, Any]:
    pinned = {}
    for name, patterns in plan.dialect.times.items():
        listed = (patterns,) if isinstance(patterns, str) else patterns
        pinned[name] = tuple(given_time_format([pattern]) for pattern in listed)
    return pinned


def _sampled(plan: Plan, source: Source, engine: DuckEngine) -> dict[str, list[str]]:
    """Return different texts of each canonical column, from the first chunk."""
    chunk = source.beginning(_SAMPLE_ROWS)
    if chunk is None:
        return {}
    for records in held_chunks(engine, plan, [chunk], delimiter=source.delimiter):
        engine.hold("sample", f"SELECT * FROM ({mapped_sql(plan, records)}) LIMIT {_SAMPLE_ROWS}")
    texts = {column.name: _given_text(column) for column in plan.table.source_columns}
    counts = engine.row(
        f"SELECT {', '.join(f'COUNT({text}) AS {name}' for name, text in texts.items())} FROM sample"
    )
    return {name: _different(text, engine) if counts[name] else [] for name, text in texts.items()}


def _different(text: str, engine: DuckEngine) -> list[str]:
    wanted = f"SELECT DISTINCT text FROM (SELECT {text} AS text FROM sample WHERE {text} IS NOT NULL)"
    return [row["text"] for row in engine.rows(f"{wanted} LIMIT {_SAMPLE}")]


def _given_text(column: Column) -> str:
    """Write what the file says of a column; of the line id not the number that stands for it."""
    return "CASE WHEN has_line_id THEN line END" if column.name == "line" else text_name(column)


def _settle(guesses: _Columns, plan: Plan, source: Source, engine: DuckEngine, *, day_first: bool) -> None:
    """Count through the whole file what speaks for each form."""
    counts = _count_evidence(guesses, plan, source, engine)
    for name, guess in guesses.times.items():
        if guess.rivals and guess.chosen is not None:
            forms = (guess.chosen, *guess.rivals)
            evidence = {form.name: counts[f"{name} {form.name}"] for form in forms}
            guesses.times[name] = settle_times(guess, evidence, prefers_day_first=day_first)
    for name, number in guesses.numbers.items():
        if number.rivals:
            evidence = {
                style.name: counts[f"{name} {style.name}"] for style in (number.chosen, *number.rivals)
            }
            guesses.numbers[name] = settle_numbers(number, evidence)
    guesses.floats = {name for name in guesses.floats if not counts[f"{name} not float"]}


def _count_evidence(guesses: _Columns, plan: Plan, source: Source, engine: DuckEngine) -> dict[str, int]:
    asked: dict[str, str] = {}
    for name, guess in guesses.times.items():
        if guess.rivals and guess.chosen is not None:
            forms = (guess.chosen, *guess.rivals)
            asked |= _named_by_form(name, [form.name for form in forms], evidence_sql(f"{name}_text", forms))
    for name, number in guesses.numbers.items():
        if number.rivals:
            styles = (number.chosen, *number.rivals)
            asked |= _named_by_form(
                name, [style.name for style in styles], number_evidence_sql(f"{name}_text", styles)
            )
    for name in guesses.floats:
        text = _given_text(plan.table[name])
        are_floats = f"{float_ids_sql(text)} AND NOT BOOL_OR(regexp_matches({text}, '^-?0[0-9]'))"
        asked[f"{name} not float"] = f"CASE WHEN COALESCE({are_floats}, TRUE) THEN 0 ELSE 1 END"
    cells = ", ".join(f"{sql} AS n{number}" for number, sql in enumerate(asked.values()))
    counts = dict.fromkeys(asked, 0)
    for records in held_chunks(engine, plan, source.chunks(), delimiter=source.delimiter):
        row = engine.row(f"SELECT {cells} FROM ({mapped_sql(plan, records)})")
        for name, value in zip(asked, row.values(), strict=True):
            counts[name] += int(value or 0)
    return counts


def _named_by_form(column: str, names: Sequence[str], expressions: Sequence[str]) -> dict[str, str]:
    """Name the expressions that count what speaks for the forms of a column."""
    return {f"{column} {name}": sql for name, sql in zip(names, expressions, strict=True)}


def _all_match(texts: Sequence[str], is_so: Any) -> bool:
    return bool(texts) and all(map(is_so, texts))


def _is_float(text: str) -> bool:
    """Say whether a text is a whole number in float form; a number has no leading zero."""
    return _FLOAT.fullmatch(text) is not None


def _is_padded(text: str) -> bool:
    return text != text.strip()
