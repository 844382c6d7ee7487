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
from typing import TYPE_CHECKING, NamedTuple

from patronage.errors import TryAgain
from patronage.logic.serve.kinds import BOUGHT_TOGETHER, POPULAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    ids = [candidate.product_id for candidate in candidates]
    places = {product_id: place for place, product_id in enumerate(ids, start=1)}
    because = [_place(candidate.because, places, ids) for candidate in candidates]
    encoded = [text.encode() for text in ids]
    numbers = [len(candidates), len(encoded), *(len(text) for text in encoded), *because]
    numbers += [candidate.kind for candidate in candidates]
    scores = [struct.pack(">f", candidate.score)[:_SCORE_BYTES] for candidate in candidates]
    shares = [_to_share(candidate.share) for candidate in candidates]
    body = b"".join(
        (_varints(numbers), _planes(scores, _SCORE_BYTES), _planes(shares, _SHARE_BYTES), *encoded)
    )
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return bytes([_VERSION]) + deflate.compress(body) + deflate.flush()


def unpack(packed: bytes) -> list[Candidate]:
    """Return what was packed, scores and shares in the precision that was kept."""
    version = packed[0] if packed else 0
    if version not in (_VERSION, _WITHOUT_KINDS):
        raise TryAgain(f"a packed list has version {version}, and this reads {_VERSION}; publish again")
    body = memoryview(zlib.decompress(packed[1:], -zlib.MAX_WBITS))
    (n, n_ids), at = _read_varints(body, 0, 2)
    lengths, at = _read_varints(body, at, n_ids)
    because, at = _read_varints(body, at, n)
    if version == _WITHOUT_KINDS:
        kinds = [BOUGHT_TOGETHER if place else POPULAR for place in because]
    else:
        kinds, at = _read_varints(body, at, n)
    scores, at = _read_planes(body, at, n, _SCORE_BYTES)
    shares, at = _read_planes(body, at, n, _SHARE_BYTES)
    ids = _read_texts(body, at, lengths)
    return [
        Candidate(
            ids[row],
            struct.unpack(">f", scores[row] + b"\0")[0],
            ids[because[row] - 1] if because[row] else None,
            int.from_bytes(shares[row], "big") / _SHARES,
            kinds[row],
        )
        for row in range(n)
    ]


def _place(because: str | None, places: dict[str, int], ids: list[str]) -> int:
    """Return where an id stands, counted from 1, and append it where it is new."""
    if because is None:
        return 0
    if because not in places:
        ids.append(because)
        places[because] = len(ids)
    return places[because]


def _to_share(share: float) -> bytes:
    return round(min(max(share, 0.0), 1.0) * _SHARES).to_bytes(_SHARE_BYTES, "big")


def _planes(values: list[bytes], width: int) -> bytes:
    return b"".join(bytes(value[byte] for value in values) for byte in range(width))


def _read_planes(body: memoryview, at: int, count: int, width: int) -> tuple[list[bytes], int]:
    planes = [body[at + byte * count : at + (byte + 1) * count] for byte in range(width)]
    return [bytes(value) for value in zip(*planes, strict=True)], at + width * count


def _varints(numbers: Iterable[int]) -> bytes:
    """Write numbers in seven bits a byte, the lowest first; the high bit says that more follow."""
    written = bytearray()
    for number in numbers:
        rest = number
        while rest > 0x7F:
            written.append(rest & 0x7F | 0x80)
            rest >>= 7
        written.append(rest)
    return bytes(written)


def _read_varints(body: memoryview, at: int, count: int) -> tuple[list[int], int]:
    numbers = []
    for _ in range(count):
        number = shift = 0
        while body[at] & 0x80:
            number |= (body[at] & 0x7F) << shift
            shift += 7
            at += 1
        numbers.append(number | body[at] << shift)
        at += 1
    return numbers, at


def _read_texts(body: memoryview, at: int, lengths: list[int]) -> list[str]:
    texts = []
    for length in lengths:
        texts.append(str(body[at : at + length], "utf-8"))
        at += length
    return texts
