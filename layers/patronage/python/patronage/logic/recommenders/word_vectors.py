"""Means of word vectors: what texts say, whatever words they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.words import term_counts, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from patronage.logic.recommenders.interactions import Scores


@dataclass(frozen=True)
class WordVectors:
    """Embeddings of words.

    Parameters
    ----------
    places : mapping of str to int
        The row of each word.
    vectors : array of float32, shape (words, dimensions)
        Their embeddings.
    """

    places: Mapping[str, int]
    vectors: Scores

    @classmethod
    def read(cls, lines: Iterable[str], *, wanted: Collection[str] | None = None) -> Self:
        """Read the text format of GloVe and word2vec: a word and its numbers a line, a header or none.

        Parameters
        ----------
        lines : iterable of str
            Such as an open file.
        wanted : collection of str, optional
            The only words to keep, so that a large file needs little memory; by default all.

        Raises
        ------
        BadInput
            A line has no number, or another number of them than the first.
        """
        places: dict[str, int] = {}
        rows: list[Scores] = []
        for number, line in enumerate(lines, start=1):
            word, *values = line.rstrip().split(" ")
            is_header = number == 1 and len(values) == 1
            if is_header or (wanted is not None and word not in wanted) or word in places:
                continue
            rows.append(_vector(values, number))
            if len(rows[-1]) != len(rows[0]):
                raise BadInput(
                    f"line {number} of the word vectors has {len(rows[-1])} numbers, not {len(rows[0])}"
                )
            places[word] = len(places)
        return cls(places, np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32))

    def means(self, texts: Sequence[str], n_products: int) -> Scores:
        """Average the vectors of each text's words, rare words more, less the direction common to all texts.

        This is the smooth inverse frequency of Arora, Liang and Ma (ICLR 2017) with the rarity in documents.

        Returns
        -------
        array of float32, shape (products, dimensions)
            Rows of length 1, or 0 where no word is known.
        """
        names, counts = term_counts([words_of(text) for text in texts], n_products)
        is_known = np.array([name in self.places for name in names], dtype=np.bool_)
        places = [self.places[name] for name in names if name in self.places]
        known = sparse.csr_array(counts[:, np.flatnonzero(is_known)])
        products_with = np.bincount(known.indices, minlength=len(places))
        rarity = np.log((1 + n_products) / (1 + products_with)) + 1
        sums = np.asarray(known @ (rarity[:, None] * self.vectors[places]))
        return _without_common_direction(_unit_rows(sums)).astype(np.float32)


def _vector(values: list[str], number: int) -> Scores:
    try:
        return np.array(values, dtype=np.float32)
    except ValueError as error:
        raise BadInput(f"line {number} of the word vectors holds something that is no number") from error


def _without_common_direction(means: Scores) -> Scores:
    if means.shape[0] <= 1 or means.shape[1] <= 1:
        return means
    _, _, directions = np.linalg.svd(means.T @ means)
    common = directions[0]
    rest: Scores = _unit_rows(means - np.outer(means @ common, common))
    return rest


def _unit_rows(vectors: Scores) -> Scores:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Scores = (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit
