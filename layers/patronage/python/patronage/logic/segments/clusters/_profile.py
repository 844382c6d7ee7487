"""What the customers of a cluster are like, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.segments.clusters._naming import cluster_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.segments.clusters._kmeans import Labels
    from patronage.logic.segments.clusters._scaling import Numbers


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A cluster.

    Parameters
    ----------
    cluster_id : int
        Its number, from 0, the largest first.
    name : str
        What sets it apart.
    name_parts : dict
        What the name is made of, as `ClusterName.as_dict` gives it.
    customers : int
        How many it holds.
    profile : dict
        By feature ``mean`` and ``median`` of those of its customers for whom it is known, in the feature's
        own unit, None where it is known for none; and ``z``: how far the mean of the scaled feature lies from
        that of all customers, in standard deviations (None for a feature in which customers do not differ).
    """

    cluster_id: int
    name: str
    name_parts: dict[str, Any]
    customers: int
    profile: dict[str, dict[str, float | None]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def profiles(features: Mapping[str, Numbers], scaled: Mapping[str, Numbers], labels: Labels) -> list[Profile]:
    """Describe and name the clusters.

    Parameters
    ----------
    features : mapping of array, each of shape (n,)
        All features, in their own units, NaN where not known.
    scaled : mapping of array, each of shape (n,)
        Those in which customers differ, scaled.
    labels : array of int, shape (n,)
        The cluster of each customer.
    """
    sizes = np.bincount(labels)
    members = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    middle = {name: _mean_and_median(values, members) for name, values in features.items()}
    z = {name: np.array([values[rows].mean() for rows in members]) for name, values in scaled.items()}
    names = cluster_names(
        list(z),
        np.array(list(z.values())).reshape(len(z), len(sizes)).T,
        np.array([[row[1] for row in middle[name]] for name in z], dtype=float).reshape(len(z), len(sizes)).T,
    )
    return [
        Profile(
            cluster_id=number,
            name=name.text,
            name_parts=name.as_dict(),
            customers=int(sizes[number]),
            profile={
                feature: {
                    "mean": rows[number][0],
                    "median": rows[number][1],
                    "z": float(z[feature][number]) if feature in z else None,
                }
                for feature, rows in middle.items()
            },
        )
        for number, name in enumerate(names)
    ]


def _mean_and_median(values: Numbers, members: list[Any]) -> list[tuple[float | None, float | None]]:
    found: list[tuple[float | None, float | None]] = []
    for rows in members:
        known = values[rows]
        known = known[~np.isnan(known)]
        found.append((float(known.mean()), float(np.median(known))) if len(known) else (None, None))
    return found
