"""The two windows that a run measures on, and what the methods recommended in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from patronage.logic.evaluation import Holdout, last_out_holdout, time_ordered_holdout
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.logic.recommenders import Interactions
    from patronage.logic.recommenders.interactions import Ids, Lists, Scores
    from patronage.stores.objects import ObjectStore

Split = Literal["cutoff", "last"]
"""One moment for all customers, or each customer's last interaction."""

K = 10
DEPTH = 100
"""So many products of each list are kept for the blend."""
MOST_MEASURED = 20_000
"""More customers make no figure surer that anybody reads; those measured are drawn at random."""


@dataclass(frozen=True)
class Windows:
    """The two holdouts of a run: settings and weights are learnt on the first, figures are of the second."""

    validation: Holdout
    test: Holdout

    @classmethod
    def of(cls, interactions: Interactions, *, buys_again: bool, split: Split = "cutoff") -> Windows:
        """Hold out the test, and of what is before it the validation.

        With ``cutoff`` each is the last fifth of the time; with ``last`` each customer's last interaction.
        """
        hold_out = {"cutoff": time_ordered_holdout, "last": last_out_holdout}[split]
        options: dict[str, Any] = {"only_new": not buys_again, "most": MOST_MEASURED}
        test = hold_out(interactions, **options)
        return cls(hold_out(test.train, **options) if len(test.train.days) else test, test)


def write_lists(store: ObjectStore, run_id: str, model: str, **windows: Lists) -> None:
    """Keep the lists of a method for each window by its name."""
    arrays: dict[str, Ids | Scores] = {}
    for window, (ids, scores) in windows.items():
        arrays |= {f"{window}_ids": ids, f"{window}_scores": scores}
    save_arrays(store, f"runs/{run_id}/metrics/{model}.npz", arrays)


def read_lists(store: ObjectStore, run_id: str, model: str) -> dict[str, Lists]:
    """Read by window what `write_lists` kept."""
    arrays = load_arrays(store, f"runs/{run_id}/metrics/{model}.npz")
    windows = dict.fromkeys(name.partition("_")[0] for name in arrays)
    return {window: (arrays[f"{window}_ids"], arrays[f"{window}_scores"]) for window in windows}


def measured(store: ObjectStore, run_id: str) -> list[str]:
    """List the candidates that could be measured: a run goes on without one that fails."""
    listed: list[str] = read_json(store, f"runs/{run_id}/metrics/candidates.json")["models"]
    return [name for name in listed if store.exists(f"runs/{run_id}/metrics/{name}.json")]
