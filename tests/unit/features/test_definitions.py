"""Every feature is defined once, gives what it says, and is listed in the docs."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadField
from patronage.logic.features import ENTITIES, FEATURES, KINDS, QUERIES, features_of
from patronage.logic.features.history import TABLES as READ
from patronage.logic.queries import query, query_names
from patronage.logic.tables import TABLES
from patronage.steps.features.compute import compute_features
from patronage.steps.segment.cluster_features import CLUSTER_FEATURES
from patronage.steps.segment.rfm import FREQUENCY
from tests_support import REPOSITORY

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def empty(shop):
    with DuckEngine(shop) as engine:
        for name in READ["customer"]:
            engine.show_none(name, {column.name: column.type for column in TABLES[name].columns})
        yield engine


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_feature_is_a_column_of_its_type(entity, empty):
    compute_features(empty, entity=entity, as_of=AS_OF, known_at=AS_OF, into="found")
    columns = {row["column_name"]: row["column_type"] for row in empty.rows("DESCRIBE found")}
    assert columns.pop(ENTITIES[entity]) == "VARCHAR"
    assert columns == {feature.name: feature.type for feature in features_of(entity)}


@pytest.mark.parametrize("feature", [each for known in FEATURES.values() for each in known.values()], ids=str)
def test_a_definition_is_complete(feature):
    assert feature.kind in KINDS
    assert feature.query in QUERIES
    assert feature.owner
    assert feature.description
    assert not feature.description.endswith(".")
    assert feature.ttl_hours > 0
    window = re.search(r"_(\d+)d$", feature.name)
    assert feature.window_days == (int(window[1]) if window else None)


def test_a_name_is_defined_once():
    """Nor does a second query of the entity give a column of the name: there would be two meanings."""
    for known in FEATURES.values():
        queries = {feature.query for feature in known.values()}
        given = Counter(
            name for each in queries for name in set(re.findall(r"\w+", _select(each))) & known.keys()
        )
        assert {name for name, times in given.items() if times > 1} == set()


def _select(name: str) -> str:
    """Return the last SELECT of a query, without what its columns are made of."""
    last = query(name).rpartition("\nSELECT")[2].partition("\nFROM")[0]
    return " ".join(part.split()[-1].rpartition(".")[2] for part in last.split(",\n"))


def test_every_query_of_features_is_used():
    assert set(QUERIES) == {name for name in query_names() if name.startswith("features_")}
    used = {feature.query for known in FEATURES.values() for feature in known.values()}
    assert used == set(QUERIES)


def test_what_segmentation_trains_on_is_defined_here():
    assert {*CLUSTER_FEATURES, *FREQUENCY.values(), "net_minor"} <= FEATURES["customer"].keys()


@pytest.mark.parametrize(
    ("entity", "names", "said"),
    [
        ("shop", None, "must be one of customer, product"),
        ("customer", ["recency_dayz"], "did you mean recency_days"),
        ("product", ["recency_days"], "is no feature of a product"),
        ("customer", ["orders", "orders"], "orders is named twice"),
    ],
)
def test_what_is_no_feature_is_told(entity, names, said):
    with pytest.raises(BadField, match=said):
        features_of(entity, names)


def test_the_list_in_the_docs_is_that_of_the_definitions():
    spec = importlib.util.spec_from_file_location("write_features", REPOSITORY / "docs" / "write_features.py")
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    page = (REPOSITORY / "docs" / "features.md").read_text(encoding="utf-8")
    assert "| `recency_days` |" in page
    assert writer.page_with(page) == page, "run: python docs/write_features.py"
