"""Documents that runs have not always written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound

if TYPE_CHECKING:
    from patronage.logic.serve.generation import Generation
    from patronage.stores.figures_reader import FiguresReader


def document_since(
    reader: FiguresReader, generation: Generation, name: str, *, family: str = "segments"
) -> dict[str, Any]:
    """Return a document that runs of a family have not always written; `NotFound` says how to get it."""
    found: dict[str, Any] | None = reader.document(generation.run_id, name)
    if found is None:
        raise NotFound(
            f"generation {generation.run_id} was published without {name}; "
            f"it comes with the next run: patronage retrain {family} --stack NAME"
        )
    return found
