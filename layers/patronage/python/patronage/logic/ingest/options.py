"""What a person says of a file: in the settings file, by a pattern of keys, or in its own sidecar."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, BadInput, BadSettings
from patronage.logic.ingest.dialects import Dialect, by_demand, dialects, parse_dialect
from patronage.logic.ingest.recognition import GIVEN, read_given
from patronage.logic.ingest.values import CODES, given_time_format
from patronage.logic.settings_text import below, located, toml_of
from patronage.logic.settings_values import refused
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from patronage.logic.ingest.recognition import Format

SETTINGS = "settings/ingest.toml"
"""Where a lake keeps what is said of its files."""
DIALECTS = "settings/dialects/"
"""Below which a lake keeps the shop's own dialects."""
SIDECAR_PLACE = "its sidecar"
"""How a report calls the sidecar of its upload."""
_USED = {
    "csv": ("encoding", "delimiter", "quote", "has_header", "header", "skip_lines", "format"),
    "json": ("encoding", "format"),
    "parquet": ("format",),
    "xlsx": ("has_header", "header", "skip_lines", "sheet", "format"),
}
"""What of a file's form may be given, by the kind of the file."""
_KIND_NAMES = {"csv": "a CSV file", "json": "a JSON file", "parquet": "a Parquet file", "xlsx": "a workbook"}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is given for one file.

    Parameters
    ----------
    encoding : str
        Of CSV and JSON: ``utf-8``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``windows-1252``; this and
        what follows stands instead of what would be detected.
    delimiter : str
        Of CSV: what stands between cells, 1 to 4 bytes.
    quote : str, optional
        Of CSV: what encloses cells; empty where nothing does.
    has_header : bool, optional
        Of CSV and XLSX: whether the first row names the columns.
    header : tuple of str
        Of CSV and XLSX: the columns' names; alone it says that the file has no header.
    skip_lines : int, optional
        Of CSV and XLSX: rows before the header.
    sheet : str
        Of XLSX: the sheet.
    member : str
        Of zip: the file in it.
    format : str
        ``csv``, ``json``, ``parquet`` or ``xlsx``.
    dialect : str
        Name of the dialect, whatever the header says.
    table : str
        The canonical table, whatever the key says.
    currency : str
        Of rows that name none.
    day_first : bool, optional
        How a column is read in which every date could be day first or month first.
    times : mapping
        Canonical column to `strptime` patterns, or to one of ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us``
        and ``excel``; it goes before what the dialect states of the column.
    unfloat : bool
        Whether an id column of which each cell looks like ``13085.0`` is read as ``13085``.
    split_orders : bool
        Orders are spread over several files: the newest file does not supply all lines of an order, but
        only those of its earlier versions.
    strict : bool
        Refuse the file where its form is in doubt.
    max_refused_share : float, optional
        Instead of the shop's.
    known_dialects : tuple of Dialect
        Those that may be chosen; the shop's own among them.
    faults : tuple of str
        What is wrong with those of the shop's own that were left out.
    own : frozenset of str
        The options that the file's own sidecar states.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    has_header: bool | None = None
    header: tuple[str, ...] = ()
    skip_lines: int | None = None
    sheet: str = ""
    member: str = ""
    format: str = ""
    dialect: str = ""
    table: str = ""
    currency: str = ""
    day_first: bool | None = None
    times: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    unfloat: bool = True
    split_orders: bool = False
    strict: bool = False
    max_refused_share: float | None = None
    known_dialects: tuple[Dialect, ...] = field(default_factory=dialects, repr=False)
    faults: tuple[str, ...] = field(default=(), repr=False)
    own: frozenset[str] = field(default=frozenset(), repr=False)

    def given(self) -> dict[str, Any]:
        """Return what recognition is to take as given."""
        values = {name: getattr(self, name) for name in GIVEN}
        return {name: value for name, value in values.items() if value != getattr(_DETECTED, name)}

    def doubts_of(self, found: Format) -> tuple[str, ...]:
        """Say what of these options does not count: a faulty dialect, or what such a file has not."""
        used = {*_USED[found.kind], *(("member",) if found.compression == "zip" else ())}
        kind = _KIND_NAMES[found.kind]
        return (
            *(f"a dialect was left out: {fault}" for fault in self.faults),
            *(
                f"the sidecar states {name}, which says nothing of {kind}; it was not used"
                for name in GIVEN
                if name in self.own - used
            ),
        )


_DETECTED = Options(known_dialects=())
_NAMES = {each.name for each in fields(Options)} - {"known_dialects", "faults", "own"}
_KINDS = {
    "day_first": bool,
    "times": dict,
    "unfloat": bool,
    "split_orders": bool,
    "strict": bool,
    "max_refused_share": (int, float),
}

_KIND_WORDS: Mapping[object, str] = {
    bool: "true or false",
    str: "a text",
    (int, float): "a number",
    dict: "a table, such as { ordered_at = '%d.%m.%Y %H:%M' }",
}


def options_for(
    key: str,
    *,
    settings: str | bytes = "",
    sidecar: str | bytes = "",
    own_dialects: Mapping[str, str | bytes] | None = None,
    call: Mapping[str, Any] | None = None,
) -> Options:
    """Put together what is given for an object.

    Parameters
    ----------
    key : str
        The object's key.
    settings : str or bytes
        TOML of `settings/ingest.toml`: ``[[files]]`` tables, each with a pattern ``match`` of keys; a later
        one goes before an earlier one.
    sidecar : str or bytes
        TOML of the object's own sidecar, which goes before all of them.
    own_dialects : mapping
        Place to TOML of the shop's own dialects; one replaces the shipped one of the same name. A faulty one
        is left out, which is a doubt, unless the options name it.
    call : mapping, optional
        What this call alone states, which goes before the sidecar.

    Raises
    ------
    BadSettings
        One of the texts is wrong; the message says where.
    """
    values: dict[str, Any] = {}
    with _as_settings(SETTINGS):
        given = toml_of(settings, SETTINGS)
        with located(settings, SETTINGS):
            for number, entry in enumerate(_entries(given)):
                if fnmatchcase(key, entry["match"]):
                    with below(f"files.{number}"):
                        _check(entry, f"{SETTINGS}, [[files]] of match = {entry['match']!r}")
                    values |= {name: value for name, value in entry.items() if name != "match"}
    with _as_settings(SIDECAR_PLACE):
        place = f"the sidecar of {key}"
        own = toml_of(sidecar, place)
        with located(sidecar, place):
            _check(own, place)
        stated = values | own | dict(call or {})
        _check(stated, f"what is given for {key}")
    known, faults = _known(own_dialects or {}, stated.get("dialect", ""))
    header = tuple(stated.pop("header", ()))
    return Options(**stated, header=header, known_dialects=known, faults=faults, own=frozenset(own))


def options_number(options: Options) -> str:
    """Return a digest of what touches rows; equal options, equal digest."""
    known = options.known_dialects
    of_dialects = _shipped_text() if known is dialects() else repr(known)
    return hashlib.sha256(repr(options).encode() + of_dialects.encode()).hexdigest()


@cache
def _shipped_text() -> str:
    return repr(dialects())  # it takes 20 ms


@contextmanager
def _as_settings(place: str) -> Iterator[None]:
    """Say of bad input that it stands in a place of the settings."""
    try:
        yield
    except BadInput as exc:
        raise BadSettings(str(exc), place=place) from exc


def _known(own: Mapping[str, str | bytes], pinned: str) -> tuple[tuple[Dialect, ...], tuple[str, ...]]:
    """Return the dialects that may be chosen, and what is wrong with those that were left out."""
    if not own:
        return dialects(), ()
    parsed, faults = [], []
    for place, content in sorted(own.items()):
        try:
            parsed.append(parse_dialect(content, place))
        except BadInput as exc:
            if pinned and pinned in {PurePosixPath(place).stem, _name_in(content)}:
                raise BadSettings(str(exc), place=place) from exc
            faults.append(str(exc))
    replaced = {each.name for each in parsed}
    known = by_demand([*parsed, *(each for each in dialects() if each.name not in replaced)])
    return known, tuple(faults)


def _name_in(content: str | bytes) -> object:
    """Return the name that a faulty dialect gives itself, if that can be read."""
    try:
        name = toml_of(content, "").get("name")
    except BadInput:
        return None
    return name if isinstance(name, str) else None


def _entries(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tables [[files]] of the settings; nothing else may stand there."""
    if unknown := sorted(set(values) - {"files"}):
        said = (
            f"{unknown[0]!r} stands outside [[files]], where it would count for no file; write [[files]] and "
            "match = '*' above it, or a narrower pattern of keys"
        )
        raise refused(SETTINGS, unknown[0], said, rule="known")
    entries = values.get("files", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        said = f"files = {entries!r} must be tables, each begun by a line [[files]]"
        raise refused(SETTINGS, "files", said, rule="type")
    for number, entry in enumerate(entries):
        if not isinstance(entry.get("match"), str):
            said = "each [[files]] needs match, a pattern such as 'raw/orders/*'"
            raise refused(SETTINGS, f"files.{number}", said, rule="required")
    return entries


def _check(values: Mapping[str, Any], place: str) -> None:
    for name, value in values.items():
        if name == "match" and place.startswith(SETTINGS):
            continue
        if name not in _NAMES:
            said = f"option {name!r} is unknown; known are {', '.join(sorted(_NAMES))}"
            raise refused(place, name, said, rule="known")
        if name in GIVEN:
            continue
        kind = _KINDS.get(name, str)
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):  # type: ignore[arg-type]
            said = f"option {name} = {value!r} must be {_KIND_WORDS[kind]}; correct it there"
            raise refused(place, name, said, rule="type")
    try:
        read_given({name: value for name, value in values.items() if name in GIVEN})
    except BadField as exc:
        raise refused(place, exc.field, str(exc), rule=exc.rule) from exc
    _check_meaning(values, place)


def _check_meaning(values: Mapping[str, Any], place: str) -> None:
    share = values.get("max_refused_share", 0)
    if not 0 <= share <= 1:
        said = f"option max_refused_share = {share!r} must lie between 0 and 1; 0.2 is 20 %"
        raise refused(place, "max_refused_share", said, rule="range")
    if values.get("table", "orders") not in TABLES:
        said = f"table = {values['table']!r} is none of {', '.join(TABLES)}"
        raise refused(place, "table", said, rule="known")
    if (currency := values.get("currency", "EUR")) not in CODES:
        said = f"currency = {currency!r} is no ISO 4217 code; write it as in 'EUR'"
        raise refused(place, "currency", said, rule="currency")
    _check_times(values.get("times", {}), values.get("table"), place)


def _check_times(times: Mapping[str, Any], table: str | None, place: str) -> None:
    """Refuse columns that hold no times, and patterns that are none."""
    tables = [TABLES[table]] if table else TABLES.values()
    of_table = f" of {table}" if table else ""
    known = {column.name: None for each in tables for column in each.source_columns if column.is_time}
    for name, patterns in times.items():
        if name not in known:
            said = (
                f"times names {name!r}, which is no column of times{of_table}; write the name that Patronage "
                f"gives it, one of {', '.join(known) or 'none'}"
            )
            raise refused(place, f"times.{name}", said, rule="known")
        listed = [patterns] if isinstance(patterns, str) else patterns
        if not listed or not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            said = (
                f"times.{name} = {patterns!r} must be a text or a list of texts, such as '%d.%m.%Y %H:%M' or "
                "'iso'"
            )
            raise refused(place, f"times.{name}", said, rule="type")
        try:
            for each in listed:
                given_time_format([each])
        except BadInput as exc:
            raise refused(place, f"times.{name}", f"times.{name}: {exc}", rule="time") from exc
