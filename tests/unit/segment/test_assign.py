"""One customer alone gets what the batch gives, with nothing at hand but what a run publishes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.engines.duckdb import DuckEngine
from patronage.logic.arrays import read_npz
from patronage.logic.segments.assign import assign
from patronage.logic.segments.assigning import assigning_of, pack_features, unpack_features
from patronage.logic.segments.clusters import Scaling
from patronage.logic.segments.nearest import nearest_cluster
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.manifest import Manifest
from patronage.steps.segment.cluster_features import CLUSTER_FEATURES, cluster_features
from patronage.steps.segment.clusters import clusters
from patronage.steps.segment.rfm import rfm
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, REPOSITORY, some

if TYPE_CHECKING:
    from collections.abc import Iterator

UK = Shop(currency="GBP", timezone="Europe/London")
LAST = date(2010, 12, 9)
SCORED = ("r", "f", "m", "scored_segment_id", "segment_id", "cluster_id")


def run(lake: Lake, run_id: str, day: date, *, shop: Shop = UK, previous: str = "", **settings: Any) -> None:
    """Segment by RFM and clusters as of the end of a day."""
    Manifest(
        run_id=run_id,
        family="segments",
        as_of=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1),
        created_at=NOW,
        tables={"orders": {"version": lake.snapshot("orders").version}},
        shop=shop,
        lines=1,
        live_runs={"segments": previous} if previous else {},
        segmentation=settings,
    ).save(lake.store)
    rfm(run_id, lake)
    cluster_features(run_id, lake)
    clusters(run_id, lake.store)


def published(lake: Lake, run_id: str) -> dict[str, Any]:
    """Return what the run publishes, as it comes back from JSON."""
    rule, found = (
        read_json(lake.store, f"runs/{run_id}/segments/{name}.json") for name in ("rfm_rule", "clusters")
    )
    return json.loads(json.dumps(assigning_of(rule, found)))


def standing(lake: Lake, run_id: str) -> dict[str, dict[str, Any]]:
    """Return what the batch says of each customer, with the features of those who bought."""
    with DuckEngine(UK) as engine:
        engine.scan("rfm", [lake.store.staged(f"runs/{run_id}/segments/rfm.parquet")])
        rows = {row["customer_id"]: row for row in engine.rows("FROM rfm ORDER BY customer_id")}
    labels = read_npz(lake.store.read_bytes(f"runs/{run_id}/segments/clusters.npz"))["labels"].values
    arrays = read_npz(lake.store.read_bytes(f"runs/{run_id}/features/clusters.npz"))
    buyers = [row for row in rows.values() if row["frequency"]]
    columns = [arrays[name].values for name in CLUSTER_FEATURES]
    for row, label, *values in zip(buyers, labels, *columns, strict=True):
        known = unpack_features(pack_features(values))
        row["cluster_id"] = str(label)
        row["features"] = dict(zip(CLUSTER_FEATURES, known, strict=True))
    return rows


def differences(lake: Lake, run_id: str, previous: str = "") -> Iterator[tuple[str, dict, dict]]:
    """Assign each customer alone; yield those of whom the batch says something else."""
    assigning = published(lake, run_id)
    before = standing(lake, previous) if previous else {}
    rows = standing(lake, run_id)
    assert rows
    for customer_id, row in rows.items():
        features = row.get("features", {}) | {
            name: row[name] for name in ("recency_days", "frequency", "net_minor")
        }
        found = assign(features, assigning, before.get(customer_id))
        if any(found[name] != row.get(name) for name in SCORED):
            yield customer_id, found, row


@pytest.fixture(scope="module")
def retail(tmp_path_factory) -> Lake:
    """Online Retail II, its first year, segmented a week before its end and at the end."""
    lake = Lake(FolderStore(tmp_path_factory.mktemp("retail")))
    path = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    upload = Upload(path=path, key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    ingest(upload, lake, UK, now=NOW)
    run(lake, "before", LAST - timedelta(days=7))
    run(lake, "now", LAST, previous="before")
    return lake


@pytest.mark.slow
def test_every_customer_of_the_demo_gets_what_the_batch_gives_without_a_run_before(retail):
    assert len(standing(retail, "before")) > 4_000
    assert list(differences(retail, "before")) == []


@pytest.mark.slow
def test_every_customer_of_the_demo_gets_what_the_batch_gives_with_a_run_before(retail):
    rows = standing(retail, "now").values()
    assert sum(row["segment_id"] != row["scored_segment_id"] for row in rows) > 10
    assert any(row["segment_id"] == "no_purchase" for row in rows)
    assert list(differences(retail, "now", "before")) == []


@pytest.mark.slow
def test_the_run_before_matters(retail):
    assert {row["customer_id"] for _, _, row in differences(retail, "now")} == {
        row["customer_id"]
        for row in standing(retail, "now").values()
        if row["segment_id"] != row["scored_segment_id"]
    }


@pytest.mark.slow
def test_where_one_stands_is_where_one_stays(retail):
    """What is stored of a live run needs no run before it: its own segments give themselves."""
    assigning = published(retail, "now")
    for row in standing(retail, "now").values():
        features = row.get("features", {}) | {
            name: row[name] for name in ("recency_days", "frequency", "net_minor")
        }
        assert assign(features, assigning, row)["segment_id"] == row["segment_id"]


@pytest.mark.parametrize(
    "settings",
    some(
        [
            {"clusters_pca_share": 0.8},
            {"frequency_unit": "orders"},
            {
                "thresholds": {
                    "recency": [10, 30, 60.5, 90],
                    "frequency": [2, 3, 4, 5],
                    "monetary": [1, 20.5, 40, 99],
                }
            },
            {"stability_margin": 0.1},
        ],
        every=2,
    ),
    ids=str,
)
def test_the_shop_s_settings_hold_for_one_customer_too(ingest_text, lake, settings):
    rng = np.random.default_rng(5)
    lines = (
        f"o{n},c{rng.integers(150):03d},p{rng.integers(9)},{rng.integers(1, 9)},{rng.integers(100, 9000)}e-2,"
        f"{date(2025, 12, 31) - timedelta(days=int(days))}T12:00:00Z\n"
        for n, days in enumerate(rng.exponential(80, 500))
    )
    returned = "o-x,only-back,p1,-1,5.00,2025-12-01T12:00:00Z\n"
    ingest_text(
        "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n" + "".join(lines) + returned
    )
    run(lake, "before", date(2025, 12, 26), **settings)
    run(lake, "now", date(2025, 12, 31), previous="before", **settings)
    assert list(differences(lake, "before")) == []
    assert list(differences(lake, "now", "before")) == []


def test_a_shop_where_nobody_bought_has_no_cut_and_no_cluster(ingest_text, lake):
    ingest_text(
        "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
        "1,ann,p,-1,5.00,2025-12-01T12:00:00Z\n"
    )
    run(lake, "now", date(2025, 12, 31))
    assert list(differences(lake, "now")) == []
    bought = {"recency_days": 1, "frequency": 1, "net_minor": 5} | dict.fromkeys(CLUSTER_FEATURES, 1.0)
    found = assign(bought, published(lake, "now"))
    assert (found["r"], found["f"], found["m"], found["cluster_id"]) == (1, 1, 1, None)


CUTS = {"least": [-40, -30, -20, -10], "lenient": [-42, -32, -22, -12], "strict": [-38, -28, -18, -8]}
ASSIGNING: dict[str, Any] = {
    "rfm": {
        "cuts": {
            "r": CUTS,
            "f": {"least": [2, 3, None, None], "lenient": [2, 3, None, None], "strict": [2, 4, None, None]},
            "m": {"least": [10, 20, 30, 40], "lenient": [10, 20, 30, 40], "strict": [10, 20, 30, 40]},
        },
        "map": [[f"r{r}fm{fm}" for fm in range(1, 6)] for r in range(1, 6)],
    },
    "features": ["size"],
    "clusters": {
        "scaling": [
            {
                "feature": "size",
                "filler": 3.0,
                "unit": 1.0,
                "power": 1.0,
                "low": 0.0,
                "high": 9.0,
                "mean": 1.0,
                "deviation": 2.0,
            }
        ],
        "directions": None,
        "centres": [[0.0], [2.0]],
        "names": ["small", "large"],
    },
}


@pytest.mark.parametrize(
    ("days", "frequency", "net", "scores", "segment"),
    [
        (10, 1, 40, (5, 1, 5), "r5fm3"),  # FM is the mean, rounded up at the half
        (11, 2, 39, (4, 2, 4), "r4fm3"),
        (41, 99, 9, (1, 3, 1), "r1fm2"),  # nobody reaches a frequency of 4
        (0, 3, -500, (5, 3, 1), "r5fm2"),
    ],
)
def test_scores_by_hand(days, frequency, net, scores, segment):
    features = {"recency_days": days, "frequency": frequency, "net_minor": net, "size": 1.0}
    found = assign(features, ASSIGNING)
    assert (found["r"], found["f"], found["m"]) == scores
    assert found["segment_id"] == found["scored_segment_id"] == segment


@pytest.mark.parametrize(
    ("days", "was", "changed", "segment"),
    [
        (41, "r2fm2", {}, "r2fm2"),  # a day past the edge, and the margin is two
        (42, "r2fm2", {}, "r2fm2"),
        (43, "r2fm2", {}, "r1fm2"),
        (39, "r1fm2", {}, "r1fm2"),
        (38, "r1fm2", {}, "r2fm2"),
        (41, "r2fm2", {"frequency": 2}, "r1fm2"),  # bought since
        (41, "r2fm2", {"net_minor": 19}, "r1fm2"),  # returned since
        (41, "r3fm2", {}, "r1fm2"),  # out of reach
        (41, "no_purchase", {}, "r1fm2"),
    ],
)
def test_the_segment_before_is_kept_within_the_margin(days, was, changed, segment):
    # f is 2 or 3 within the margin, m is 1: fm is 2 either way
    features = {"recency_days": days, "frequency": 3, "net_minor": 9, "size": 1.0}
    previous = {"segment_id": was, "frequency": 3, "net_minor": 9} | changed
    assert assign(features, ASSIGNING, previous)["segment_id"] == segment


@pytest.mark.parametrize(
    ("size", "cluster", "distances"),
    [
        (1.0, "0", [0.0, 2.0]),
        (5.0, "1", [2.0, 0.0]),
        (3.0, "0", [1.0, 1.0]),  # as near to both: the first
        (None, "0", [1.0, 1.0]),  # not known: the filler
        (1e9, "1", [4.0, 2.0]),  # drawn in to the bound
        (-1e9, "0", [0.5, 2.5]),
    ],
)
def test_the_nearest_cluster_by_hand(size, cluster, distances):
    assert nearest_cluster({"size": size}, ASSIGNING["clusters"]) == (cluster, pytest.approx(distances))


def test_without_a_feature_no_cluster_is_named():
    found = assign({"recency_days": 1, "frequency": 1, "net_minor": 1}, ASSIGNING)
    assert (found["cluster_id"], found["cluster_distances"], found["cluster_lacks"]) == (None, None, ["size"])


@pytest.mark.parametrize(("frequency", "segment"), [(0, "no_purchase"), (None, None)])
def test_who_never_bought_has_neither_scores_nor_cluster(frequency, segment):
    features = {"recency_days": None, "frequency": frequency, "net_minor": 7, "size": 1.0}
    found = assign(features, ASSIGNING, {"segment_id": "r1fm1", "frequency": frequency, "net_minor": 7})
    assert [found[name] for name in ("r", "f", "m", "cluster_id")] == [None] * 4
    assert found["segment_id"] == segment


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40, unique=True),
    st.floats(-3, 3),
)
def test_scaling_equals_the_estimator_s(values, power):
    scaling = Scaling(filler=1.5, unit=7.0, power=power, low=-1e300, high=1e300, mean=0.25, deviation=3.0)
    theirs = scaling.apply(np.array([*values, np.nan]))
    clusters_ = {
        "scaling": [{"feature": "x", **scaling.__dict__}],
        "directions": None,
        "centres": [[0.0]],
    }
    ours = [nearest_cluster({"x": value}, clusters_)[1][0] for value in [*values, None]]
    assert ours == pytest.approx(np.abs(theirs).tolist(), rel=1e-9, abs=1e-12)
