"""What functions mean at their edges, over small random tables: Spark held against DuckDB."""

from __future__ import annotations

import io
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patronage.engines.duckdb import DuckEngine
from patronage.engines.spark import SparkEngine
from patronage.logic.arrays import read_npz
from patronage.settings import Shop
from tests_support import examples

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
CHANGES = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2025-03-30T01:00:00+00:00",
        "2025-10-26T01:00:00+00:00",
        "2025-03-09T07:00:00+00:00",
        "2025-11-02T06:00:00+00:00",
        "2025-04-05T15:00:00+00:00",
        "2025-10-04T15:30:00+00:00",
        "2024-12-31T23:00:00+00:00",
        "2024-02-29T12:00:00+00:00",
        "1969-12-31T23:59:59+00:00",
    )
)
"""When the clocks of the zones change, and other ends: of a year, of a leap February, of the epoch."""

instants = st.builds(
    lambda near, apart: near + apart,
    st.sampled_from(CHANGES),
    st.timedeltas(timedelta(days=-9), timedelta(days=9))
    | st.timedeltas(timedelta(hours=-2), timedelta(hours=2)),
)
house = settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes: each example is a query
)


@pytest.fixture(scope="module")
def engines(spark):
    """Both engines of a shop in each zone."""
    with ExitStack() as stack:
        yield {
            zone: [
                stack.enter_context(engine)
                for shop in [Shop(currency="KWD" if zone == "Asia/Kolkata" else "EUR", timezone=zone)]
                for engine in (DuckEngine(shop), SparkEngine(shop, spark=spark))
            ]
            for zone in ZONES
        }


@pytest.fixture
def answers(engines, tmp_path):
    """Return what a query over rows gives on each engine."""

    def ask(zone: str, columns: dict[str, pa.Array], sql: str) -> tuple[list[dict], list[dict]]:
        path = tmp_path / "rows.parquet"
        pq.write_table(pa.table({**columns, "n": pa.array(range(len(next(iter(columns.values())))))}), path)
        found = []
        for engine in engines[zone]:
            engine.scan("given", [path])
            found.append(engine.rows(f"SELECT n, {sql} FROM given ORDER BY n"))
        return found[0], found[1]

    return ask


def stamps(values: list[datetime]) -> pa.Array:
    return pa.array(values, pa.timestamp("us", tz="UTC"))


@house
@given(zone=st.sampled_from(ZONES), rows=st.lists(instants, min_size=1, max_size=60))
def test_instants_are_cut_alike(answers, zone, rows):
    ours, theirs = answers(
        zone,
        {"t": stamps([None, *rows])},
        "shop_day(t) AS day, EPOCH_US(t) AS micros, EXTRACT(HOUR FROM t) AS hour, "
        "CAST(DATE_TRUNC('week', shop_day(t)) AS DATE) AS week, "
        "CAST(DATE_TRUNC('month', shop_day(t)) AS DATE) AS month, "
        "CAST(DATE_TRUNC('quarter', shop_day(t)) AS DATE) AS quarter, "
        "t = CAST(shop_day(t) AS TIMESTAMPTZ) AS is_midnight, EPOCH_US(t + INTERVAL 1 DAY) AS next, "
        "EPOCH_US(t - INTERVAL 1 MICROSECOND) AS before, CAST(shop_day(t) AS VARCHAR) AS text, "
        "EPOCH_US(TO_TIMESTAMP(EPOCH_US(t) / 1000000)) AS again",
    )
    assert ours == theirs


def test_an_instant_of_seconds_is_the_nearest_microsecond(answers):
    """2,099.002925 s as a double times a million is a little less than 2,099,002,925."""
    rows = [
        datetime(1970, 1, 1, 0, 34, 59, 2925, tzinfo=UTC),
        datetime(2026, 11, 29, 20, 0, 0, 1, tzinfo=UTC),
    ]
    again = "EPOCH_US(TO_TIMESTAMP(EPOCH_US(t) / 1000000)) AS again"
    ours, theirs = answers(ZONES[0], {"t": stamps(rows)}, again)
    assert ours == theirs
    assert [row["again"] for row in theirs] == [2_099_002_925, 1_795_982_400_000_001]


@house
@given(zone=st.sampled_from(ZONES), rows=st.lists(st.tuples(instants, instants), min_size=1, max_size=60))
def test_differences_count_borders(answers, zone, rows):
    units = ("day", "month", "quarter", "year")
    days = ", ".join(f"DATE_DIFF('{unit}', shop_day(a), shop_day(b)) AS {unit}s" for unit in units)
    times = ", ".join(f"DATE_DIFF('{unit}', a, b) AS {unit}s" for unit in ("second", "minute"))
    first, last = zip(*rows, strict=True)
    ours, theirs = answers(zone, {"a": stamps(first), "b": stamps(last)}, f"{days}, {times}")
    assert ours == theirs


@house
@given(
    zone=st.sampled_from(ZONES),
    rows=st.lists(st.decimals("-99999", "99999", places=4), min_size=1, max_size=60),
)
def test_money_is_rounded_alike(answers, zone, rows):
    ours, theirs = answers(
        zone,
        {
            "amount": pa.array(
                [Decimal("0.125"), Decimal("-0.005"), Decimal("2.0005"), *rows, None], pa.decimal128(18, 4)
            )
        },
        "to_minor(amount) AS minor, CAST(to_minor(amount) AS DOUBLE) / NULLIF(amount, 0) AS share",
    )
    assert [row["minor"] for row in ours] == [row["minor"] for row in theirs]
    known = [[row["share"] for row in rows if row["share"] is not None] for rows in (ours, theirs)]
    assert known[0] == pytest.approx(known[1], rel=1e-9)
    assert [row["share"] is None for row in ours] == [row["share"] is None for row in theirs]


@house
@given(
    rows=st.lists(
        st.tuples(
            st.floats(allow_nan=True), st.floats(-1e6, 1e6), st.integers(-(2**40), 2**40), st.text(max_size=9)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_numbers_and_texts_are_taken_alike(answers, rows):
    any_number, number, whole, text = zip(*rows, strict=True)
    clean = ["".join(each for each in one if each != "\x00") for one in text]
    ours, theirs = answers(
        "Europe/Berlin",
        {
            "anything": pa.array(any_number, pa.float64()),
            "number": pa.array(number, pa.float64()),
            "whole": pa.array(whole, pa.int64()),
            "text": pa.array(clean, pa.string()),
        },
        "ISFINITE(anything) AS is_finite, CAST(ROUND(number) AS BIGINT) AS rounded, "
        "CAST(FLOOR(number) AS BIGINT) AS floored, whole // 7 AS quotient, whole % 7 AS rest, "
        "whole / 7 AS share, LEAST(whole, NULL, 3) AS least, GREATEST(whole, NULL, 3) AS greatest, "
        "SPLIT_PART(text, ' > ', 1) AS part, NULLIF(TRIM(text), '') AS trimmed, "
        "SUBSTRING(text, 1, 3) AS start, "
        "CONCAT_WS(' ', text, NULL, 'x') AS joined, text < 'm' AS is_early, POSITION('a' IN text) AS place, "
        "ROW_NUMBER() OVER (ORDER BY text DESC, n) AS rank",
    )
    assert [{**row, "share": None} for row in ours] == [{**row, "share": None} for row in theirs]
    assert [row["share"] for row in ours] == pytest.approx([row["share"] for row in theirs], rel=1e-9)


def test_nothing_comes_last_and_a_group_of_its_own(answers, engines):
    columns = {"k": pa.array(["b", None, "a", None, "B"]), "v": pa.array([1, None, 2, 3, None], pa.int64())}
    answers("Europe/Berlin", columns, "k")
    sql = "SELECT k, COUNT(*) AS n, COUNT(v) AS known, SUM(v) AS total, AVG(v) AS mean, MEDIAN(v) AS half "
    sql += "FROM given GROUP BY k ORDER BY k"
    ours, theirs = (engine.rows(sql) for engine in engines["Europe/Berlin"])
    assert [row["k"] for row in theirs] == ["B", "a", "b", None]
    assert ours == theirs
    down, down_too = (
        engine.rows("SELECT k, n FROM given ORDER BY k DESC, n") for engine in engines["Europe/Berlin"]
    )
    assert down == down_too


def test_arrays_are_the_same_table(engines):
    sink = io.BytesIO()
    pairs = np.arange(6.0).reshape(3, 2)
    np.savez(sink, label=np.arange(3, dtype=np.int32), share=np.array([0.5, np.nan, 1]), pair=pairs)
    found = []
    for engine in engines["Europe/Berlin"]:
        engine.arrays("found", read_npz(sink.getvalue()))
        found.append((engine.columns("found"), engine.rows("FROM found ORDER BY idx")))
    assert found[0] == found[1]
    assert found[0][1][1]["share"] is None


def test_an_overflow_or_a_bad_cast_is_an_error_on_both(engines):
    for sql in (
        "SELECT CAST(SUM(x) AS BIGINT) AS n FROM (VALUES (9223372036854775807), (1)) AS t(x)",
        "SELECT CAST(x AS INTEGER) AS n FROM (VALUES ('no number')) AS t(x)",
    ):
        for engine in engines["Europe/Berlin"]:
            with pytest.raises(Exception, match=r"(?i)overflow|out of range|cast|convert"):
                engine.rows(sql)


def test_engines_do_not_see_each_others_names(spark):
    with SparkEngine(Shop(), spark=spark) as one, SparkEngine(Shop(currency="JPY"), spark=spark) as other:
        one.table("t", "SELECT 1 AS n")
        one.table("u", "SELECT 3 AS n")
        other.view("t", "SELECT 2 AS n")
        assert (one.rows("FROM t"), other.rows("FROM t")) == ([{"n": 1}], [{"n": 2}])
        one.drop("t")
        one.show("t", one.frame("u"))
        assert one.frame("t").count() == 1


def test_a_file_is_in_the_order_of_its_query_and_as_duckdb_writes_it(engines, tmp_path):
    sql = (
        "SELECT n, CAST(n AS VARCHAR) AS text, TO_TIMESTAMP(n) AS at, n % 7 AS k FROM many ORDER BY k, n DESC"
    )
    schemas, rows = [], []
    for place, engine in enumerate(engines["Europe/Berlin"]):
        path = tmp_path / f"{place}.parquet"
        pq.write_table(pa.table({"n": pa.array(range(30_000), pa.int64())}), tmp_path / "many.parquet")
        engine.scan("many", [tmp_path / "many.parquet"])
        if isinstance(engine, SparkEngine):  # so that order is over more than one partition
            engine.frame("many").sparkSession.conf.set("spark.sql.shuffle.partitions", "3")
        engine.parquet(sql, path)
        assert sum(map(len, engine.chunks(sql))) == 30_000
        read = pq.read_table(path)
        schemas.append([(field.name, field.type) for field in read.schema])
        rows.append(read.to_pylist())
    assert schemas[0] == schemas[1]
    assert rows[0] == rows[1]


def test_files_that_lack_a_column_show_it_as_unknown(engines, tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "old.parquet")
    pq.write_table(pa.table({"a": [2], "b": ["x"]}), tmp_path / "new.parquet")
    for engine in engines["Europe/Berlin"]:
        engine.scan("files", [tmp_path / "old.parquet", tmp_path / "new.parquet"])
        assert engine.rows("FROM files ORDER BY a") == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_no_row_has_columns_all_the_same(engines):
    for engine in engines["Europe/Berlin"]:
        engine.show_none("nobody", {"customer_id": "VARCHAR", "at": "TIMESTAMPTZ", "n": "BIGINT"})
        assert engine.rows("FROM nobody") == []
        assert engine.columns("nobody") == {
            "customer_id": "VARCHAR",
            "at": "TIMESTAMP WITH TIME ZONE",
            "n": "BIGINT",
        }
