"""The shop's settings: one typed object, read once at an edge and passed inwards."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS = dict.fromkeys(_WITHOUT.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)
"""Digits of the minor unit where ISO 4217 says something else than two."""

MOST_SEARCH_SECONDS = 500
"""A function ends after 900 s, and has the best settings to train with once more."""

_TYPES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    tuple: "a list of texts",
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What differs from shop to shop.

    Parameters
    ----------
    currency : str
        ISO 4217 code of the shop's books; every stored amount is in its minor unit.
    timezone : str
        IANA zone in which days, weeks and months are cut. Time is UTC inside.
    drop_repeated_lines : bool
        Drop lines that are identical within one order of one file instead of keeping them
        (two of the same thing are often written as two equal lines).
    max_refused_share : float
        A file with a greater share of refused rows, 0 to 1, is refused whole.
    prices_include_tax : bool
        Unit prices hold the tax that the line states; the net leaves it out.
    count_shipping : bool
        The shipping that a line states is revenue; the net takes it in.
    day_first : bool
        How a column of dates is read in which every date could be day first or month first.
    rates : mapping
        ISO 4217 code to the units of the shop's currency for one of its own, as a text (``"0.92"``: a number
        would not be exact); or to a mapping from a day (``2025-01-01``) to the rate from that day on. Without
        a rate, rows are refused.
    keep_generation_days : int
        How long a superseded generation stays in the serving table for a rollback.
    keep_replaced_files_days : int
        How long a file of the lake that a newer version replaced stays for the runs that pinned an older one.
    search_seconds : float
        How long a training run searches the settings of each method; 0 takes the first that are known.
    recommend_bought : bool
        Customers are recommended what they bought already as well, where they are likely to buy it again:
        for groceries and other goods that are used up.
    explore_share : float
        Share of each customer's places, 0 to 1, given to products too new to be judged by their sales.
    cors_origins : tuple of str
        Web origins whose pages may call the API from a browser (``https://shop.example``).
    """

    currency: str = "EUR"
    timezone: str = "UTC"
    drop_repeated_lines: bool = False
    max_refused_share: float = 0.2
    prices_include_tax: bool = False
    count_shipping: bool = False
    day_first: bool = True
    rates: Mapping[str, Any] = field(default_factory=dict)
    keep_generation_days: int = 7
    keep_replaced_files_days: int = 7
    search_seconds: float = 120.0
    recommend_bought: bool = False
    explore_share: float = 0.05
    cors_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
            raise BadInput(
                f"timezone {self.timezone!r} is not an IANA time zone; write it as in 'Europe/London'"
            ) from exc
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise BadInput(f"currency {self.currency!r} is not an ISO 4217 code; write it as in 'GBP'")
        if not 0 <= self.max_refused_share <= 1:
            raise BadInput(f"max_refused_share {self.max_refused_share} must lie between 0 and 1")
        if not 0 <= self.explore_share <= 1:
            raise BadInput(f"explore_share {self.explore_share} must lie between 0 and 1")
        if not 0 <= self.search_seconds <= MOST_SEARCH_SECONDS:
            raise BadInput(
                f"search_seconds {self.search_seconds} must lie between 0 and {MOST_SEARCH_SECONDS}"
            )
        for origin in self.cors_origins:
            if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", origin):
                raise BadInput(
                    f"cors_origins {origin!r} is no web origin; write scheme and host, as in 'https://shop.example'"
                )
        for name in ("keep_generation_days", "keep_replaced_files_days"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} {getattr(self, name)} must be at least 1")

    @property
    def minor_digits(self) -> int:
        """Digits of the currency's minor unit: 2 for GBP, 0 for JPY."""
        return minor_digits_of(self.currency)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Shop:
        """Build settings from plain values; an unknown name is refused, not ignored."""
        return cls(**typed_values(cls, values))

    @classmethod
    def from_json(cls, text: str) -> Shop:
        """Read what `to_json` wrote; a function gets it in `PATRONAGE_SHOP`."""
        try:
            values = json.loads(text)
        except json.JSONDecodeError as exc:
            raise BadInput(f"the shop's settings are no JSON ({exc}); write them again") from exc
        return cls.from_mapping(values)

    def to_json(self) -> str:
        """Write the settings as one line of JSON with sorted names."""
        return json.dumps(asdict(self), sort_keys=True)

    def format_money(self, minor: int) -> str:
        """Write an amount in minor units for people: ``GBP 8,832,003.27``."""
        return format_money(minor, self.currency)

    def format_amount(self, minor: int) -> str:
        """Write an amount in minor units without its currency, for a column that names it."""
        return _format_amount(minor, self.minor_digits)


def format_money(minor: int, currency: str) -> str:
    """Write an amount in minor units of a currency for people: ``GBP 8,832,003.27``."""
    return f"{currency} {_format_amount(minor, minor_digits_of(currency))}"


def _format_amount(minor: int, digits: int) -> str:
    whole, rest = divmod(abs(minor), 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{fraction}"


def minor_digits_of(currency: str) -> int:
    """Return the digits of a currency's minor unit: 2 for GBP, 0 for JPY."""
    return MINOR_DIGITS.get(currency, 2)


def typed_values(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a class of settings from plain values, as JSON or TOML gives them.

    Raises
    ------
    BadInput
        A name is unknown, or a value is of another type.
    """
    known = {each.name: each for each in fields(kind)}
    for name in values:
        if name not in known:
            raise BadInput(f"setting {name!r} is unknown; known are {', '.join(sorted(known))}")
        wanted = _type_of(known[name])
        if not _is_of(values[name], wanted):
            raise BadInput(f"setting {name} = {values[name]!r} must be {_TYPES[wanted]}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def type_name(setting: Field[Any]) -> str:
    """Return what a setting takes, in words: ``a whole number``."""
    return _TYPES[_type_of(setting)]


def _type_of(setting: Field[Any]) -> type:
    return dict if setting.default is MISSING else type(setting.default)


def _is_of(value: object, wanted: type) -> bool:
    """Say whether a plain value, as JSON or TOML gives it, is of the type of a setting."""
    if wanted is tuple:
        return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)
