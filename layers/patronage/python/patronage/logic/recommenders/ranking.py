"""The k best products of each row of scores, dense or sparse, under filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.cells import values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Mask, Matrix, Scores

_SCORE_BITS = 32
_LEAST = np.nextafter(np.float32(0), np.float32(1))


def top_k(scores: Scores, k: int) -> tuple[Ids, Scores]:
    """Return the k greatest positive scores of each row; the lower index first where two are equal.

    Parameters
    ----------
    scores : array of float32, shape (rows, columns)
        Scores; zero, negative and -inf mean "not at all".
    k : int
        How many at most.

    Returns
    -------
    ids : array of int32, shape (rows, k)
        Columns, -1 where none is left.
    scores : array of float32, shape (rows, k)
        Their scores, 0 where none is left.
    """
    check_k(k)
    rows, columns = scores.shape
    width = min(k, columns)
    if width == 0 or rows == 0:
        return np.full((rows, k), -1, dtype=np.int32), np.zeros((rows, k), dtype=np.float32)
    threshold = np.partition(scores, columns - width, axis=1)[:, columns - width][:, None]
    row, column = np.nonzero((scores >= threshold) & (scores > 0))
    return _ranked(row, column, scores[row, column], (rows, columns), k)


def best_products(scores: NDArray[np.floating | np.integer], k: int) -> tuple[Ids, Scores]:
    """Return the k products of the greatest scores above 0, best first, and the scores."""
    ids, best = top_k(scores.astype(np.float32)[None, :], k)
    known = ids[0] >= 0
    return ids[0, known], best[0, known]


def top_k_sparse(
    scores: Matrix, k: int, *, eligible: Mask | None = None, taken: Matrix | None = None
) -> tuple[Ids, Scores]:
    """Return the k greatest positive scores of each row of a sparse matrix, as `top_k` does.

    Parameters
    ----------
    scores : sparse CSR array of float32, shape (rows, columns)
        What is not stored has no score; the order within a row is free.
    k : int
        How many at most.
    eligible : array of bool, shape (columns,), optional
        Which columns may be chosen; by default all.
    taken : sparse CSR array, shape (rows, columns), optional
        Whose stored cells must not be chosen.
    """
    check_k(k)
    rows, columns = scores.shape
    lengths = np.diff(scores.indptr)
    values = np.maximum(scores.data.astype(np.float32), np.float32(0))
    if eligible is not None:
        values[~eligible[scores.indices]] = 0
    # Of the best so many more may be taken.
    wanted = np.full(rows, k) if taken is None else k + np.diff(taken.indptr)
    least = _least_wanted(values, scores.indptr, wanted)
    kept = np.flatnonzero(values >= np.repeat(least, lengths))
    row = np.searchsorted(scores.indptr, kept, side="right") - 1
    if taken is not None:
        is_free = values_of(taken, row, scores.indices[kept]) == 0
        row, kept = row[is_free], kept[is_free]
    return _ranked(row, scores.indices[kept], values[kept], (rows, columns), k)


def _least_wanted(
    values: Scores, indptr: NDArray[np.integer], wanted: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Return for each row the value that as many reach as are wanted of it, if it has them."""
    least = np.full(len(wanted), _LEAST)
    is_long = np.diff(indptr) > wanted
    starts, ends = indptr[:-1][is_long], indptr[1:][is_long]
    places = ends - wanted[is_long]
    parted = values.copy()
    for start, end, place in zip(starts.tolist(), ends.tolist(), (places - starts).tolist(), strict=True):
        parted[start:end].partition(place)
    least[is_long] = np.maximum(parted[places], _LEAST)
    return least


def check_k(k: int) -> None:
    """Refuse a k below 1."""
    if k < 1:
        raise BadInput(f"k={k} must be at least 1")


def _ranked(
    row: NDArray[np.integer], column: NDArray[np.integer], score: Scores, shape: tuple[int, int], k: int
) -> tuple[Ids, Scores]:
    """Rank positive scores within their rows.

    Row, falling score and column make one number each: sorting those is several times as quick as sorting by
    three keys. The bits of positive floats are in the order of the floats.
    """
    rows, columns = shape
    column_bits = max(int(columns - 1).bit_length(), 1)
    if int(rows).bit_length() + _SCORE_BITS + column_bits > 64:
        raise BadInput(f"{rows} rows by {columns} columns are too many to rank at once; take fewer rows")
    falling = np.uint64(0xFFFFFFFF) - np.ascontiguousarray(score, np.float32).view(np.uint32)
    keys = row.astype(np.uint64) << np.uint64(_SCORE_BITS + column_bits)
    keys |= falling << np.uint64(column_bits)
    keys |= column.astype(np.uint64)
    keys.sort()
    starts = np.searchsorted(
        keys, np.arange(rows + 1, dtype=np.uint64) << np.uint64(_SCORE_BITS + column_bits)
    )
    places = starts[:-1, None] + np.arange(k)
    is_there = places < starts[1:, None]
    found = keys[np.minimum(places, len(keys) - 1)] if len(keys) else np.zeros(places.shape, np.uint64)
    ids = (found & np.uint64((1 << column_bits) - 1)).astype(np.int32)
    bits = np.uint64(0xFFFFFFFF) - ((found >> np.uint64(column_bits)) & np.uint64(0xFFFFFFFF))
    best = bits.astype(np.uint32).view(np.float32)
    return np.where(is_there, ids, np.int32(-1)), np.where(is_there, best, np.float32(0))
