"""The part of the clusters that learns: features in, a cluster a buyer and the clusters' profiles out.

Its function holds NumPy, SciPy and scikit-learn but neither DuckDB nor Delta Lake.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.segments.clusters import Clusters
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.logic.segments.clusters import Candidate
    from patronage.stores.objects import ObjectStore


def clusters(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Part the buyers into clusters, and write each one's cluster with the profiles of the clusters.

    Returns
    -------
    dict
        How many ``customers`` and ``clusters`` there are.
    """
    options = Manifest.load(store, run_id).options
    features = load_arrays(store, f"runs/{run_id}/features/clusters.npz")
    customers = len(next(iter(features.values())))
    if customers == 0:
        labels, summary = np.empty(0, dtype=np.int32), _nobody()
    else:
        fitted = Clusters(random_state=options.clusters_seed, pca_share=options.clusters_pca_share)
        fitted.fit(features)
        labels, summary = fitted.partition_.labels, _summary(fitted)
    save_arrays(store, f"runs/{run_id}/segments/clusters.npz", {"labels": labels})
    common = {"seed": options.clusters_seed, "features": list(features)}
    write_json(store, f"runs/{run_id}/segments/clusters.json", common | summary)
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
        "reason": found.reason or None,
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
    return {"k": 0, "reason": "no customer has bought"} | empty | nothing
