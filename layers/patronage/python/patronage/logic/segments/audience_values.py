"""One way to write an address: e-mail, telephone, name, place and country, as advertisers' lists want them.

Two addresses that mean the same must be written the same before they are hashed. The rules are those of
Meta, "Customer Information Parameters" (developers.facebook.com, Conversions API), and of Google, "Format
user data" (developers.google.com, Data Manager API) and "Formatting guidelines for uploading hashed data"
(Google Ads Help 7476159).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+")
_NOT_DIGITS = re.compile(r"\D")
_NOT_LETTERS = re.compile(r"[^\w]|[\d_]")
_NOT_WORDS = re.compile(r"[^\w]|_")
_EXTENSION = re.compile(r"(?:ext|x|#|;).*$", re.IGNORECASE)
_PHONE_DIGITS = range(7, 16)
"""E.164 allows 15; fewer than 7 with the country's code are no subscriber's number."""


@dataclass(frozen=True)
class Country:
    """A country: its ISO 3166-1 alpha-2 code, its calling code, and what precedes a number inside it."""

    code: str
    calling: str
    trunk: str


@cache
def _countries() -> dict[str, Country]:
    file = resources.files("patronage.logic.segments").joinpath("countries.csv")
    found: dict[str, Country] = {}
    for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))):
        country = Country(row["code"], row["calling"], row["trunk"])
        found |= {_folded(name): country for name in (row["code"], *row["names"].split("|"))}
    return found


def country_of(text: str | None) -> Country | None:
    """Find a country by its two-letter or three-letter code or its name; None where it is not known."""
    return None if text is None else _countries().get(_folded(text))


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code, ``GB``; a code that is not in our list as it stands."""
    country = country_of(text)
    if country is not None:
        return country.code
    plain = (text or "").strip().upper()
    return plain if re.fullmatch("[A-Z]{2}", plain) else None


def email_of(text: str | None) -> str | None:
    """Return an e-mail address trimmed and in lower case; None where it is none."""
    plain = (text or "").strip().lower()
    return plain if _EMAIL.fullmatch(plain) else None


def gmail_folded(email: str) -> str:
    """Take dots and what follows a plus from a Gmail address: Gmail does not tell them apart."""
    mailbox, _, domain = email.rpartition("@")
    if domain not in {"gmail.com", "googlemail.com"}:
        return email
    return f"{mailbox.partition('+')[0].replace('.', '')}@{domain}"


def phone_of(text: str | None, country: str | None) -> str | None:
    """Return a telephone number in E.164, ``+442071838750``; None where that cannot be told.

    Parameters
    ----------
    text : str
        The number, international (``+44 …``, ``0044 …``) or as it is dialled inside the country.
    country : str
        The customer's country, which a number without a country's code is taken to lie in.
    """
    plain = _EXTENSION.sub("", (text or "").strip().lstrip("'"))
    digits = _NOT_DIGITS.sub("", plain)
    if plain.startswith("+"):
        digits = _NOT_DIGITS.sub("", plain.replace("(0)", ""))
    elif digits.startswith("00"):
        digits = _NOT_DIGITS.sub("", plain.replace("(0)", ""))[2:]
    else:
        digits = _made_international(digits, country_of(country))
    return f"+{digits}" if len(digits) in _PHONE_DIGITS and not digits.startswith("0") else None


def _made_international(digits: str, country: Country | None) -> str:
    if country is None or not digits:
        return ""
    if country.trunk and digits.startswith(country.trunk):
        return country.calling + digits.removeprefix(country.trunk)
    beyond = len(digits) - len(country.calling) if digits.startswith(country.calling) else 0
    if beyond >= 9:
        return digits
    if (
        beyond == 8
    ):  # with the country's code or without: nobody can tell, and a stranger's is worse than none
        return ""
    return country.calling + digits


def name_of(text: str | None) -> str | None:
    """Return a name in lower case without blanks and punctuation, in its own letters (Meta)."""
    return _NOT_LETTERS.sub("", _lower(text)) or None


def trimmed_name(text: str | None) -> str | None:
    """Return a name in lower case without blanks around it (Google)."""
    return _lower(text).strip() or None


def place_of(text: str | None) -> str | None:
    """Return a town or region in lower case without blanks and punctuation."""
    return _NOT_WORDS.sub("", _lower(text)) or None


def postal_code_of(text: str | None, country: str | None) -> str | None:
    """Return a postal code in lower case without blanks and dashes; a ZIP code's first five digits."""
    code = re.sub(r"[\s\-]", "", _lower(text))
    return (code[:5] if country_code(country) == "US" else code) or None


def hashed(text: str | None) -> str:
    """Return SHA-256 of a text in UTF-8, as hexadecimal digits in lower case; empty for none."""
    return sha256(text.encode()).hexdigest() if text else ""


def _lower(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").lower()


def _folded(text: str) -> str:
    return _NOT_WORDS.sub("", _lower(text))
