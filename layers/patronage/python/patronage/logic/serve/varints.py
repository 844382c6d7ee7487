"""Whole numbers from 0 on in seven bits a byte, the lowest first; the high bit says that more follow."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_varints(numbers: Iterable[int]) -> bytes:
    """Write numbers one behind the other.

    Examples
    --------
    >>> write_varints([1, 300]).hex()
    '01ac02'
    """
    numbers = list(numbers)
    with suppress(ValueError):
        ahead = bytes(numbers)
        if ahead.isascii():  # each number stands in one byte
            return ahead
    written = bytearray()
    for number in numbers:
        rest = number
        while rest > 0x7F:
            written.append(rest & 0x7F | 0x80)
            rest >>= 7
        written.append(rest)
    return bytes(written)


def read_varints(body: bytes | memoryview, at: int, count: int) -> tuple[list[int], int]:
    """Return so many numbers from a place on, and the place behind them."""
    ahead = bytes(body[at : at + count])
    if ahead.isascii():  # each number stands in one byte
        return list(ahead), at + len(ahead)
    numbers: list[int] = []
    number = shift = end = 0
    for end, byte in enumerate(body[at:], start=1):  # noqa: B007 - the last one counts
        if byte > 0x7F:
            number |= (byte & 0x7F) << shift
            shift += 7
            continue
        numbers.append(number | byte << shift)
        if len(numbers) == count:
            break
        number = shift = 0
    return numbers, at + end
