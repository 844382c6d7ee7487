"""What a person says of a file: in the settings file, by a pattern of keys, or in its own sidecar."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.ingest.dialects import Dialect, by_demand, dialects, parse_dialect
from patronage.logic.ingest.recognition import GIVEN, read_given
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is given for one file.

    Parameters
    ----------
    encoding, delimiter, quote, has_header, header, skip_lines, sheet, member, format
        Instead of what would be detected.
    dialect : str
        Name of the dialect.
    table : str
        The canonical table.
    currency : str
        Of rows that name none.
    day_first : bool, optional
        How a column is read in which every date could be day first or month first.
    unfloat : bool
        Whether an id column of which each cell looks like ``13085.0`` is read as ``13085``.
    split_orders : bool
        Orders are spread over several files: the newest file does not supply all lines of an order, but
        only those of its earlier versions.
    strict : bool
        Refuse the file where its form is in doubt.
    max_refused_share : float, optional
        Instead of the shop's.
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
    unfloat: bool = True
    split_orders: bool = False
    strict: bool = False
    max_refused_share: float | None = None
    known_dialects: tuple[Dialect, ...] = field(default_factory=dialects, repr=False)

    def given(self) -> dict[str, Any]:
        """Return what recognition is to take as given."""
        values = {name: getattr(self, name) for name in GIVEN}
        return {name: value for name, value in values.items() if value != getattr(_DETECTED, name)}


_DETECTED = Options(known_dialects=())
_NAMES = {each.name for each in fields(Options)} - {"known_dialects"}
_KINDS = {
    "day_first": bool,
    "unfloat": bool,
    "split_orders": bool,
    "strict": bool,
    "max_refused_share": (int, float),
}

_KIND_WORDS: Mapping[object, str] = {
    bool: "true or false", str: "a text", (int, float): "a number"
}  # fmt: skip


def options_for(
    key: str, *, settings: str = "", sidecar: str = "", own_dialects: Mapping[str, str] | None = None
) -> Options:
    """Put together what is given for an object.

    Parameters
    ----------
    key : str
        The object's key.
    settings : str
        TOML of `settings/ingest.toml`: ``[[files]]`` tables, each with a pattern ``match`` of keys; a later
        one goes before an earlier one.
    sidecar : str
        TOML of the object's own sidecar, which goes before all of them.
    own_dialects : mapping
        File name to TOML of the shop's own dialects; one replaces the shipped one of the same name.

    Raises
    ------
    BadInput
        One of the texts is wrong; the message says where.
    """
    values: dict[str, Any] = {}
    for entry in _toml(settings, "settings/ingest.toml").get("files", []):
        pattern = entry.get("match")
        if not isinstance(pattern, str):
            raise BadInput(
                "settings/ingest.toml: each [[files]] needs match, a pattern such as 'raw/orders/*'"
            )
        if fnmatchcase(key, pattern):
            values |= {name: value for name, value in entry.items() if name != "match"}
    values |= _toml(sidecar, f"the sidecar of {key}")
    _check(values, key)
    header = tuple(values.pop("header", ()))
    return Options(**values, header=header, known_dialects=_known(own_dialects or {}))


def options_number(options: Options) -> str:
    """Return a digest of what touches rows; equal options, equal digest."""
    return hashlib.sha256(repr(options).encode() + repr(options.known_dialects).encode()).hexdigest()


def _known(own: Mapping[str, str]) -> tuple[Dialect, ...]:
    if not own:
        return dialects()
    parsed = [parse_dialect(text, name) for name, text in sorted(own.items())]
    replaced = {each.name for each in parsed}
    return by_demand([*parsed, *(each for each in dialects() if each.name not in replaced)])


def _toml(text: str, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(f"{place} is no TOML ({exc}); mend it and upload the file again") from exc


def _check(values: Mapping[str, Any], key: str) -> None:
    for name, value in values.items():
        if name not in _NAMES:
            raise BadInput(f"{key}: option {name!r} is unknown; known are {', '.join(sorted(_NAMES))}")
        if name in GIVEN:
            continue
        kind = _KINDS.get(name, str)
        if not isinstance(value, kind):  # type: ignore[arg-type]
            raise BadInput(
                f"{key}: option {name} = {value!r} must be {_KIND_WORDS[kind]}; correct it in the sidecar or "
                "in settings/ingest.toml"
            )
    try:
        read_given({name: value for name, value in values.items() if name in GIVEN})
    except BadInput as exc:
        raise BadInput(f"{key}: {exc}") from exc
    share = values.get("max_refused_share", 0)
    if not 0 <= share <= 1:
        raise BadInput(f"{key}: option max_refused_share = {share!r} must lie between 0 and 1; 0.2 is 20 %")
    if values.get("table", "orders") not in TABLES:
        raise BadInput(f"{key}: table = {values['table']!r} is none of {', '.join(TABLES)}")
