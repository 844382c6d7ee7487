"""Queries that run on both engines stay in the tested subset (DESIGN.md, section 2)."""

from __future__ import annotations

import pytest

from patronage.logic.queries import query, query_names
from sql_subset_support import beyond_the_subset, is_duckdb_alone


@pytest.mark.parametrize("name", [name for name in query_names() if not is_duckdb_alone(name)])
def test_a_query_of_both_engines_stays_in_the_subset(name):
    assert beyond_the_subset(query(name)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * REPLACE (1 AS day) FROM days",
        "SELECT a.x FROM a ASOF JOIN b ON a.day >= b.day",
        "SELECT LIST(x ORDER BY day) AS xs FROM a",
        "SELECT ARRAY_AGG(x) AS xs FROM a",
        "SELECT STRING_AGG(x, ',' ORDER BY day) AS xs FROM a",
        "SELECT QUANTILE_CONT(x, 0.5) AS half FROM a",
        "SELECT HASH(x) AS number FROM a",
        "SELECT TIMEZONE('UTC', t) AS clock FROM a",
        "SELECT t AT TIME ZONE 'UTC' AS clock FROM a",
        "SELECT x, COUNT(*) AS n FROM a GROUP BY ALL",
        "SELECT x FROM a ORDER BY ALL",
        "SELECT DISTINCT ON (x) x, y FROM a ORDER BY x, y",
        "SELECT x FROM a USING SAMPLE 10",
        "SELECT xs[1] AS first FROM a",
        "SELECT STRFTIME(t, '%Y') AS year FROM a",
        "SELECT x FROM a QUALIFY ROW_NUMBER() OVER (ORDER BY x) = 1",
        "PIVOT a ON x USING SUM(y)",
        "SELECT TO_DAYS(x) AS days FROM a",
        "SELECT EPOCH(t) AS seconds FROM a",
        "SELECT FIRST(x ORDER BY y) AS x FROM a",
        "SELECT COLUMNS('x.*') FROM a",
        "SELECT x FROM a POSITIONAL JOIN b",
    ],
)
def test_what_the_engines_do_not_run_alike_is_told(sql):
    assert beyond_the_subset(sql)


def test_what_both_run_alike_is_left_alone():
    sql = (
        "SELECT customer_id, SUM(net_minor) AS net_minor FROM orders WHERE net_minor > 0 "
        "GROUP BY customer_id ORDER BY net_minor DESC, customer_id LIMIT $most"
    )
    assert beyond_the_subset(sql) == []
