from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from patronage.errors import BadInput
from patronage.logic.segments.clusters import Clusters, Scaling
from patronage.logic.segments.options import SegmentOptions
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment.cluster_features import CLUSTER_FEATURES, cluster_features
from patronage.steps.segment.clusters import clusters
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, REPOSITORY

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore

ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
HEADER = "order_id,customer_id,product_id,quantity,unit_price,discount,ordered_at\n"


def arrays(store: ObjectStore, key: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(store.read_bytes(key))) as found:
        return {name: found[name] for name in found.files}


def clustered(lake: Lake, shop: Shop) -> tuple[dict[str, np.ndarray], dict, np.ndarray]:
    """Run both steps; features, summary and labels."""
    pin("run", "segments", lake, shop, now=NOW)
    cluster_features("run", lake)
    clusters("run", lake.store)
    labels = arrays(lake.store, "runs/run/segments/clusters.npz")["labels"]
    features = arrays(lake.store, "runs/run/features/clusters.npz")
    return features, read_json(lake.store, "runs/run/segments/clusters.json"), labels


def test_features_by_hand(ingest_text, lake, shop):
    ingest_text(
        "product_id,title,category\np,P,toys\nq,Q,toys\nr,R,books\n", key="raw/products/p.csv", version="p"
    )
    ingest_text(
        HEADER
        + "1,a,p,2,10,0,2025-12-31T23:30:00Z\n"  # New Year's Eve in London
        + "1,a,r,1,5,1,2025-12-31T23:30:00Z\n"
        + "2,a,p,1,10,0,2026-01-02T00:10:00Z\n"
        + "3,a,p,1,10,0,2026-01-02T18:00:00Z\n"  # the same day: one occasion
        + "4,a,p,-1,11,0,2026-01-04T10:00:00Z\n"  # given back: less money, no occasion
        + "5,b,x,4,2.5,0,2026-01-06T10:00:00Z\n"  # no category is known
        + "6,c,p,-1,5,0,2026-01-02T10:00:00Z\n"  # no purchase: no buyer
        + "7,,p,1,99,0,2026-01-03T10:00:00Z\n"  # a guest
    )
    features, _, labels = clustered(lake, shop)
    assert tuple(features) == CLUSTER_FEATURES
    a, b = np.array(list(features.values())).T.astype(float)
    # recency, occasions, net, items, price, distinct, categories, returned, discounted, gap, tenure
    sold = 20 + 5 - 1 + 10 + 10
    assert a == pytest.approx(
        [4, 2, (sold - 11) * 100 / 2, 5 / 2, sold * 100 / 5, 2 / 4, 2, 11 / sold, 1 / 4, 2, 6], rel=1e-6
    )
    assert b == pytest.approx([0, 1, 1000, 4, 250, 1, 0, 0, 0, np.nan, 0], nan_ok=True)
    assert labels.tolist() == [0, 0]


def test_a_shop_without_a_buyer_has_no_cluster(ingest_text, lake, shop):
    ingest_text(HEADER + "7,,p,1,99,0,2026-01-03T10:00:00Z\n")
    _, summary, labels = clustered(lake, shop)
    assert (summary["k"], summary["silhouette"], summary["clusters"]) == (0, None, [])
    assert "no customer" in summary["reason"]
    assert labels.shape == (0,)


def test_equal_customers_make_one_cluster_with_a_reason(ingest_text, lake, shop):
    ingest_text(HEADER + "".join(f"{n},c{n},p,1,10,0,2026-01-03T10:00:00Z\n" for n in range(10)))
    _, summary, labels = clustered(lake, shop)
    assert (summary["k"], summary["silhouette"], summary["stability"], summary["by_k"]) == (1, None, None, [])
    assert "do not differ" in summary["reason"]
    assert labels.tolist() == [0] * 10
    assert summary["clusters"][0]["profile"]["occasions"] == {"mean": 1.0, "median": 1.0, "z": None}


def drawn_orders() -> str:
    """Give 60 customers 200 orders."""
    rng = np.random.default_rng(3)
    drawn = zip(
        range(200), rng.integers(1, 9, 200), rng.integers(1, 90, 200), rng.integers(1, 31, 200), strict=True
    )
    return HEADER + "".join(
        f"{n},c{n % 60},p{n % 7},{pieces},{price},0,2025-12-{day:02d}\n" for n, pieces, price, day in drawn
    )


def test_settings_of_the_shop_are_kept_to(ingest_text, lake, shop):
    lake.store.write_bytes("settings/segments.toml", b"clusters_seed = 7\nclusters_pca_share = 0.9\n")
    ingest_text(drawn_orders())
    features, summary, labels = clustered(lake, shop)
    assert summary["seed"] == 7
    assert 1 <= summary["pca"]["components"] <= len(summary["scaling"])
    assert np.array_equal(Clusters(random_state=7, pca_share=0.9).fit(features).partition_.labels, labels)


@pytest.mark.parametrize("setting", ["clusters_seed = -1", "clusters_pca_share = 1.5"])
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(BadInput, match=f"segments.toml, line 1, column 1: {setting} must"):
        SegmentOptions.from_toml(setting)


@pytest.fixture(scope="module")
def retail(tmp_path_factory) -> tuple[Lake, dict[str, np.ndarray], dict, np.ndarray]:
    """Online Retail II, its first year, clustered."""
    lake = Lake(FolderStore(tmp_path_factory.mktemp("retail")))
    upload = Upload(path=ORDERS, key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    ingest(upload, lake, UK, now=NOW)
    return lake, *clustered(lake, UK)


UK = Shop(currency="GBP", timezone="Europe/London")


def by_pandas(lake: Lake) -> pd.DataFrame:
    """Recompute what needs no more than the orders."""
    rows = pd.concat(pd.read_parquet(path) for path in lake.snapshot("orders").files())
    rows = rows[rows.customer_id.notna()]
    rows["day"] = rows.ordered_at.dt.tz_convert("Europe/London").dt.normalize()
    bought = rows[(rows.kind == "sale") & (rows.net_minor > 0)]
    by = bought.groupby("customer_id")
    today = rows.day.max()
    days, first, last = by.day.nunique(), by.day.min(), by.day.max()
    net = rows.groupby("customer_id").net_minor.sum().reindex(days.index)
    back = -rows[rows.kind.isin(["cancellation", "refund"])].groupby("customer_id").net_minor.sum()
    pieces = by.quantity.sum().astype(float)
    gaps = np.round((last - first) / pd.Timedelta(days=1))
    return pd.DataFrame(
        {
            "recency_days": np.round((today - last) / pd.Timedelta(days=1)),
            "occasions": days,
            "net_per_occasion_minor": net / days,
            "items_per_occasion": pieces / days,
            "price_per_item_minor": by.net_minor.sum() / pieces,
            "distinct_product_share": by.product_id.nunique() / by.size(),
            "returned_share": (back.reindex(days.index).fillna(0) / by.net_minor.sum()).clip(0, 1),
            "days_between_occasions": gaps / (days - 1).where(days > 1),
            "tenure_days": np.round((today - first) / pd.Timedelta(days=1)),
        }
    )


@pytest.mark.slow
def test_online_retail_features_equal_pandas_and_inertia_scikit_learn_s(retail):
    lake, features, summary, labels = retail
    expected = by_pandas(lake)
    assert expected.index.is_monotonic_increasing
    for name, values in expected.items():
        assert features[name] == pytest.approx(values.to_numpy(dtype=float), rel=1e-5, nan_ok=True), name
    scalings = {name: Scaling(**values) for name, values in summary["scaling"].items()}
    rows = np.array([each.apply(features[name].astype(float)) for name, each in scalings.items()]).T
    best = KMeans(summary["k"], n_init=10, random_state=1).fit(rows)
    assert summary["inertia"] == pytest.approx(best.inertia_, rel=0.01)
    means = np.array([rows[labels == number].mean(axis=0) for number in range(summary["k"])])
    assert ((rows - means[labels]) ** 2).sum() == pytest.approx(summary["inertia"], rel=1e-4)
    names = [each["name"] for each in summary["clusters"]]
    assert len(set(names)) == len(names)
    assert [each["customers"] for each in summary["clusters"]] == np.bincount(labels).tolist()
    assert summary["silhouette"] == max(each["silhouette"] for each in summary["by_k"])


def repeats(lake: Lake, shop: Shop, labels: np.ndarray) -> bool:
    """Run both steps again and say whether they write the same bytes."""
    keys = [f"runs/run/{name}" for name in ("features/clusters.npz", "segments/clusters.json")]
    first = [lake.store.read_bytes(key) for key in keys]
    *_, again = clustered(lake, shop)
    return [lake.store.read_bytes(key) for key in keys] == first and np.array_equal(again, labels)


@pytest.mark.slow
def test_a_run_of_online_retail_again_writes_the_same_bytes(retail):
    lake, *_, labels = retail
    assert repeats(lake, UK, labels)


def test_a_run_again_writes_the_same_bytes(ingest_text, lake, shop):
    ingest_text(drawn_orders())
    *_, labels = clustered(lake, shop)
    assert len(set(labels.tolist())) > 1
    assert repeats(lake, shop, labels)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("cluster_features", ["numpy", "scipy", "sklearn"]),
        ("clusters", ["duckdb", "deltalake", "pandas", "sklearn"]),
    ],
)
def test_a_step_imports_what_its_layer_holds_and_scikit_learn_only_to_fit(module, absent):
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r})); import patronage.steps.segment.{module}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
