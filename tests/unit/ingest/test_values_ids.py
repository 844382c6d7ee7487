"""Ids pass as they are, but for floats; texts that mean yes or no."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.logic.ingest.values import boolean_sql, float_ids_sql, unfloated_sql

connection = duckdb.connect(config={"threads": 1})


def column(expression: str, texts: list[str | None]) -> list[object]:
    sql = f"SELECT {expression} FROM (SELECT unnest($x::VARCHAR[]) AS x)"
    return [each for (each,) in connection.execute(sql, {"x": texts}).fetchall()]


@pytest.mark.parametrize(
    ("texts", "are_floats"),
    [
        (["13085.0", "", None, "-1.00"], True),
        (["13085.0", "13085"], False),
        (["13085.0", "13085.5"], False),
        (["13085.0", "1.3e4"], False),
        (["13085.0", "A1.0"], False),
        (["13085.0", " 13085.0"], False),
        (["13085.0", "13085.0\n"], False),
        (["13085.", "13085.0"], False),
        ([".0"], False),
        (["", None], None),
    ],
)
def test_a_column_is_unfloated_only_where_every_cell_is_a_whole_float(texts, are_floats):
    assert column(float_ids_sql("x"), texts) == [are_floats]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**18), min_size=1), st.integers(1, 3))
def test_ids_that_became_floats_come_back(ids, zeros):
    texts = [f"{each}.{'0' * zeros}" for each in ids]
    assert column(float_ids_sql("x"), texts) == [True]
    assert column(unfloated_sql("x"), texts) == list(map(str, ids))


@settings(deadline=None)
@given(st.lists(st.text().filter(lambda text: "\0" not in text) | st.text("0123456789.-eE", max_size=9)))
def test_any_other_id_passes_byte_for_byte(ids):
    whole = [text for text in ids if text.split(".")[0].lstrip("-").isdigit()]
    others = [text for text in ids if text not in whole]
    assert column(unfloated_sql("x"), others) == others


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        (True, ["yes", "Y", "TRUE", "t", "1", "1.0", "on", " oui ", "Ja", "Sí"]),
        (False, ["no", "N", "False", "f", "0", "0.0", "off", "non", "Nein", "não"]),
        (None, ["", " ", "maybe", "2", "-1", "01", "yess", "null", None]),
    ],
)
def test_texts_that_mean_yes_or_no(said, texts):
    assert column(boolean_sql("x"), texts) == [said] * len(texts)
