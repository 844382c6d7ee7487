"""What the gate chose to publish, as the later steps of a run read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from patronage.errors import NotFound
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from patronage.stores.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The model that is published, and the variants of it that arms of experiments need.

    Parameters
    ----------
    model : str
        Its name.
    weights : dict
        By method what it counts in the model; one of 1 for a model of one method.
    variants : dict
        By name the same of each variant.
    left_out : dict
        By name why another variant has no lists.
    """

    model: str
    weights: dict[str, float]
    variants: dict[str, dict[str, float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """The methods that all of it is made of."""
        return list(dict.fromkeys(name for each in (self.weights, *self.variants.values()) for name in each))

    def save(self, store: ObjectStore, run_id: str) -> None:
        """Keep it."""
        write_json(store, _key(run_id), asdict(self))


def choose_variants(
    model: str,
    wanted: Mapping[str, dict[str, float]],
    metrics: Mapping[str, dict[str, Any]],
    left_out: Mapping[str, str],
) -> Chosen:
    """Return the model with those of the wanted variants whose methods were all measured.

    Parameters
    ----------
    model : str
        What is published.
    wanted : mapping
        By name the weights of each variant; without any where it is the blend as the run learnt it.
    metrics, left_out : mapping
        By method what was measured, or why it was not.
    """
    variants: dict[str, dict[str, float]] = {}
    reasons: dict[str, str] = {}
    for name, weights in wanted.items():
        if name == model:  # its lists are the model's own
            continue
        made_of = weights or _weights(name, metrics)
        lacking = [each for each in made_of if each not in metrics]
        if lacking:
            why = (f"{each}: {left_out.get(each, 'it is no method of ours')}" for each in lacking)
            reasons[name] = "; ".join(why)
        else:
            variants[name] = made_of
    return Chosen(model=model, weights=_weights(model, metrics), variants=variants, left_out=reasons)


def chosen_weights(store: ObjectStore, run_id: str, variant: str = "") -> dict[str, float]:
    """Return by method what it counts in the published model, or in a variant."""
    found = Chosen(**read_json(store, _key(run_id)))
    return found.variants[variant] if variant else found.weights


def chosen_variants(store: ObjectStore, run_id: str) -> list[str]:
    """Return the names of the variants that a run makes lists for; none in runs of older releases."""
    try:
        return sorted(read_json(store, _key(run_id))["variants"])
    except NotFound:
        return []


def _weights(model: str, metrics: Mapping[str, dict[str, Any]]) -> dict[str, float]:
    """Return the weights of the blend that a run learnt; a single method weighs 1."""
    weights: dict[str, float] = metrics[model].get("weights") or {model: 1.0}
    return {name: weight for name, weight in weights.items() if weight > 0}


def _key(run_id: str) -> str:
    return f"runs/{run_id}/recommendations/chosen.json"
