"""The features of customers and products: each one is defined here, once, for training and for serving."""

from patronage.logic.features.definition import ENTITIES, KINDS, QUERIES, Feature, FeatureQuery
from patronage.logic.features.registry import FEATURES, feature_named, features_of

__all__ = [
    "ENTITIES",
    "FEATURES",
    "KINDS",
    "QUERIES",
    "Feature",
    "FeatureQuery",
    "feature_named",
    "features_of",
]
