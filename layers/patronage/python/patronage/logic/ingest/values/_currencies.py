"""The currency that stands beside an amount: as its ISO 4217 code, or as a sign that means one currency."""

from __future__ import annotations

import re

from patronage.logic.queries import literal

_LEGAL_TENDER = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHDRAWN = "ANG EEK HRK LTL LVL SKK SLL ZWL"
CODES = (*_LEGAL_TENDER.split(), *_WITHDRAWN.split())
"""ISO 4217 of 2025 without funds, metals and test codes, and what was withdrawn since 2009."""

SIGNS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "₫": ("VND",),
    "₪": ("ILS",),
    "฿": ("THB",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "₸": ("KZT",),
    "₵": ("GHS",),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "AU$": ("AUD",),
    "NZ$": ("NZD",),
    "HK$": ("HKD",),
    "S$": ("SGD",),
    "NT$": ("TWD",),
    "MX$": ("MXN",),
    "R$": ("BRL",),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "Ft": ("HUF",),
    "лв": ("BGN",),
    "лв.": ("BGN",),
    "Fr.": ("CHF",),
    "SFr.": ("CHF",),
    "RM": ("MYR",),
    "Rp": ("IDR",),
    "R": ("ZAR",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "JMD", "TTD"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "NOK", "SEK", "ISK"),
    "Kr": ("SEK", "NOK", "DKK", "ISK"),
    "lei": ("RON", "MDL"),
    "Rs": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "Rs.": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "₨": ("INR", "PKR", "LKR", "NPR", "MUR"),
}
"""The currencies that use a sign. Where they are several, the sign alone does not tell which."""

NO_CURRENCY = "XXX"
"""ISO 4217's code for no currency: there is never a rate for it."""


def _alternatives(texts: tuple[str, ...]) -> str:
    """Write a regular expression for any of some texts, the longest first."""
    return "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


MONEY_MARK = f"(?:{_alternatives(tuple({*CODES, *(sign.upper() for sign in SIGNS)}))})"
"""A code or sign of a text in capitals, for `re` and RE2 alike."""

_LETTERED = tuple(sign for sign in SIGNS if re.fullmatch("[A-Za-z].*[^$]|[A-Z]", sign))
_SYMBOLIC = tuple(sign for sign in SIGNS if sign not in _LETTERED)
_CODE = f"(?i)(?:^|[^a-z])({_alternatives(CODES)})(?:$|[^a-z])"
_SYMBOL = f"({_alternatives(_SYMBOLIC)})"
_LETTERS = f"(?:^|[^A-Za-z])({_alternatives(_LETTERED)})(?:$|[^A-Za-z])"


def currency_sql(text: str, *, shop_currency: str | None = None) -> str:
    """Write the expression that finds the currency in a cell such as ``€ 12,50``, ``12.50 GBP``, ``US$5``.

    Parameters
    ----------
    text : str
        An expression of type VARCHAR.
    shop_currency : str, optional
        What a sign that several currencies use (``$``, ``kr``) stands for, if the shop's is one of them;
        otherwise such a sign gives `NO_CURRENCY`, which no rate converts, rather than a wrong amount.

    Returns
    -------
    str
        ISO code, or NULL where the cell names none; of a sign that several use, where no shop is given.
    """
    code = f"upper(regexp_extract({text}, {literal(_CODE)}, 1))"
    symbol = _meaning(f"regexp_extract({text}, {literal(_SYMBOL)}, 1)", _SYMBOLIC, shop_currency)
    letters = _meaning(f"regexp_extract({text}, {literal(_LETTERS)}, 1)", _LETTERED, shop_currency)
    return f"COALESCE(NULLIF({code}, ''), {symbol}, {letters})"


def names_currency(text: str) -> bool:
    """Say whether a cell names a currency."""
    return re.search(MONEY_MARK, text.upper()) is not None


def _meaning(found: str, signs: tuple[str, ...], shop_currency: str | None) -> str:
    meanings = {sign: _user(sign, shop_currency) for sign in signs}
    cases = " ".join(f"WHEN {literal(sign)} THEN {literal(code)}" for sign, code in meanings.items() if code)
    return f"CASE {found} {cases} END"


def _user(sign: str, shop_currency: str | None) -> str:
    """Return what a sign stands for, empty where nobody can say."""
    users = SIGNS[sign]
    if len(users) == 1:
        return users[0]
    if shop_currency is None:
        return ""
    return shop_currency if shop_currency in users else NO_CURRENCY
