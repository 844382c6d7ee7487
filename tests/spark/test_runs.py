"""Segmentation and training over a drawn shop with hand-made edges: DuckDB and Spark write the same."""

from __future__ import annotations

import pytest

from engines_support import differences
from spark_shops_support import LEARNT_STEPS, drawn_shop
from sql_subset_support import beyond_the_subset, is_of_monitoring, never_ran

SHOP, STEPS = drawn_shop, LEARNT_STEPS
READERS = ("combine", "slices", "gate")
"""Steps that read what others wrote."""


@pytest.mark.parametrize("step", STEPS)
def test_a_step_writes_the_same_on_both_engines(twins, step):
    both = twins.run(step)
    assert both.duckdb.files
    assert differences(both) == []


def test_the_shop_has_what_the_steps_look_at(twins):
    answers = {name: twins.run(name).duckdb.answer for name in STEPS}
    assert answers["rfm"]["kept"]
    assert min(answers["stability"][kind] for kind in ("stayed", "moved", "new")) > 0
    assert answers["behaviour"]["sessions"]
    assert answers["interactions"]["interactions"]
    assert len(answers["to_parquet"]) == 3


@pytest.mark.parametrize("step", READERS)
def test_duckdb_reads_what_spark_wrote(twins, step):
    twins.run_all()
    assert differences(twins.with_duckdb_over_spark(step)) == []


def test_every_query_of_these_steps_has_run_on_spark(twins, recorder):
    twins.run_all()
    assert never_ran(recorder, lambda name: not is_of_monitoring(name)) == []


def test_every_statement_stays_in_the_subset(twins, recorder):
    twins.run_all()
    assert {sql: found for sql in recorder.statements if (found := beyond_the_subset(sql))} == {}
