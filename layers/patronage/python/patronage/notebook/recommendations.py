"""What a training run recommends, and how its methods were measured, as frames."""

from __future__ import annotations

import importlib
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.local.runs import evaluate_all, prepare_ratings, prepare_training, run_of
from patronage.logic.evaluation import ACTIVITIES
from patronage.logic.recommenders.candidates import CANDIDATES, HYBRID, POPULARITY
from patronage.logic.recommenders.ratings import RATING_MODELS
from patronage.logic.serve.rights import Rights
from patronage.notebook.frames import NUMBER, TEXT, WHOLE, rows_frame, run_frame, typed
from patronage.steps import lookup
from patronage.steps.run_reader import RunReader
from patronage.steps.train.evaluate_ratings import evaluate_ratings
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from patronage.local.lakes import OpenLake
    from patronage.steps.train.windows import Split

_LISTED = {
    **typed(WHOLE, "rank"),
    **typed(TEXT, "product_id", "name"),
    **typed(WHOLE, "price_minor"),
    **typed(TEXT, "category"),
    **typed(NUMBER, "score"),
    **typed(TEXT, "rung", "reason"),
}
_MEASURED = {
    **typed(TEXT, "model", "customers_group"),
    **typed(WHOLE, "customers"),
    **typed(TEXT, "metric"),
    **typed(NUMBER, "value", "low", "high"),
}
_RATED = {
    **typed(TEXT, "model", "metric"),
    **typed(NUMBER, "value", "low", "high"),
    **typed(WHOLE, "ratings"),
}
_BASELINE = "baseline"
MOST = 50
"""As many products as a customer's list holds."""


class RecommendationFrames:
    """The part of a shop that reads the newest training run, and measures methods."""

    _opened: OpenLake

    def recommend(self, customer_id: str, k: int = 10) -> pd.DataFrame:
        """Recommend products to a customer, as the API would.

        Parameters
        ----------
        customer_id : str
            The shop's id of the customer; an unknown one gets what is popular.
        k : int
            How many, 1 to 50.

        Returns
        -------
        pandas.DataFrame
            A row a product, the best first: rank (from 1), product_id, name, price_minor (0 where no price is
            known), category, score (comparable within the list), rung (the step of the ladder that it comes
            from) and reason, a sentence with its numbers.

        Raises
        ------
        BadInput
            k is out of bounds.
        NotFound
            Nothing has been trained yet.

        Examples
        --------
        Of a shop in which c0 lacks two of the eight cups that those of the same taste buy:

        >>> shop.recommend("c0", k=2)[["rank", "name", "rung"]]
           rank  name  rung
        0     1  cup3  user
        1     2  cup6  user
        >>> shop.recommend("c0", k=1).loc[0, "reason"]
        '76% of the customers who bought cup7 also bought this'
        """
        reader = self._reader()
        answer = lookup.recommend(
            reader,
            Rights(customer_id, is_personal=True),
            k,
            recommend_bought=reader.shop.recommend_bought,
            now=datetime.now(UTC),
        )
        return _listed(answer)

    def similar(self, product_id: str, k: int = 10, *, together: bool = False) -> pd.DataFrame:
        """List the products most like one, as the API would.

        Parameters
        ----------
        product_id : str
            The shop's id of the product; an unknown one gets what is popular.
        k : int
            How many, 1 to 50.
        together : bool
            What stands in the same baskets instead.

        Returns
        -------
        pandas.DataFrame
            As `recommend` returns.

        Raises
        ------
        BadInput
            k is out of bounds.
        NotFound
            Nothing has been trained yet.
        """
        kind = "together" if together else "similar"
        return _listed(lookup.similar(self._reader(), product_id, k, kind=kind, now=datetime.now(UTC)))

    def recommendations(self, k: int = 10) -> pd.DataFrame:
        """Return the lists of all customers as the run wrote them, before rules and filters.

        Parameters
        ----------
        k : int
            How many products a customer, 1 to 50.

        Returns
        -------
        pandas.DataFrame
            A row for each customer and rank: customer_id, rank, rung, product_id, name, score, reason (its
            kind), because_product_id, because_name, share (the number of the reason).

        Raises
        ------
        BadInput
            k is out of bounds.
        NotFound
            Nothing has been trained yet.
        """
        if not 1 <= k <= MOST:
            raise BadInput(f"k {k} must lie between 1 and {MOST}")
        folder = f"runs/{run_of(self._opened, 'recommendations')}/recommendations"
        keys = [key for key in self._opened.lake.store.keys(f"{folder}/users-") if key.endswith(".parquet")]
        return run_frame(self._opened, keys, "FROM found WHERE rank <= $k ORDER BY customer_id, rank", k=k)

    def evaluation(self) -> pd.DataFrame:
        """Return how the newest training run measured each method, on what customers bought after a cut-off.

        Returns
        -------
        pandas.DataFrame
            A row for each model, group of customers and metric: model, customers_group (all, new, light,
            heavy: by how many days they had bought on), customers (measured in it), metric (such as
            ndcg_at_10), value, and low and high of a 95 % bootstrap interval over customers; absent for
            metrics of all lists together.

        Raises
        ------
        NotFound
            Nothing has been trained yet.
        """
        run_id = run_of(self._opened, "recommendations")
        store = self._opened.lake.store
        names = read_json(store, f"runs/{run_id}/metrics/candidates.json")["models"]
        keys = {name: f"runs/{run_id}/metrics/{name}.json" for name in [*names, HYBRID]}
        return _measured({name: read_json(store, key) for name, key in keys.items() if store.exists(key)})

    def evaluate(self, *models: str, split: Split = "cutoff") -> pd.DataFrame:
        """Train methods on a part of the orders and measure them on the rest, popularity always among them.

        Parameters
        ----------
        *models : str
            Such as ``"item_to_item"`` or ``"als"``; by default all that the data allow, and their blend.
        split : {"cutoff", "last"}
            One moment for all customers, or each customer's last purchase.

        Returns
        -------
        pandas.DataFrame
            As `evaluation` returns.

        Raises
        ------
        BadInput
            There is no such model, or nothing to learn from or to measure on.
        """
        _check(models, {*CANDIDATES, HYBRID})
        import_tqdm()
        run_id = prepare_training(self._opened)
        store = self._opened.lake.store
        only = [] if not models or HYBRID in models else list(dict.fromkeys([*models, POPULARITY]))
        found = evaluate_all(run_id, store, split=split, only=only)
        shown = dict.fromkeys([*models, POPULARITY]) if models else found
        measured = {name: read_json(store, f"runs/{run_id}/metrics/{name}.json") for name in shown}
        if not next(iter(measured.values()))["customers"]:
            raise BadInput(
                "no customer bought anything new after the cut-off, so there is nothing to measure"
            )
        return _measured(measured)

    def evaluate_ratings(self, *models: str) -> pd.DataFrame:
        """Predict each random fifth of the ratings from the other four, always beside a baseline.

        Parameters
        ----------
        *models : str
            Of the models of ratings, such as ``"item_cf"``; by default all.

        Returns
        -------
        pandas.DataFrame
            A row for each model and metric (rmse, mae, in the unit of the ratings): value, low and high of a
            95 % bootstrap interval over ratings, and how many ratings.

        Raises
        ------
        BadInput
            There is no such model, or too few ratings for it.
        LacksData
            The lake holds no ratings.
        """
        _check(models, RATING_MODELS)
        run_id = prepare_ratings(self._opened)
        chosen = list(dict.fromkeys([*models, _BASELINE])) if models else list(RATING_MODELS)
        found = evaluate_ratings(run_id, chosen, self._opened.lake.store)
        rows = [
            {"model": model, "metric": metric, "ratings": told["ratings"], **told[metric]}
            for model, told in found.items()
            for metric in ("rmse", "mae")
        ]
        return rows_frame(rows, _RATED)

    def live_model(self) -> dict[str, Any]:
        """Return which method the newest training run chose, and why.

        Returns
        -------
        dict
            ``model`` and ``version`` (text), ``as_of`` (an aware datetime), ``decision``, ``reason`` (a
            sentence), and ``weights``, the share of each method in a blend; empty where it is none.

        Raises
        ------
        NotFound
            Nothing has been trained yet.
        """
        folder = f"runs/{run_of(self._opened, 'recommendations')}/recommendations"
        told = read_json(self._opened.lake.store, f"{folder}/model.json")
        chosen = read_json(self._opened.lake.store, f"{folder}/chosen.json")
        return {
            **{name: told[name] for name in ("model", "version", "decision", "reason")},
            "as_of": datetime.fromisoformat(told["as_of"]),
            "weights": dict(chosen["weights"]) if told["model"] == HYBRID else {},
        }

    def _reader(self) -> RunReader:
        return RunReader(self._opened.lake.store, run_of(self._opened, "recommendations"))


def import_tqdm() -> None:
    """Import what implicit shows progress with, which warns in a notebook that it finds no widgets for it.

    No bar is ever shown here, so the warning tells nobody anything.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        importlib.import_module("tqdm.auto")


def _check(models: Sequence[str], known: Collection[str]) -> None:
    for name in models:
        if name not in known:
            raise BadInput(f"model {name!r} is unknown; known are {', '.join(sorted(known))}")


def _listed(answer: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {**item, "rank": rank, "reason": item["reason"]["text"]}
        for rank, item in enumerate(answer["items"], start=1)
    ]
    return rows_frame(rows, _LISTED)


def _measured(by_model: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    rows = []
    for model, found in by_model.items():
        groups = {"all": found, **{name: found["by_activity"][name] for name in ACTIVITIES}}
        for group, told in groups.items():
            named = {"model": model, "customers_group": group, "customers": told["customers"]}
            rows += [{**named, "metric": metric, **value} for metric, value in told["metrics"].items()]
    return rows_frame(rows, _MEASURED)
