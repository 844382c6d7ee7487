"""A list of candidates in few bytes: 50 of them, with reasons, in one DynamoDB write unit (1 KB).

After one byte of version comes a raw DEFLATE stream of: the number of candidates and of distinct ids; the
length of each id; for each candidate the place of the id its reason names, counted from 1 (0 for none), then
the kind of its reason; the scores, then the shares, byte by byte in planes, which compress better than
number by number; the ids. A score is a float32 cut to 24 bits (four significant digits hold), a share
counts ten-thousandths.
"""

from __future__ import annotations

import struct
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import TryAgain
from patronage.logic.serve.kinds import BOUGHT_TOGETHER, POPULAR
from patronage.logic.serve.varints import read_varints, write_varints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_VERSION = 2
_WITHOUT_KINDS = 1
"""The version before kinds were kept: a generation of it may still be live, or be rolled back to."""
_SCORE_BYTES = 3
_SHARE_BYTES = 2
_SHARES = 10_000


class Candidate(NamedTuple):
    """A product that may be recommended: how strongly, and why.

    `kind` is one of `serve.kinds`, which say what `because` (a product) and `share` (0 to 1) mean.
    """

    product_id: str
    score: float
    because: str | None = None
    share: float = 0.0
    kind: int = POPULAR


def pack(candidates: Sequence[Candidate]) -> bytes:
    """Pack candidates in their order; ids may be any text."""
    ids = [candidate.product_id.encode() for candidate in candidates]
    because = [None if each.because is None else each.because.encode() for each in candidates]
    _, scores, _, shares, kinds = zip(*candidates, strict=True) if candidates else ((),) * 5
    return pack_columns(ids, scores, because, shares, kinds)


def pack_columns(
    ids: Sequence[bytes],
    scores: Sequence[float],
    because: Sequence[bytes | None],
    shares: Sequence[float],
    kinds: Sequence[int],
) -> bytes:
    """Pack candidates of which the columns are given, their ids encoded: a run has millions of them."""
    count = len(ids)
    places: dict[bytes | None, int] = dict(zip(ids, range(1, count + 1), strict=True))
    others = [each for each in dict.fromkeys(because) if each is not None and each not in places]
    encoded = [*ids, *others]
    places |= zip((None, *others), (0, *range(count + 1, len(encoded) + 1)), strict=True)
    numbers = [count, len(encoded), *map(len, encoded), *map(places.__getitem__, because), *kinds]
    body = b"".join(
        (
            write_varints(numbers),
            *_planes(struct.pack(f">{count}f", *scores), _SCORE_BYTES, 4),
            *_planes(struct.pack(f">{count}H", *_in_shares(shares)), _SHARE_BYTES, 2),
            *encoded,
        )
    )
    return bytes([_VERSION]) + zlib.compress(body, 9, -zlib.MAX_WBITS)


def unpack(packed: bytes) -> list[Candidate]:
    """Return what was packed, scores and shares in the precision that was kept."""
    return list(Unpacked(packed))


class Unpacked:
    """What was packed, candidate by candidate: few answers look at all of a list.

    Raises
    ------
    TryAgain
        The list was packed by another version.
    """

    __slots__ = ("_because", "_body", "_ends", "_kinds", "_scores", "_shares")

    def __init__(self, packed: bytes) -> None:
        version = packed[0] if packed else 0
        if version not in (_VERSION, _WITHOUT_KINDS):
            raise TryAgain(f"a packed list has version {version}, and this reads {_VERSION}; publish again")
        self._body = body = zlib.decompress(packed[1:], -zlib.MAX_WBITS)
        (n, n_ids), at = read_varints(body, 0, 2)
        lengths, at = read_varints(body, at, n_ids)
        self._because, at = read_varints(body, at, n)
        if version == _WITHOUT_KINDS:
            self._kinds = [BOUGHT_TOGETHER if place else POPULAR for place in self._because]
        else:
            self._kinds, at = read_varints(body, at, n)
        self._scores = struct.unpack(f">{n}f", _joined(body, at, n, _SCORE_BYTES, 4))
        at += n * _SCORE_BYTES
        self._shares = struct.unpack(f">{n}H", _joined(body, at, n, _SHARE_BYTES, 2))
        self._ends = list(accumulate(lengths, initial=at + n * _SHARE_BYTES))

    def __iter__(self) -> Iterator[Candidate]:
        body, ends = self._body, self._ends
        rows = zip(self._scores, self._because, self._shares, self._kinds, strict=True)
        for row, (score, place, share, kind) in enumerate(rows):
            product_id = body[ends[row] : ends[row + 1]].decode()
            because = body[ends[place - 1] : ends[place]].decode() if place else None
            yield Candidate(product_id, score, because, share / _SHARES, kind)


def _in_shares(shares: Iterable[float]) -> list[int]:
    """Round to `_SHARES`, what is below 0 or above 1 to the end that is nearer."""
    return [
        round((share if 0.0 <= share <= 1.0 else min(max(share, 0.0), 1.0)) * _SHARES) for share in shares
    ]


def _planes(numbers: bytes, planes: int, width: int) -> list[bytes]:
    """Return the first byte of each number of `width` bytes, then the second, for so many planes."""
    return [numbers[plane::width] for plane in range(planes)]


def _joined(body: bytes, at: int, count: int, planes: int, width: int) -> bytearray:
    """Return numbers of `width` bytes from their planes; bytes that were not kept are 0."""
    numbers = bytearray(count * width)
    for plane in range(planes):
        numbers[plane::width] = body[at + plane * count : at + (plane + 1) * count]
    return numbers
