"""What projects of this kind usually claim of their segments, on the bundled real orders.

The champions' share and the clusters are of a whole `patronage segment` over all orders, as of the last one.
The demo has some more champions: it segments as of a month before too, and who did nothing since keeps the
segment. Who did not come back is counted on a holdout: customers are segmented as of the end of a day 90 or
180 days before the last order, by what was known then, and a customer came back who bought on a later day.
Churn here is that and no more: nobody tells this shop that they have left. Silhouettes are each of the space
that its clusters were sought in, so they say how well a space parts, and not which of two is the better
segmentation.
"""

from __future__ import annotations

import atexit
import sys
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import roc_auc_score, silhouette_score

from benchmarks.bundled_orders import SHOP, take_in
from benchmarks.figures import Figure
from benchmarks.shared_data import ORDERS
from patronage.engines.duckdb import DuckEngine
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation
from patronage.steps.scanning import scan_snapshot
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAST_DAY = date(2010, 12, 9)
USUAL_CLUSTERS = 4
"""As many as scripts take that cluster recency, frequency and money."""

CAME_BACK = """
SELECT segment_id AS segment_ids, recency_days, churn_probability, probability_alive,
known.customer_id IN (
    SELECT customer_id FROM orders
    WHERE customer_id IS NOT NULL AND kind = 'sale' AND shop_day(ordered_at) > CAST($until AS DATE)
) AS came_back
FROM known
WHERE frequency > 0
"""


class Later(NamedTuple):
    """Customers who had bought by a day: the segment of each, what was forecast, and who came back."""

    segment_ids: NDArray[np.str_]
    recency_days: NDArray[np.int64]
    churn_probability: NDArray[np.float64]
    probability_alive: NDArray[np.float64]
    came_back: NDArray[np.bool_]


def champions_customer_share() -> Figure:
    """Count the champions among the customers, against their share of the customers' money."""
    champions = _segment("champions")
    return Figure(champions["customer_share"], "share", "their share of the net", champions["revenue_share"])


def champions_revenue_share() -> Figure:
    """Add up the champions' net, against their share of the customers, which an even shop would have."""
    champions = _segment("champions")
    return Figure(
        champions["revenue_share"], "share", "their share of the customers", champions["customer_share"]
    )


def at_risk_churn_90d() -> Figure:
    """Count who of At Risk did not buy within 90 days, against all who had ever bought."""
    return _not_back("at_risk", 90)


def at_risk_churn_180d() -> Figure:
    """Count who of At Risk did not buy within 180 days, against all who had ever bought."""
    return _not_back("at_risk", 180)


def champions_churn_90d() -> Figure:
    """Count who of the champions did not buy within 90 days, against all who had ever bought."""
    return _not_back("champions", 90)


def churn_auc_90d() -> Figure:
    """Rank customers by the chance that they buy nothing in 3 months, against ranking by recency alone."""
    later = _later(90)
    is_gone = ~later.came_back
    ours = roc_auc_score(is_gone, later.churn_probability)
    return Figure(float(ours), "AUC", "recency alone", float(roc_auc_score(is_gone, later.recency_days)))


def alive_auc_90d() -> Figure:
    """Rank the same by 1 - P(alive), by which nobody leaves before a second purchase, against chance."""
    later = _later(90)
    by_alive = roc_auc_score(~later.came_back, 1 - later.probability_alive)
    return Figure(float(by_alive), "AUC", "chance", 0.5)


def churn_share_90d() -> Figure:
    """Take the mean chance to buy nothing in 3 months, against the share who bought nothing in 90 days."""
    later = _later(90)
    actual = float((~later.came_back).mean())
    return Figure(float(later.churn_probability.mean()), "share", "who did not", actual)


def kmeans_silhouette() -> Figure:
    """Take the silhouette of the clusters as chosen, against k-means of log recency, frequency and money."""
    rows = _log_rfm()
    usual = KMeans(USUAL_CLUSTERS, n_init=10, random_state=0).fit_predict(rows)
    peer = f"scikit-learn's KMeans(k={USUAL_CLUSTERS}) of log RFM"
    return Figure(_chosen()["silhouette"], "silhouette", peer, float(silhouette_score(rows, usual)))


def kmeans_stability() -> Figure:
    """Take the agreement of starts that differ in their seed alone, against what chance gives."""
    return Figure(_chosen()["stability"], "adjusted Rand index", "chance", 0.0)


def rfm_silhouette() -> Figure:
    """Take the silhouette of the named segments in log RFM, against k-means with as many clusters there.

    The segments are cut for their meaning, not to be round in that space; the peer seeks nothing else.
    """
    rows = _log_rfm()
    numbers = np.unique(np.asarray(_buyers()["segment_id"], dtype=str), return_inverse=True)[1]
    k = int(numbers.max()) + 1
    as_many = KMeans(k, n_init=10, random_state=0).fit_predict(rows)
    peer = f"scikit-learn's KMeans(k={k}) of log RFM"
    return Figure(
        float(silhouette_score(rows, numbers)), "silhouette", peer, float(silhouette_score(rows, as_many))
    )


FIGURES = {
    "champions_customer_share": champions_customer_share,
    "champions_revenue_share": champions_revenue_share,
    "at_risk_churn_90d": at_risk_churn_90d,
    "at_risk_churn_180d": at_risk_churn_180d,
    "champions_churn_90d": champions_churn_90d,
    "churn_auc_90d": churn_auc_90d,
    "alive_auc_90d": alive_auc_90d,
    "churn_share_90d": churn_share_90d,
    "kmeans_silhouette": kmeans_silhouette,
    "kmeans_stability": kmeans_stability,
    "rfm_silhouette": rfm_silhouette,
}


@cache
def _opened() -> OpenLake:
    """Ingest the orders once; the folder goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="patronage-bench-")
    atexit.register(folder.cleanup)
    opened = OpenLake(Lake(FolderStore(Path(folder.name))), SHOP, folder=Path(folder.name))
    take_in(ORDERS, opened.lake)
    return opened


@cache
def _run(until: str | None = None) -> str:
    return run_segmentation(_opened(), until=until)


def _of_run(file: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(_opened().lake.store, f"runs/{_run()}/segments/{file}")
    return found


def _segment(segment_id: str) -> dict[str, Any]:
    (found,) = (each for each in _of_run("summary.json")["segments"] if each["segment_id"] == segment_id)
    return found


def _chosen() -> dict[str, Any]:
    clusters = _of_run("clusters.json")
    print(f"k-means: {clusters['k']} clusters of {len(clusters['features'])} features", file=sys.stderr)
    return clusters


@cache
def _buyers() -> dict[str, Any]:
    """Read who has bought, of whom alone frequency and money have a logarithm worth the name."""
    store = _opened().lake.store
    with DuckEngine(SHOP) as engine:
        engine.scan("customers", [store.staged(f"runs/{_run()}/segments/customers.parquet")])
        return engine.connection.execute(
            "SELECT recency_days, frequency, net_minor, segment_id FROM customers "
            "WHERE frequency > 0 ORDER BY customer_id"
        ).fetchnumpy()


def _log_rfm() -> NDArray[np.float64]:
    """Return log recency, frequency and money of each, standardised; money below a unit counts as one."""
    found = _buyers()
    columns = (found["recency_days"] + 1, found["frequency"], np.maximum(found["net_minor"], 100))
    rows = np.log(np.column_stack([np.asarray(each, dtype=np.float64) for each in columns]))
    return (rows - rows.mean(axis=0)) / rows.std(axis=0)


def _not_back(segment_id: str, days: int) -> Figure:
    later = _later(days)
    shares = {
        str(each): float(1 - later.came_back[later.segment_ids == each].mean())
        for each in np.unique(later.segment_ids)
    }
    told = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    print(f"not back within {days} days: {told}", file=sys.stderr)
    everyone = float(1 - later.came_back.mean())
    return Figure(shares[segment_id], "share", "all who had ever bought", everyone)


@cache
def _later(days: int) -> Later:
    """Segment the customers of a day some days before the last, and see who came back until then."""
    until = str(LAST_DAY - timedelta(days=days))
    lake = _opened().lake
    with DuckEngine(SHOP) as engine:
        engine.scan("known", [lake.store.staged(f"runs/{_run(until)}/segments/customers.parquet")])
        scan_snapshot("orders", lake.snapshot("orders"), engine)
        found = engine.connection.execute(CAME_BACK, {"until": until}).fetchnumpy()
    return Later(*(np.asarray(found[name]) for name in Later._fields))
