"""The words that a visitor would search for a product by."""

from __future__ import annotations

import re

_MOST = 2
_WORD = re.compile(r"[^\W\d_]{3,}")


def search_words(title: str | None) -> str | None:
    """Return the first words of a title, in small letters; None where it has none.

    Examples
    --------
    >>> search_words("72 SWEETHEART FAIRY CAKE CASES"), search_words("85123A"), search_words(None)
    ('sweetheart fairy', None, None)
    """
    found = _WORD.findall((title or "").lower())[:_MOST]
    return " ".join(found) or None
