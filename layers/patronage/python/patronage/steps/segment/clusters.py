"""The part of the clusters that learns: features in, a cluster a buyer and the clusters' profiles out.

Its function holds NumPy, SciPy and scikit-learn but neither DuckDB nor Delta Lake.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.said import said, stated
from patronage.logic.segments.clusters import Clusters, plane, refined
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from patronage.logic.said import Said
    from patronage.logic.segments.clusters import Candidate
    from patronage.logic.segments.clusters._choice import Refine
    from patronage.stores.objects import ObjectStore

MOST_POINTS = 2_000
"""Customers that are shown in the plane of the clusters."""
_DIGITS = 4
_NOBODY = said("nobody_bought")
_NO_PLANE = said("no_plane")


def clusters(run_id: str, store: ObjectStore, *, refine: Refine = refined) -> dict[str, Any]:
    """Part the buyers into clusters, and write each one's cluster with the profiles of the clusters.

    `segments/cluster_points.json` lays a sample of them on a plane, without their ids.

    Parameters
    ----------
    run_id, store
        The run, and where its files are.
    refine : callable
        What carries k-means on over all of them (`Clusters`).

    Returns
    -------
    dict
        How many ``customers`` and ``clusters`` there are.
    """
    options = Manifest.load(store, run_id).options
    features = load_arrays(store, f"runs/{run_id}/features/clusters.npz")
    customers = len(next(iter(features.values())))
    if customers == 0:
        labels, summary, points = np.empty(0, dtype=np.int32), _nobody(), _no_points(_NOBODY)
    else:
        seed, share = options.clusters_seed, options.clusters_pca_share
        fitted = Clusters(random_state=seed, pca_share=share, refine=refine).fit(features)
        labels, summary, points = fitted.partition_.labels, _summary(fitted), _points(fitted, features)
    save_arrays(store, f"runs/{run_id}/segments/clusters.npz", {"labels": labels})
    common = {"seed": options.clusters_seed, "features": list(features)}
    write_json(store, f"runs/{run_id}/segments/clusters.json", common | summary)
    write_json(store, f"runs/{run_id}/segments/cluster_points.json", {"customers": customers} | points)
    return {"customers": customers, "clusters": summary["k"]}


def _summary(fitted: Clusters) -> dict[str, Any]:
    found, pca = fitted.partition_, None
    if fitted.directions_ is not None:
        pca = {
            "components": len(fitted.directions_),
            "variance_share": fitted.pca_share,
            "directions": fitted.directions_.tolist(),
        }
    return {
        "k": len(found.centres),
        "silhouette": found.chosen.silhouette if found.chosen else None,
        **stated("reason", found.reason),
        "stability": found.chosen.stability if found.chosen else None,
        "inertia": found.inertia,
        "by_k": [_tried(candidate) for candidate in found.candidates],
        "clusters": [profile.as_dict() for profile in fitted.profiles_],
        "scaling": {name: asdict(scaling) for name, scaling in fitted.scalings_.items()},
        "centres": found.centres.tolist(),
        "pca": pca,
    }


def _tried(candidate: Candidate) -> dict[str, float]:
    return {name: getattr(candidate, name) for name in ("k", "silhouette", "stability", "inertia")}


def _nobody() -> dict[str, Any]:
    nothing = dict.fromkeys(("silhouette", "stability", "inertia", "pca"))
    empty: dict[str, Any] = {"by_k": [], "clusters": [], "scaling": {}, "centres": []}
    return {"k": 0, **_NOBODY.fields()} | empty | nothing


def _points(fitted: Clusters, features: Mapping[str, ArrayLike]) -> dict[str, Any]:
    """Lay customers and clusters on the plane in which the customers differ most."""
    found = plane(fitted, features, most=MOST_POINTS)
    if found is None:
        return _no_points(_NO_PLANE)
    return {
        "points": [
            {"x": round(float(x), _DIGITS), "y": round(float(y), _DIGITS), "cluster": int(cluster)}
            for (x, y), cluster in zip(found.places, found.labels, strict=True)
        ],
        "centres": [
            {"cluster": cluster, "x": round(float(x), _DIGITS), "y": round(float(y), _DIGITS)}
            for cluster, (x, y) in enumerate(found.centres)
        ],
        "components": [
            {
                "variance_share": share,
                "weights": dict(zip(fitted.scalings_, direction.tolist(), strict=True)),
            }
            for share, direction in zip(found.shares, found.directions, strict=True)
        ],
        **stated("points_reason", None),
    }


def _no_points(reason: Said) -> dict[str, Any]:
    return {"points": [], "centres": [], "components": [], **reason.fields("points_reason")}
