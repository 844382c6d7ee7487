"""The engine of a run: by the counts of the lake, the shop's limits, and what there is to run it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from patronage.errors import BadInput
from patronage.logic.engine_choice import SETTINGS, EngineOptions, choose_engine
from tests_support import REPOSITORY

SMALL = {"orders": 100, "customers": 10, "products": 5, "events": 1_000}
LIMITS = EngineOptions(max_lines=100, max_customers=10, max_products=5, max_events=1_000)


def test_what_is_as_many_as_a_limit_fits():
    chosen = choose_engine(SMALL, LIMITS, has_spark=True)
    assert chosen.engine == "duckdb"
    assert chosen.reason == (
        "100 order lines, 10 customers, 5 products, 1,000 events: one function carries "
        "100 order lines, 10 customers, 5 products, 1,000 events"
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("orders", "101 order lines are more than the 100 that one function carries"),
        ("customers", "11 customers are more than the 10 that one function carries"),
        ("products", "6 products are more than the 5 that one function carries"),
        ("events", "1,001 events are more than the 1,000 that one function carries"),
    ],
)
def test_one_more_than_any_limit_goes_to_spark_or_nowhere(table, says):
    rows = SMALL | {table: SMALL[table] + 1}
    with_spark, without = (choose_engine(rows, LIMITS, has_spark=each) for each in (True, False))
    assert (with_spark.engine, with_spark.reason) == ("spark", says)
    assert without.engine == "too_large"
    assert without.reason.startswith(says)
    assert "make deploy SPARK=on" in without.reason


def test_every_limit_that_is_passed_is_named():
    rows = {"orders": 101, "events": 2_000}
    reason = choose_engine(rows, LIMITS, has_spark=True).reason
    assert [each.split()[1] for each in reason.split("; ")] == ["order", "events"]


def test_the_settings_go_before_the_counts():
    asked = choose_engine(SMALL, EngineOptions(engine="spark"), has_spark=True)
    assert (asked.engine, asked.reason) == ("spark", 'settings/engine.toml says engine = "spark"')
    assert choose_engine(SMALL, EngineOptions(engine="spark"), has_spark=False).engine == "too_large"
    many = {"orders": 10**12}
    forced = choose_engine(many, EngineOptions(engine="duckdb"), has_spark=True)
    assert forced.engine == "duckdb"
    assert "1,000,000,000,000 order lines are more than" in forced.reason


ONE = {"orders": 1, "customers": 0}
BEYOND = {"rows": {"orders": 101, "events": 1_001}, "limits": {"orders": 100, "events": 1_000}}


@pytest.mark.parametrize(
    ("engine", "rows", "has_spark", "code", "numbers"),
    [
        ("auto", ONE, True, "one_function_carries", {"rows": {"orders": 1}, "limits": {"orders": 100}}),
        ("duckdb", ONE, True, "one_function_carries", {"rows": {"orders": 1}, "limits": {"orders": 100}}),
        ("auto", BEYOND["rows"], True, "beyond_one_function", BEYOND),
        ("spark", BEYOND["rows"], True, "beyond_one_function", BEYOND),
        ("auto", BEYOND["rows"], False, "beyond_without_spark", BEYOND),
        ("duckdb", BEYOND["rows"], True, "kept_in_functions", BEYOND),
        ("spark", ONE, True, "spark_asked", {}),
        ("spark", ONE, False, "spark_asked_without", {}),
    ],
)
def test_the_reason_has_a_code_and_the_numbers_by_table(engine, rows, has_spark, code, numbers):
    why = choose_engine(rows, replace(LIMITS, engine=engine), has_spark=has_spark).why
    assert why.code == code
    assert {name: each for name, each in why.values.items() if name in {"rows", "limits"}} == numbers


@pytest.mark.parametrize(
    ("engine", "rows", "chosen", "code"),
    [
        ("auto", BEYOND["rows"], "duckdb", "on_this_machine"),
        ("duckdb", BEYOND["rows"], "duckdb", "kept_in_functions"),
        ("auto", ONE, "duckdb", "one_function_carries"),
        ("spark", ONE, "too_large", "spark_asked_without"),
    ],
)
def test_a_machine_of_ones_own_has_no_limit(engine, rows, chosen, code):
    found = choose_engine(rows, replace(LIMITS, engine=engine), has_spark=False, in_functions=False)
    assert (found.engine, found.why.code) == (chosen, code)


def test_a_lake_without_the_other_tables_is_counted_by_its_lines():
    assert choose_engine({}, LIMITS, has_spark=False).reason == (
        "0 order lines: one function carries 100 order lines"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('engine = "pandas"', ", line 1, column 1: engine = 'pandas' must be auto, duckdb or spark"),
        ("# few\r\n max_lines = 0", ", line 2, column 2: max_lines = 0 must be at least 1"),
        ("max_lines = 1.5", ", line 1, column 1: max_lines = 1.5 must be a whole number"),
        ("max_lnes = 1", ", line 1, column 1: max_lnes is no setting; near it: max_lines"),
        ("max_lines = ", " is no TOML"),
    ],
)
def test_faulty_settings_are_told_with_their_place(text, says):
    with pytest.raises(BadInput, match=re.escape(SETTINGS + says)):
        EngineOptions.from_toml(text)


def test_the_docs_tell_each_setting_with_its_default():
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(engine|max_\w+)` \| `(.+?)` \|", page, re.MULTILINE))
    options = EngineOptions()
    assert told == {
        name: f'"{value}"' if isinstance(value, str) else f"{value:_}"
        for name, value in ((name, getattr(options, name)) for name in EngineOptions.__dataclass_fields__)
    }
