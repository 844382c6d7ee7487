"""Which variants the experiments of a shop need, as a training run pins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import NotFound
from patronage.logic.experiments.document import COPY, read_experiments
from patronage.logic.experiments.variants import variants_of
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.keys import EXPERIMENTS
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable


def variants_served(table: ServingTable) -> dict[str, dict[str, float]]:
    """Return by name the weights of each variant that experiments of a stack need."""
    item = table.get(EXPERIMENTS)
    if item is None:
        return {}
    return variants_of(read_experiments(unpack_document([item["packed"]])).experiments)


def variants_kept(store: ObjectStore) -> dict[str, dict[str, float]]:
    """Return the same of the copy in a lake, which stands for a serving table where there is none."""
    try:
        document = read_json(store, COPY)
    except NotFound:
        return {}
    return variants_of(read_experiments(document).experiments)
