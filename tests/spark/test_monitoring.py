"""Monitoring over a drawn shop whose storefront echoes answers: DuckDB and Spark write the same."""

from __future__ import annotations

import pytest

from engines_support import differences
from spark_shops_support import MONITORING, drawn_shop
from sql_subset_support import beyond_the_subset, is_of_monitoring, never_ran

SHOP, STEPS = drawn_shop, MONITORING


@pytest.mark.parametrize("step", STEPS)
def test_a_step_writes_the_same_on_both_engines(twins, step):
    both = twins.run(step)
    assert both.duckdb.files
    assert differences(both) == []


def test_the_shop_has_what_is_monitored(twins):
    answers = {name: twins.run(name).duckdb.answer for name in STEPS}
    assert answers["drift_tables"]["columns"]
    assert min(answers["effectiveness"].values()) > 0
    assert answers["experiment_tables"] == {"experiments": 1, "audiences": 2}


def test_every_query_of_monitoring_has_run_on_spark(twins, recorder):
    twins.run_all()
    assert never_ran(recorder, is_of_monitoring) == []


def test_every_statement_stays_in_the_subset(twins, recorder):
    twins.run_all()
    assert {sql: found for sql in recorder.statements if (found := beyond_the_subset(sql))} == {}
