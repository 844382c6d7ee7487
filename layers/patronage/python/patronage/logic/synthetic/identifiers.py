"""Ids as shops write them: text with leading zeros, and on a tenth of them worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ODD_CUSTOMERS = ("VIP {}", "EU/{}", "Ü{}", "{}+a", "C,{}", "{}%20", 'c"{}', "id#{}")
_ODD_PRODUCTS = ("{}A", "{}a", "GIFT {}", "SET/{}", "{}-ß", "{}.0", "N°{}", "{}&CO")
_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbours get different forms, without drawing


def customer_ids(numbers: Iterable[int]) -> list[str]:
    """Write the id of each customer number."""
    return [_written(number, 7, _ODD_CUSTOMERS) for number in numbers]


def product_ids(numbers: Iterable[int]) -> list[str]:
    """Write the id of each product number."""
    return [_written(number, 5, _ODD_PRODUCTS) for number in numbers]


def _written(number: int, width: int, odd_forms: tuple[str, ...]) -> str:
    spread = (number + 1) * _SPREAD % 2**32 >> 8
    text = f"{number:0{width}d}"
    return odd_forms[spread // 10 % len(odd_forms)].format(text) if spread % 10 == 0 else text
