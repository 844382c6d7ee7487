"""The comparison's own arithmetic: lists are scored by ids, and prices on paper are sums by hand."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import sparse

from benchmarks.comparison_data import Ids, ndcg10
from benchmarks.comparison_paper import (
    MACHINE_HOUR,
    SHOP,
    alternatives,
    machine_usd,
    personalize_usd,
    spark_usd,
)
from benchmarks.comparison_watched import watch
from patronage.logic.evaluation.holdout import Holdout
from patronage.logic.recommenders import Interactions


def holdout(relevant):
    nothing = np.zeros(0, np.int32)
    train = Interactions(nothing, nothing, nothing, 3, 4)
    measured = np.array([0, 2])
    return Holdout(
        train, measured, train.histories(measured), sparse.csr_array(np.array(relevant, bool)), None
    )


IDS = Ids({"a": 0, "b": 1, "c": 2}, {"w": 0, "x": 1, "y": 2, "z": 3})


def test_lists_are_scored_by_the_ids_of_the_shop(tmp_path):
    """Customer a finds one of one at place 2, c nothing; b is not measured, POST is no product."""
    lists = tmp_path / "lists.csv"
    lists.write_text("a,POST,1\na,x,2\nb,x,1\nc,w,1\n", encoding="utf-8")
    by_hand = (1 / np.log2(3) + 0) / 2
    assert ndcg10(lists, holdout([[0, 1, 0, 0], [0, 0, 0, 1]]), IDS) == pytest.approx(by_hand)


def test_a_place_after_the_tenth_is_not_seen(tmp_path):
    lists = tmp_path / "lists.csv"
    lists.write_text("a,x,11\n", encoding="utf-8")
    assert ndcg10(lists, holdout([[0, 1, 0, 0], [0, 0, 0, 1]]), IDS) == 0


def test_a_process_is_watched_with_all_that_it_starts():
    hold = "b = bytearray(60_000_000)\nwhile time.process_time() < 0.5: pass\ntime.sleep(0.3)"
    inner = f"import time\n{hold}"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}]); print('done')"
    seen = watch([sys.executable, "-c", outer])
    assert seen.out == "done\n"
    assert seen.cpu_s >= 0.4
    assert seen.peak_mb > 57


def test_a_failure_of_what_is_watched_is_told():
    with pytest.raises(SystemExit, match="ended with 3"):
        watch([sys.executable, "-c", "raise SystemExit(3)"])


def test_personalize_by_hand():
    """2,592,000 requests at least, 3.6 million interactions trained on 30 / 7 times, 15 MB imported."""
    assert SHOP.kept_lines == 3_600_000
    training = 30 / 7 * 3_600 * 0.002
    imported = 150_000 * 100 / 2**30 * 0.05
    assert personalize_usd(at_least_a_second=0) == pytest.approx(150 + training + imported)
    assert personalize_usd(at_least_a_second=1) == pytest.approx(2_592 * 0.15 + training + imported)


def test_gorse_and_scripts_are_one_machine_for_a_month():
    assert machine_usd() == pytest.approx(730 * MACHINE_HOUR)


def test_a_nightly_spark_job_by_hand():
    """3.6 million lines at 67 s of processors for 525,461, thirty times; a vCPU has 6 GB beside it."""
    hours = 30 * 3_600_000 / 525_461 * 67 / 3_600
    assert spark_usd() == pytest.approx(hours * (0.042094 + 6 * 0.004628))


def test_each_alternative_has_its_source():
    for each in alternatives():
        assert each.usd > 0
        assert "http" in each.source or "patronage cost" in each.source or each.source.startswith("the ")
