from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patronage.errors import TryAgain
from patronage.logic.serve.bought import MOST_BOUGHT, pack_bought, unpack_bought
from patronage.logic.serve.varints import read_varints, write_varints


@given(st.lists(st.integers(0, 2**40), max_size=1_200))
@example([])
@example([0])
@example([127, 128, 16_383, 16_384])
@example(list(range(0, 3_000, 3)))
def test_what_is_packed_comes_back_rising_and_once(indices):
    assert unpack_bought(pack_bought(indices)) == sorted(set(indices))


@given(st.sets(st.integers(0, 5_000), max_size=400))
def test_equal_purchases_are_equal_bytes_in_any_order(indices):
    assert pack_bought(sorted(indices, reverse=True)) == pack_bought(indices)


@given(st.lists(st.integers(0, 2**63), max_size=50), st.binary(max_size=5))
def test_numbers_come_back_from_any_place(numbers, before):
    body = before + write_varints(numbers)
    assert read_varints(memoryview(body), len(before), len(numbers)) == (numbers, len(body))


def test_who_bought_nothing_has_no_bytes():
    assert pack_bought([]) == b""
    assert unpack_bought(b"") == []


def test_a_product_costs_one_byte_where_the_catalogue_is_dense_and_two_at_most():
    assert len(pack_bought(range(0, 4_000, 80))) <= 2 + 50
    assert len(pack_bought(range(0, 16_000 * MOST_BOUGHT, 16_000))) <= 3 + 2 * MOST_BOUGHT


def test_what_repeats_is_deflated():
    assert len(pack_bought(range(1_000))) < 40


def test_bytes_of_another_version_are_refused():
    with pytest.raises(TryAgain, match="version 9, and this reads 2; publish again"):
        unpack_bought(b"\x09\x01\x01")
