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
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Signs without width, which come along when an address is copied from a page."""
_EXTENSION = re.compile(r"(?:ext|x|#|;).*$", re.IGNORECASE)
_AS_FRACTION = re.compile(r"(\+?\d{7,})[.,]0+")
"""How a spreadsheet or data frame that took the number for one with a fraction writes it."""
_NORTH_AMERICAN = re.compile(r"1[2-9]\d\d[2-9]\d{6}")
"""Area code and office code begin with 2 to 9 (NANPA, "About the North American Numbering Plan")."""
_PHONE_DIGITS = range(7, 16)
"""E.164 allows 15; fewer than 7 with the country's code are no subscriber's number."""
_LOCAL_DIGITS = 7
"""A number of so few digits that begins with no trunk prefix may lack its area code."""
_NATIONAL_DIGITS = {
    calling: range(fewest, most + 1)
    for fewest, most, callings in (
        (7, 8, "230 267 372 507 961"),
        (7, 9, "254 354 423 595"),
        (7, 10, "353"),
        (8, 8, "45 47 65 216 350 356 357 370 371 373 374 382 386 389 502 503 504 505 506 591 598 852"),
        (8, 8, "965 968 973 974"),
        (8, 9, "32 36 51 66 213 264 355 377 385 387 593 855 886 962 971"),
        (8, 10, "20 57 60 64 378 964 977"),
        (9, 9, "33 34 41 48 56 61 93 94 212 221 233 237 244 251 255 256 260 263 351 375 380 420 966 994"),
        (9, 9, "995 998"),
        (9, 10, "44 81 84 92"),
        (9, 11, "31"),
        (10, 10, "7 30 58 90 91 225 234"),
        (10, 11, "52 54 55"),
    )
    for calling in callings.split()
}
"""By calling code the digits of subscribers' numbers after it, where the plan leaves no wider range.

ITU, national numbering plans (itu.int/oth/T0202), as libphonenumber 9.0 has them of lines and mobiles.
"""


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
    plain = _UNSEEN.sub("", text or "").strip().lower()
    return plain if _EMAIL.fullmatch(plain) else None


def gmail_folded(email: str) -> str:
    """Take dots and what follows a plus from a Gmail address: Gmail does not tell them apart."""
    mailbox, _, domain = email.rpartition("@")
    if domain not in {"gmail.com", "googlemail.com"}:
        return email
    return f"{mailbox.partition('+')[0].replace('.', '')}@{domain}"


def mailbox_key(email: str) -> str:
    """Return what all addresses of one mailbox have in common; Gmail's is one under both of its domains."""
    mailbox, _, domain = gmail_folded(email).rpartition("@")
    return f"{mailbox}@gmail.com" if domain == "googlemail.com" else f"{mailbox}@{domain}"


def phone_of(text: str | None, country: str | None) -> str | None:
    """Return a telephone number in E.164, ``+442071838750``; None where that cannot be told.

    A number that a spreadsheet has spoilt (``4.47911E+11``), or that lacks digits, is none: made up to
    length it would be a stranger's.

    Parameters
    ----------
    text : str
        The number, international (``+44 …``, ``0044 …``) or as it is dialled inside the country.
    country : str
        The customer's country, which a number without a country's code is taken to lie in.
    """
    plain = _EXTENSION.sub("", (text or "").strip().lstrip("'( ")).rstrip()
    if whole := _AS_FRACTION.fullmatch(plain):
        plain = whole[1]
    if any(map(str.isalpha, plain)):
        return None
    digits = _digits(plain)
    if plain.startswith("+"):
        digits = _digits(plain.replace("(0)", ""))
    elif digits.startswith("00"):
        digits = _digits(plain.replace("(0)", ""))[2:]
    else:
        digits = _made_international(digits, country_of(country))
    return f"+{digits}" if _is_subscriber(digits) else None


def _digits(text: str) -> str:
    """Return the digits of a text, those of other scripts as ours."""
    digits = _NOT_DIGITS.sub("", text)
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)


def _made_international(digits: str, country: Country | None) -> str:
    if country is None or not digits:
        return ""
    if country.trunk and digits.startswith(country.trunk):
        return country.calling + digits.removeprefix(country.trunk)
    if country.trunk and len(digits) <= _LOCAL_DIGITS:
        return ""
    beyond = len(digits) - len(country.calling) if digits.startswith(country.calling) else 0
    if beyond >= 9:
        return digits
    if (
        beyond == 8
    ):  # with the country's code or without: nobody can tell, and a stranger's is worse than none
        return ""
    return country.calling + digits


def _is_subscriber(digits: str) -> bool:
    """Say whether a number with its calling code has the length of a subscriber's."""
    if digits.startswith("1"):
        return _NORTH_AMERICAN.fullmatch(digits) is not None
    for calling in (digits[:1], digits[:2], digits[:3]):  # none is the beginning of another
        if calling in _NATIONAL_DIGITS:
            return len(digits) - len(calling) in _NATIONAL_DIGITS[calling]
    return len(digits) in _PHONE_DIGITS and not digits.startswith("0")


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
