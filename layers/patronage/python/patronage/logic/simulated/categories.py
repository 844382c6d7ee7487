"""What a product's title says of its category, by a table of words that stands beside this."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

_NO_LETTERS = re.compile(r"[\W\d_]+")


def category_of(title: str | None) -> str | None:
    """Return the category of the first entry of `categories.toml` with a word of the title; None for none.

    Examples
    --------
    >>> category_of("WHITE HANGING HEART T-LIGHT HOLDER"), category_of("JUMBO BAGS"), category_of("85123A")
    ('Candles & holders', 'Bags', None)
    """
    words = _NO_LETTERS.sub(" ", (title or "").lower())
    return next((name for name, pattern in _patterns() if pattern.search(words)), None)


def category_names() -> list[str]:
    """List the categories in their order."""
    return [name for name, _ in _patterns()]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    text = resources.files("patronage.logic.simulated").joinpath("categories.toml").read_text("utf-8")
    return [(each["name"], _pattern(each["words"])) for each in tomllib.loads(text)["categories"]]


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})(?:s|es)?\b")
