"""The products that a customer bought, in few bytes: most of them cost one or two each.

After one byte of version come the number of products and, rising, the steps from one place in the catalogue
to the next; as a raw DEFLATE stream where that is shorter.
"""

from __future__ import annotations

import zlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from patronage.errors import TryAgain
from patronage.logic.serve.varints import read_varints, write_varints

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BOUGHT = 1_000
"""So many products a customer are kept, those bought last."""
_PLAIN = 1
_DEFLATED = 2


def pack_bought(indices: Iterable[int]) -> bytes:
    """Pack places in the catalogue, in any order; nothing for none.

    Examples
    --------
    >>> unpack_bought(pack_bought([7, 3, 500]))
    [3, 7, 500]
    """
    places = sorted(set(indices))
    if not places:
        return b""
    steps = [places[0], *(after - before for before, after in pairwise(places))]
    plain = write_varints([len(steps), *steps])
    deflated = zlib.compress(plain, 9, -zlib.MAX_WBITS)
    if len(deflated) < len(plain):
        return bytes([_DEFLATED]) + deflated
    return bytes([_PLAIN]) + plain


def unpack_bought(packed: bytes) -> list[int]:
    """Return the places that were packed, rising."""
    if not packed:
        return []
    if packed[0] not in (_PLAIN, _DEFLATED):
        raise TryAgain(
            f"what a customer bought has version {packed[0]}, and this reads {_DEFLATED}; publish again"
        )
    body = packed[1:] if packed[0] == _PLAIN else zlib.decompress(packed[1:], -zlib.MAX_WBITS)
    (count,), at = read_varints(body, 0, 1)
    return list(accumulate(read_varints(body, at, count)[0]))
