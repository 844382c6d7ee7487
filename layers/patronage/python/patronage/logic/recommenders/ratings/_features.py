"""Numbers made of what is known of products and customers: tags, texts, and who rated what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.recommenders.interactions import Matrix

_A_WORD = re.compile(r"\w\w")
_LEAST_NUMBERS = 8
_BUMPS = np.arange(-4, 4.01, 0.25)
_BUMP_WIDTH = 0.35


def tag_features(tags: Sequence[Sequence[str]], rows: int) -> dict[str, Matrix]:
    """Encode tags ``kind=value``: by kind a part of `rows` rows, each of the length 1 where the row has any.

    A kind whose values are numbers, such as a year or an age, with at least eight of them, is laid over
    overlapping bumps, so that near numbers are alike; of any other kind only equal values are.
    """
    by_kind: dict[str, list[tuple[int, str]]] = {}
    for row, names in enumerate(tags):
        for name in names:
            kind, _, value = name.partition("=")
            by_kind.setdefault(kind, []).append((row, value))
    return {kind: _of_kind(pairs, rows) for kind, pairs in sorted(by_kind.items())}


def text_features(texts: Sequence[str], rows: int) -> Matrix:
    """Encode texts by the TF-IDF of their words; rows have the length 1, or 0 without a word."""
    if not any(_A_WORD.search(text) for text in texts):
        return sparse.csr_array(np.zeros((rows, 0), dtype=np.float32))
    padded = [*texts, *[""] * (rows - len(texts))]
    words = TfidfVectorizer(sublinear_tf=True, dtype=np.float32).fit_transform(padded)
    return cast("Matrix", sparse.csr_array(words))


def unit_rows(matrix: Matrix) -> Matrix:
    """Scale the rows to the length 1."""
    lengths = np.sqrt(np.asarray((matrix * matrix).sum(axis=1)).ravel())
    scale = 1 / np.where(lengths > 0, lengths, 1)
    return sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ matrix)


def _of_kind(pairs: list[tuple[int, str]], rows: int) -> Matrix:
    of_row = np.array([row for row, _ in pairs])
    values = [value for _, value in pairs]
    numbers = _numbers(values)
    if numbers is not None:
        spread = (numbers - numbers.mean()) / numbers.std()
        bumps = np.exp(-(((np.clip(spread, -4, 4)[:, None] - _BUMPS) / _BUMP_WIDTH) ** 2))
        chosen = sparse.coo_array(
            (np.ones(len(of_row)), (of_row, np.arange(len(of_row)))), (rows, len(of_row))
        )
        return unit_rows(sparse.csr_array(chosen @ bumps, dtype=np.float32))
    names = sorted(set(values))
    # Numbered by hand: an array of texts is as wide as the longest of them.
    place_of = {name: place for place, name in enumerate(names)}
    column = np.array([place_of[value] for value in values], dtype=np.int32)
    cells = (np.ones(len(of_row), dtype=np.float32), (of_row, column))
    return unit_rows(sparse.coo_array(cells, (rows, len(names))).tocsr())


def _numbers(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        return None
    is_usable = np.isfinite(numbers).all() and len(np.unique(numbers)) >= _LEAST_NUMBERS
    return numbers if is_usable else None
