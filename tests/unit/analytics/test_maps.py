"""The map of RFM, the clusters and the migration, held against the customers of the run."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.errors import NotFound
from patronage.logic.segments.methods import METHODS
from patronage.steps import analytics
from patronage.stores.lake import Lake
from tests_support import NOW

HEAD = {"generation": "run", "as_of": AS_OF, "age_seconds": 3600, "currency": "GBP"}


def customers_of(published) -> pd.DataFrame:
    path = published.store.staged(f"runs/{published.live}/segments/customers.parquet")
    return pd.read_parquet(path)


def test_the_map_has_the_customers_of_each_cell(published):
    answer = analytics.segment_map(published.table.reader(), now=NOW)
    rows = customers_of(published)
    scored = rows[rows.r.notna()]
    expected = scored.groupby(["r", "f"]).agg(customers=("net_minor", "size"), net=("net_minor", "sum"))
    assert [(cell["r"], cell["f"]) for cell in answer["cells"]] == [
        (r, f) for r in range(1, 6) for f in range(1, 6)
    ]
    for cell in answer["cells"]:
        key = (cell["r"], cell["f"])
        wanted = expected.loc[key] if key in expected.index else {"customers": 0, "net": 0}
        assert (cell["customers"], cell["net_minor"]) == (wanted["customers"], wanted["net"])
        if cell["customers"]:
            assert cell["mean_monetary_minor"] == pytest.approx(wanted["net"] / wanted["customers"])
            within = scored[(scored.r == key[0]) & (scored.f == key[1])].segment_id.value_counts()
            assert {part["segment_id"]: part["customers"] for part in cell["segments"]} == within.to_dict()
            assert within[cell["segment_id"]] == within.max()
        else:
            assert cell["mean_monetary_minor"] is cell["segment_id"] is None
    unscored = rows[rows.r.isna()]
    assert answer["unscored"] == {"customers": len(unscored), "net_minor": unscored.net_minor.sum()}
    assert sum(cell["customers"] for cell in answer["cells"]) + len(unscored) == len(rows)


def test_the_map_names_its_segments_and_states_its_cuts(published):
    answer = analytics.segment_map(published.table.reader(), now=NOW)
    assert len(answer["map"]) == 25
    assert {"r": 5, "fm": 5, "segment_id": "champions"} in answer["map"]
    assert answer["names"]["cannot_lose_them"] == "Cannot Lose Them"
    assert answer["cuts"] == published.output("segments/rfm.json")["cuts"]
    assert answer["frequency_unit"] == "days"
    assert answer["generation"] == published.live


def test_clusters_have_profiles_and_points_of_nobody_in_particular(published):
    answer = analytics.clusters(published.table.reader(), now=NOW)
    rows = customers_of(published)
    sizes = rows.cluster_id.value_counts()
    assert {str(each["cluster_id"]): each["customers"] for each in answer["clusters"]} == sizes.to_dict()
    assert answer["k"] == len(sizes) == len(answer["centres"])
    # the sample takes all of so few
    shown = pd.Series([str(point["cluster"]) for point in answer["points"]]).value_counts()
    assert shown.to_dict() == sizes.to_dict()
    assert answer["customers"] == len(answer["points"]) == sizes.sum()
    text = json.dumps(answer)
    assert not [customer for customer in rows.customer_id if customer in text]
    assert "scaling" not in answer


@pytest.mark.parametrize("method", METHODS)
def test_the_best_products_of_each_segment_are_those_of_the_order_lines(published, method):
    reader = published.table.reader()
    rows = customers_of(published).set_index("customer_id")[METHODS[method].column].dropna()
    files = Lake(published.store).snapshot("orders").files()
    lines = pd.concat(pd.read_parquet(path) for path in files)
    lines = lines[lines.customer_id.isin(rows.index) & (lines.kind != "fee")]
    bought = lines[(lines.kind == "sale") & (lines.net_minor > 0)]
    buyers = bought.groupby("product_id").customer_id.nunique()
    for segment_id, members in rows.groupby(rows):
        answer = analytics.segment_products(reader, segment_id=segment_id, method=method, now=NOW)
        own = lines[lines.customer_id.isin(members.index)]
        sold = bought[bought.customer_id.isin(members.index)].groupby("product_id")
        net = own.groupby("product_id").net_minor.sum().loc[list(sold.groups)]
        assert [row["net_minor"] for row in answer["products"]] == sorted(net, reverse=True)
        for row in answer["products"]:
            product, among = row["product_id"], sold.customer_id.nunique()
            assert (row["net_minor"], row["buyers"]) == (net[product], among[product])
            assert row["items"] == sold.quantity.sum()[product]
            share = among[product] / len(members)
            assert row["share_of_customers"] == pytest.approx(share)
            assert row["lift"] == pytest.approx(share / (buyers[product] / len(rows)))
            assert row["name"] == product
        assert (answer["customers"], answer["next_products"]) == (len(members), [])


def test_products_of_a_segment_without_a_customer_name_the_others(published):
    with pytest.raises(NotFound, match=r"segment 'chumps' of the method rfm; there are .*champions"):
        analytics.segment_products(published.table.reader(), segment_id="chumps", now=NOW)


def move(before: str | None, after: str | None, customers: int) -> dict:
    return {
        "from_segment_id": before,
        "to_segment_id": after,
        "customers": customers,
        "net_minor": 7,
        "net_minor_change": -1,
    }


def moved_by_hand(from_run: str | None) -> MemoryTable:
    document = {
        "from_run": from_run,
        "to_run": "run",
        "from_as_of": from_run and "2025-12-31",
        "to_as_of": "2026-01-09",
        "currency": "GBP",
        "moves": [move("lost", "champions", 2), move(None, "lost", 1), move("at_risk", None, 1)],
        "totals": {"moved_customers": 2},
    }
    table = MemoryTable()
    table.put(*document_items("run", "migration", document))
    table.flip("run")
    return table


def test_migration_has_its_moves_and_the_names():
    answer = analytics.migration(moved_by_hand("before").reader(), now=NOW)
    assert answer == {
        **HEAD,
        "from_run": "before",
        "to_run": "run",
        "from_as_of": "2025-12-31",
        "to_as_of": "2026-01-09",
        "moves": [move("lost", "champions", 2), move(None, "lost", 1), move("at_risk", None, 1)],
        "totals": {"moved_customers": 2},
        "names": {"champions": "Champions", "at_risk": "At Risk", "lost": "Lost"},
        "reason": None,
        "reason_code": None,
        "reason_values": {},
    }


def test_without_a_run_before_nobody_moved_and_the_reason_says_so():
    answer = analytics.migration(moved_by_hand(None).reader(), now=NOW)
    assert (answer["moves"], answer["totals"], answer["names"]) == ([], None, {})
    assert "no run before" in answer["reason"]
    assert answer["reason_code"] == "no_run_before"


def test_moves_of_two_runs_are_the_customers_of_both(published):
    answer = analytics.migration(published.table.reader(), now=NOW)
    files = [f"runs/{run_id}/segments/customers.parquet" for run_id in (published.first, published.live)]
    before, after = (
        pd.read_parquet(published.store.staged(file)).set_index("customer_id").segment_id for file in files
    )
    pairs = pd.concat([before, after], axis=1, keys=["before", "after"]).fillna("")
    expected = pairs.value_counts().to_dict()
    found = {
        (each["from_segment_id"] or "", each["to_segment_id"] or ""): each["customers"]
        for each in answer["moves"]
    }
    assert found == expected
    assert (answer["from_run"], answer["to_run"]) == (published.first, published.live)


@pytest.mark.parametrize(
    ("ask", "name"), [(analytics.segment_map, "rfm-map"), (analytics.clusters, "cluster-points")]
)
def test_a_generation_from_before_says_how_to_get_them(ask, name):
    table = MemoryTable()
    table.put(*document_items("run", "clusters", {"k": 0}))
    table.flip("run")
    with pytest.raises(NotFound, match=f"published without {name}; it comes with the next run"):
        ask(table.reader(), now=NOW)
