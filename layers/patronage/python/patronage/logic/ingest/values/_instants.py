"""Write the SQL that reads a column of times in the one format that it has.

Figures below were measured with DuckDB 2.0.1 in nanoseconds a row on one thread. A branch of COALESCE or
CASE runs only for the rows that the ones before it left, so a column in its plain form pays for that alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from patronage.logic.ingest.values._evidence import counts_of_only
from patronage.logic.ingest.values._formats import EPOCH_UNITS, EXCEL, ISO
from patronage.logic.ingest.values._shapes import GAP, ISO_DAY, ISO_TIME, OFFSET, UTC_WORD
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.ingest.values._formats import TimeFormat

_SECOND = 10**6
_DAY = 86_400 * _SECOND
_EXCEL_DAYS = 25_569
"""Days from 1899-12-30 to 1970-01-01."""

ALLOWED_MICROS = (-2_208_988_800_000_000, 7_289_654_399_999_999)
"""Microseconds of the years 1900 to 2200, both included."""

_UTC_NAMES = {"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z"}
_FIXED = re.compile(r"(?P<sign>[+-])(?P<hours>0[0-9]|1[0-4]):(?P<minutes>[0-5][0-9])")
_YEAR = "(?:19[0-9]{2}|2[01][0-9]{2}|2200)"
_ISO_NAIVE = rf" *{_YEAR}{ISO_DAY}(?:{ISO_TIME})? *"
_ISO_AWARE = rf" *{_YEAR}{ISO_DAY}{ISO_TIME} ?(?:{UTC_WORD}|{OFFSET}) *"
_TIME_END = rf"(:[0-9]{{1,2}}(?:\.[0-9]+)?(?:{GAP}[AaPp][Mm])?|T[0-9]{{4,6}}|[0-9]{{14}})"
_ENDS_IN_UTC = rf"{_TIME_END} ?{UTC_WORD} *$"
_ENDS_IN_OFFSET = rf"{_TIME_END} ?({OFFSET}) *$"
_PLAUSIBLE = {
    True: r"^ *(?:0?[1-9]|[12][0-9]|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-]",
    False: r"^ *(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|[12][0-9]|3[01])[/.-]",
}


def instant_sql(text: str, form: TimeFormat, *, zone: str) -> str:
    """Write the expression that reads a text as an instant, TIMESTAMPTZ, or NULL where it is none.

    A text that ends with an offset, Z, UTC or GMT is taken at it; any other is in `zone`. Where the clocks of
    the zone go forward, a time that does not exist is moved on by the gap (01:30 is 02:30 in London); where
    they go back, a time that exists twice is the second one. Years before 1900 and after 2200 give NULL.

    Parameters
    ----------
    text : str
        An expression of type VARCHAR, best a column's name: it is repeated.
    form : TimeFormat
        The one format of the column.
    zone : str
        An IANA zone, or a constant offset such as ``+02:00``, which costs 85 ns a row less.
    """
    if form.name == ISO.name:
        return _iso(text, zone)
    if form.name in EPOCH_UNITS:
        return _epoch(text, EPOCH_UNITS[form.name])
    if form.name == EXCEL.name:
        return _excel(text, zone)
    return _patterned(text, form, zone)


def evidence_sql(text: str, forms: Sequence[TimeFormat]) -> tuple[str, ...]:
    """Write one aggregate a format: how many texts it reads that no other format of the list does."""
    reads = [f"{instant_sql(text, form, zone='UTC')} IS NOT NULL" for form in forms]
    return counts_of_only(reads)


def _iso(text: str, zone: str) -> str:
    # TRY_CAST AS TIMESTAMP (31) drops the offset of '… +02' and takes 'epoch'; strptime (36) is strict.
    naive = (
        f"CASE strlen({text}) WHEN 19 THEN CASE WHEN contains({text}, 'T') "
        f"THEN try_strptime({text}, '%Y-%m-%dT%H:%M:%S') ELSE try_strptime({text}, '%Y-%m-%d %H:%M:%S') END "
        f"WHEN 10 THEN try_strptime({text}, '%Y-%m-%d') END"
    )
    dotted = f"replace(trim({text}), ',', '.')"
    signed = f"regexp_replace({dotted}, ' ?{UTC_WORD}$', '+00')"
    aware = (  # from here on the offset and the year are checked, so a cast cannot misread
        f"COALESCE(TRY_CAST({text} AS TIMESTAMPTZ), try_strptime({text}, '%Y-%m-%d %H:%M:%S %z'), "
        f"TRY_CAST(regexp_replace({signed}, ' ?([+-][0-9:]+)$', '\\1') AS TIMESTAMPTZ))"
    )
    lenient = f"epoch_us(COALESCE(TRY_CAST({text} AS TIMESTAMP), TRY_CAST({dotted} AS TIMESTAMP)))"
    return (
        f"COALESCE({_instant(f'epoch_us({naive})', zone)}, CASE WHEN strlen({text}) < 8 THEN NULL "
        f"WHEN regexp_full_match({text}, {literal(_ISO_AWARE)}) THEN {aware} "
        f"WHEN regexp_full_match({text}, {literal(_ISO_NAIVE)}) THEN {_from_zone(lenient, zone)} END)"
    )


def _patterned(text: str, form: TimeFormat, zone: str) -> str:
    # Each branch but the first is a CASE with a cheap test: what a COALESCE holds twice outside of a CASE,
    # DuckDB computes beforehand for every row.
    first, *others = form.patterns
    naive = [each for each in others if not _has_zone(each)]
    aware = [each for each in others if _has_zone(each)]
    branches = [_by_patterns(text, [first], zone), _shifted(text, form)]
    branches += [_guarded(text, form, _by_patterns(text, each, zone)) for each in (naive, aware) if each]
    return f"COALESCE({', '.join(each for each in branches if each)})"


def _shifted(text: str, form: TimeFormat) -> str:
    """Read a text that ends with an offset, which its pattern does not name, at that offset."""
    naive = [each for each in form.patterns if not _has_zone(each)]
    if not naive:
        return ""
    word, offset = literal(_ENDS_IN_UTC), literal(_ENDS_IN_OFFSET)
    by_word = _by_patterns(f"regexp_replace({text}, {word}, '\\1')", naive, "UTC")
    moved = f"regexp_replace({text}, {offset}, '\\1 \\2')"
    by_offset = _by_patterns(moved, [f"{each} %z" for each in naive], "UTC")
    return (
        f"CASE WHEN regexp_matches({text}, {word}) THEN {by_word} "
        f"WHEN regexp_matches({text}, {offset}) THEN {by_offset} END"
    )


def _by_patterns(text: str, patterns: Sequence[str], zone: str) -> str:
    """Try patterns in turn, all with an offset or all without: one that fails costs 270, one that fits 33."""
    micros = f"epoch_us(try_strptime({text}, [{', '.join(map(literal, patterns))}]))"
    return _instant(micros, "UTC" if _has_zone(patterns[0]) else zone)


def _guarded(text: str, form: TimeFormat, expression: str) -> str:
    """Spare a text whose day and month cannot be in this order the cost of failing at each pattern."""
    first = form.patterns[0]
    if form.day_first is None or not re.match(r"%-?[dm][/.-]%-?[dm][/.-]", first):
        return f"CASE WHEN strlen({text}) >= 6 THEN {expression} END"
    return f"CASE WHEN regexp_matches({text}, {literal(_PLAUSIBLE[form.day_first])}) THEN {expression} END"


def _epoch(text: str, units: int) -> str:
    scale = _SECOND // units
    decimals = len(str(scale)) - 1
    digits = f"[0-9]{{1,{11 + len(str(units)) - 1}}}"
    number = f"CAST(TRY_CAST({text} AS DECIMAL(18, {decimals})) AS DECIMAL(27, {decimals}))"
    micros = (
        f"CASE WHEN regexp_full_match({text}, ' *-?{digits} *') THEN CAST({text} AS BIGINT) * {scale} "
        f"WHEN regexp_full_match({text}, ' *-?{digits}(?:\\.[0-9]*)?(?:[eE][+-]?[0-9]{{1,2}})? *') "
        f"THEN TRY_CAST({number} * {scale} AS BIGINT) END"
    )
    return _instant(micros, "UTC")


def _excel(text: str, zone: str) -> str:
    # To the millisecond, which is what a spreadsheet shows; day 60 is its 29 February 1900, which never was.
    is_number = f"regexp_full_match({text}, ' *[0-9]{{2,6}}(?:\\.[0-9]+)? *')"
    days = f"CASE WHEN {is_number} THEN CAST({text} AS DOUBLE) END"
    micros = f"(CAST(round({days} * {_DAY // 1000}) AS BIGINT) * 1000 - {_EXCEL_DAYS * _DAY})"
    return _instant(micros, zone, also=f"{days} >= 61")


def _has_zone(pattern: str) -> bool:
    return "%z" in pattern or "%Z" in pattern


def _instant(micros: str, zone: str, *, also: str = "") -> str:
    """Take microseconds of a zone's wall clock as an instant, if it is of an allowed year.

    DuckDB computes what stands in the first WHEN and again behind it only once, so the bounds cost 1.
    """
    return in_allowed_years(micros, _from_zone(micros, zone), also=also)


def in_allowed_years(micros: str, expression: str, *, also: str = "") -> str:
    """Write the expression that gives another one only where microseconds are of an allowed year."""
    first, last = ALLOWED_MICROS
    condition = f"{micros} BETWEEN {first} AND {last}" + (f" AND {also}" if also else "")
    return f"CASE WHEN {condition} THEN {expression} END"


def _from_zone(micros: str, zone: str) -> str:
    """Take a wall clock's microseconds as an instant. Through ICU it costs 85, by a constant 1."""
    if zone in _UTC_NAMES:
        return f"make_timestamptz({micros})"
    fixed = _FIXED.fullmatch(zone)
    if fixed:
        minutes = int(fixed["sign"] + "1") * (60 * int(fixed["hours"]) + int(fixed["minutes"]))
        return f"make_timestamptz({micros} - {60 * _SECOND * minutes})"
    return f"timezone({literal(zone)}, make_timestamp({micros}))"
