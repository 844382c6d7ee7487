"""Clusters: groups of customers that k-means finds, how many there are, and what sets each apart.

It stands apart from `patronage.logic.segments`, which functions import that have no room for NumPy.
scikit-learn is imported where it is called: that takes longer than most of what else a function does.
"""

from patronage.logic.segments.clusters._choice import Candidate, Partition, candidates, partition
from patronage.logic.segments.clusters._clusters import Clusters
from patronage.logic.segments.clusters._kmeans import nearest, refined
from patronage.logic.segments.clusters._naming import PHRASES, ClusterName, cluster_names
from patronage.logic.segments.clusters._plane import Plane, plane
from patronage.logic.segments.clusters._profile import Profile
from patronage.logic.segments.clusters._sample import representative
from patronage.logic.segments.clusters._scaling import Scaling, principal_components
from patronage.logic.segments.clusters._silhouette import silhouettes

__all__ = [
    "PHRASES",
    "Candidate",
    "ClusterName",
    "Clusters",
    "Partition",
    "Plane",
    "Profile",
    "Scaling",
    "candidates",
    "cluster_names",
    "nearest",
    "partition",
    "plane",
    "principal_components",
    "refined",
    "representative",
    "silhouettes",
]
