"""Which lists of a generation an arm of an experiment shows.

The hot path imports this, so nothing is imported with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BESIDE = "variants"


def lists_of(model: Mapping[str, str], variant: str) -> str | None:
    """Return under which name a generation holds the lists of a variant.

    Parameters
    ----------
    model : mapping
        What the pointer's entry says of the model: ``name``, ``version``, and ``variants``, with commas,
        where lists of other models lie beside its own.
    variant : str
        "" for the model's own lists.

    Returns
    -------
    str, optional
        "" for the model's own lists; None where the generation does not hold the variant.

    Examples
    --------
    >>> model = {"name": "ease", "variants": "als,hybrid-66b1a81e"}
    >>> lists_of(model, "als"), lists_of(model, "ease"), lists_of(model, "svd")
    ('als', '', None)
    """
    if not variant or variant == model.get("name"):
        return ""
    return variant if variant in model.get(_BESIDE, "").split(",") else None


def shown_model(model: Mapping[str, str], lists: str | None) -> Mapping[str, str]:
    """Return what an answer says of the model whose lists it shows."""
    if not lists and _BESIDE not in model:
        return model
    shown = {name: value for name, value in model.items() if name != _BESIDE}
    return {**shown, "name": lists} if lists else shown
