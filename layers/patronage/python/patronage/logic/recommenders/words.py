"""Words and tags of products, counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.recommenders.interactions import Matrix

_WORD = re.compile(r"\w\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, those of two letters or digits and more."""
    return _WORD.findall((text or "").lower())


def term_counts(terms: Sequence[Sequence[str]], n_products: int) -> tuple[list[str], Matrix]:
    """Count the terms of each product.

    Parameters
    ----------
    terms : sequence of sequences of str, one a product
        May be shorter than there are products: nothing is known of the rest.
    n_products : int
        How many there are.

    Returns
    -------
    names : list of str
        The terms, in the order of the alphabet.
    counts : sparse array, shape (products, terms)
        How often each has each.
    """
    lengths = np.zeros(n_products, dtype=np.int64)
    lengths[: len(terms)] = [len(each) for each in terms]
    every = [term for each in terms for term in each]
    names = sorted(set(every))
    # Numbered by hand: an array of texts is as wide as the longest of them.
    place_of = {name: place for place, name in enumerate(names)}
    columns = np.fromiter((place_of[term] for term in every), np.int32, len(every))
    cells = (np.ones(len(columns), dtype=np.float32), (np.repeat(np.arange(n_products), lengths), columns))
    return names, sparse.coo_array(cells, shape=(n_products, len(names))).tocsr()
