from __future__ import annotations

import json
import struct
import zlib
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patronage.errors import TryAgain
from patronage.logic.serve.catalogue import (
    MAX_PAGE_BYTES,
    Product,
    Stocked,
    pack_pages,
    unpack_pages,
    unpack_stock,
)
from patronage.logic.serve.keys import MAX_KEY_BYTES, item_key
from patronage.logic.serve.kinds import BOUGHT_TOGETHER, NAMES, POPULAR
from patronage.logic.serve.packing import Candidate, pack, unpack

IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=256)
CANDIDATES = st.builds(
    Candidate,
    product_id=IDS,
    score=st.floats(width=32, allow_nan=False, allow_infinity=False),
    because=st.none() | IDS,
    share=st.floats(0, 1),
    kind=st.sampled_from(sorted(NAMES)),
)
BEFORE_KINDS = "0163626264646270b0676860601066e860484c0200"
ODD = ["a/b", "a#b", "日本", "x" * 256, "", "50%", "\0", "e\u0301", "🛍"]


@given(st.lists(CANDIDATES, max_size=60))
@example([Candidate(text, 1.0, text, 1.0) for text in ODD])
@example([Candidate("same", 2.0), Candidate("same", 1.0, "same", 0.5)])
@example([Candidate(f"p{n}", 1.0, f"q{n}", 0.1) for n in range(200)])
def test_what_is_packed_comes_back(candidates):
    found = unpack(pack(candidates))
    assert [(each.product_id, each.because, each.kind) for each in found] == [
        (each.product_id, each.because, each.kind) for each in candidates
    ]
    for before, after in zip(candidates, found, strict=True):
        # 24 of a float32's 32 bits are kept: 15 bits of mantissa, or a number near zero.
        assert after.score == pytest.approx(before.score, rel=2**-15, abs=2**-126)
        assert after.share == pytest.approx(before.share, abs=0.000051)


def test_the_order_of_scores_survives():
    dice = Random(1)  # noqa: S311
    scores = sorted((dice.expovariate(1) for _ in range(50)), reverse=True)
    found = [each.score for each in unpack(pack([Candidate(str(n), s) for n, s in enumerate(scores)]))]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    "alphabet", ["0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
)
def test_fifty_candidates_with_ids_of_six_characters_fit_one_write_unit(alphabet):
    """The worst of the typical case: every id is random, and every reason names another product."""
    dice = Random(7)  # noqa: S311
    ids = ["".join(dice.choices(alphabet, k=6)) for _ in range(100)]
    scores = sorted((dice.random() for _ in range(50)), reverse=True)
    packed = pack([Candidate(ids[n], scores[n], ids[50 + n], dice.random(), n % 3) for n in range(50)])
    key = item_key("user", "0123456789abcdef0123456789abcdef0123", "123456")
    assert len("pk") + len(key) + len("packed") + len(packed) <= 1024


def test_a_list_of_another_version_says_what_to_do():
    with pytest.raises(TryAgain, match="publish again"):
        unpack(b"\x07" + pack([])[1:])


def test_a_list_from_before_kinds_were_kept_is_still_read():
    """Written by version 1: a generation of it may be live when this version is deployed."""
    packed = bytes.fromhex(BEFORE_KINDS)
    assert unpack(packed) == [
        Candidate("a", 2.0, "b", 0.5, BOUGHT_TOGETHER),
        Candidate("b", 1.0, None, 0.0, POPULAR),
    ]


def test_the_precision_that_is_kept_by_hand():
    (found,) = unpack(pack([Candidate("p", 0.123456, "q", 0.33333)]))
    # 0.123456 as float32 is 3dfcd67f (hexadecimal); its last byte goes.
    assert found.score == struct.unpack(">f", bytes.fromhex("3dfcd600"))[0]
    assert f"{found.score:.4g}" == "0.1235"
    assert found.share == 0.3333


@pytest.mark.parametrize("odd", ODD)
def test_an_id_stands_in_the_key_unchanged(odd):
    assert item_key("user", "run-1", odd) == f"user#run-1#{odd}"


def test_an_id_too_long_for_a_key_still_has_its_own():
    keys = {item_key("user", "run-1", "日" * 1000 + end) for end in ("a", "b")}
    assert len(keys) == 2
    assert all(len(key.encode()) <= MAX_KEY_BYTES for key in keys)


def test_a_catalogue_comes_back_from_pages_that_fit():
    dice = Random(3)  # noqa: S311
    products = [
        Product(f"p{n}", "".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(120)), n, n % 7)
        for n in range(3_001)
    ]
    pages = list(pack_pages(products))
    assert max(len(page) for page in pages) <= MAX_PAGE_BYTES
    assert list(unpack_pages(pages).values()) == products
    assert list(pack_pages([])) == []


def test_a_page_of_plain_products_is_far_below_its_limit():
    pages = list(pack_pages([Product(f"{n:06}", f"WHITE MUG No {n}", 295, 3) for n in range(2_000)]))
    assert len(pages) == 1
    assert len(pages[0]) < 20_000


def test_a_name_too_long_is_cut():
    ((product),) = unpack_pages(pack_pages([Product("p", "n" * 501, 1, 1)])).values()
    assert product.name == "n" * 500


def test_rows_from_before_there_were_categories_are_read():
    page = zlib.compress(json.dumps([["p", "Mug", 250, 3]]).encode())
    assert unpack_pages([page]) == {"p": Product("p", "Mug", 250, 3, "")}


@given(
    st.lists(
        st.builds(
            Stocked,
            product_id=IDS,
            name=IDS,
            price_minor=st.none() | st.integers(0, 2**60),
            category=IDS,
            stock=st.none() | st.integers(-(2**60), 2**60),
            is_active=st.booleans(),
            released_on=st.sampled_from(["", "2025-03-30"]),
        ),
        unique_by=lambda each: each.product_id,
        max_size=30,
    )
)
def test_what_the_shop_says_of_its_products_comes_back(stocked):
    assert list(unpack_stock(pack_pages(iter(stocked))).values()) == stocked
