"""Spark's settings of a job: on this machine by the rows of the run, elsewhere as the job was submitted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patronage import spark_job
from patronage.engines import spark
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from tests_support import NOW

ORDERS = (
    "order_id,customer_id,product_id,quantity,unit_price,ordered_at\no1,c,p,1,2.00,2025-11-01T10:00:00Z\n"
)


class Asked(Exception):
    """A session was asked for; none is started."""


@pytest.fixture
def settings_for(ingest_text, lake, shop, monkeypatch):
    """Give a function that returns the settings with which a job of so many rows starts Spark."""
    ingest_text(ORDERS)
    pin("run", "segments", lake, shop, now=NOW)

    def session(settings):
        raise Asked(settings)

    monkeypatch.setattr(spark, "session", session)

    def settings(rows, *, is_local):
        replace(Manifest.load(lake.store, "run"), rows=rows, lines=rows.get("orders", 1)).save(lake.store)
        with pytest.raises(Asked) as asked:
            spark_job.carry("segmentation", "run", lake, is_local=is_local)
        return asked.value.args[0]

    return settings


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"orders": 1}, spark.SMALL),
        ({"orders": spark.SMALL_ROWS}, spark.SMALL),
        ({"orders": spark.SMALL_ROWS, "events": 1}, spark.LOCAL),
        ({"orders": 10**9}, spark.LOCAL),
    ],
)
def test_on_this_machine_few_rows_are_interpreted_and_many_compiled(settings_for, rows, expected):
    assert settings_for(rows, is_local=True) == expected


def test_a_run_that_was_pinned_before_rows_were_counted_is_judged_by_its_lines(settings_for):
    assert settings_for({}, is_local=True) == spark.SMALL


def test_a_submitted_job_keeps_what_it_was_submitted_with(settings_for):
    assert settings_for({"orders": 1}, is_local=False) == {}
    assert settings_for({"orders": 10**9}, is_local=False) == {}


def test_many_rows_use_every_core_and_nothing_of_the_settings_for_few():
    assert spark.LOCAL["spark.master"] == "local[*]"
    assert not spark.UNCOMPILED.keys() & spark.LOCAL.keys()
    assert spark.SMALL.keys() >= spark.UNCOMPILED.keys()
