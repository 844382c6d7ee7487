"""Blocks of work in threads: in order, and within a block of other blocks in its own thread."""

from __future__ import annotations

import threading

import numpy as np

from patronage.logic.recommenders.threads import in_blocks, in_threads


def test_results_stand_in_the_order_of_the_blocks():
    values = np.arange(1_000)
    parts = in_blocks(lambda rows: values[rows] * 2, len(values), 7)
    assert np.concatenate(parts).tolist() == (values * 2).tolist()


def test_blocks_within_a_block_stay_in_its_thread():
    def inner(_: int) -> int:
        return threading.get_ident()

    def outer(_: int) -> tuple[int, set[int]]:
        return threading.get_ident(), set(in_threads(inner, range(8)))

    for thread, within in in_threads(outer, range(4)):
        assert within == {thread} != {threading.get_ident()}


def test_a_single_block_leaves_the_threads_to_those_within():
    (within,) = in_threads(lambda _: in_threads(lambda _: threading.get_ident(), range(4)), [0])
    assert threading.get_ident() not in within


def test_afterwards_blocks_have_threads_again():
    in_threads(lambda block: in_threads(abs, [block]), range(4))
    assert threading.get_ident() not in in_threads(lambda _: threading.get_ident(), range(4))
