"""Every feature by entity and name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from patronage.errors import BadField
from patronage.logic.features._customers import CUSTOMER_FEATURES
from patronage.logic.features._products import PRODUCT_FEATURES
from patronage.logic.features.definition import ENTITIES
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.features.definition import Feature

FEATURES: dict[str, dict[str, Feature]] = {
    entity: {
        feature.name: feature
        for feature in (*CUSTOMER_FEATURES, *PRODUCT_FEATURES)
        if feature.entity == entity
    }
    for entity in ENTITIES
}
"""By entity, by name, in the order in which they are listed."""


def features_of(entity: str, names: Sequence[str] | None = None) -> list[Feature]:
    """Return features of an entity, by default all.

    Raises
    ------
    BadField
        There is no such entity, or no such feature of it, or one is named twice.
    """
    if entity not in FEATURES:
        raise BadField(
            f"entity {shown(entity)} must be one of {', '.join(ENTITIES)}", field="entity", rule="one-of"
        )
    if names is None:
        return list(FEATURES[entity].values())
    for place, name in enumerate(names):
        if name in names[:place]:
            raise BadField(f"feature {name} is named twice; name it once", field="names", rule="distinct")
    return [feature_named(entity, name) for name in names]


def feature_named(entity: str, name: str) -> Feature:
    """Return a feature by its name.

    Raises
    ------
    BadField
        There is none; near names are told.
    """
    known = FEATURES[entity]
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3)
    said = f"did you mean {' or '.join(near)}? " if near else ""
    raise BadField(
        f"{shown(name)} is no feature of a {entity}; {said}list them with: patronage features list",
        field="names",
        rule="unknown",
    )
