"""Tables of what `patronage evaluate` measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.cli.lines import console
from patronage.cli.outputs import print_rows
from patronage.logic.evaluation import ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCURACY = ("precision", "recall", "map", "mrr", "hit_rate")
_BEYOND = ("coverage", "diversity", "novelty", "popularity_bias")
_MEANING = (
    "All at 10 products; in brackets 95 % bootstrap intervals over customers (--json has all). NDCG: "
    "gain 1 for each product bought, log2 discount; who bought nothing relevant is left out. New, light and "
    "heavy customers bought on 1, on 2 to 4, and on more days."
)


def print_ranking(measured: Mapping[str, dict[str, Any]], split: str, *, only: str | None) -> None:
    """Print a row a model, the best first."""
    key = f"{only or 'ndcg'}_at_10"
    ranked = sorted(measured.items(), key=lambda pair: -pair[1]["metrics"][key]["value"])
    first = ranked[0][1]
    since = f" from {first['cutoff']} on" if split == "cutoff" else ", by their last purchase"
    title = f"{first['customers']:,} customers and what they bought{since}"
    names = () if only else _ACCURACY
    rows = [
        (name, _cell(found["metrics"][key]), *(_value(found, f"{each}_at_10") for each in names))
        for name, found in ranked
    ]
    print_rows(title, ("Model", _title(only or "ndcg"), *map(_title, names)), rows, numbers_from=1)
    if not only:
        groups = [f"{_title(name)} ({first['by_activity'][name]['customers']:,})" for name in ACTIVITIES]
        rows = [
            (name, *_by_activity(found), *(_value(found, each) for each in _BEYOND)) for name, found in ranked
        ]
        header = ("Model", *groups, *map(_title, _BEYOND))
        print_rows("NDCG of new, light and heavy customers, and the lists", header, rows, numbers_from=1)
    console.print(_MEANING)


def _by_activity(found: dict[str, Any]) -> list[str]:
    groups = (found["by_activity"][name] for name in ACTIVITIES)
    return [f"{each['metrics']['ndcg_at_10']['value']:.4f}" if each["customers"] else "" for each in groups]


def _value(found: dict[str, Any], metric: str) -> str:
    return f"{found['metrics'][metric]['value']:.4f}"


def _title(name: str) -> str:
    return name.upper() if name in {"ndcg", "map", "mrr"} else name.replace("_", " ").capitalize()


def print_ratings(measured: Mapping[str, dict[str, Any]], *, by: str) -> None:
    """Print a row a model, the least error first."""
    ranked = sorted(measured.items(), key=lambda pair: pair[1][by]["value"])
    rows = [(name, _cell(values["rmse"]), _cell(values["mae"])) for name, values in ranked]
    title = f"{ranked[0][1]['ratings']:,} ratings, each predicted from four random fifths of the others"
    print_rows(title, ("Model", "RMSE", "MAE"), rows, numbers_from=1)
    console.print("In brackets: 95 % bootstrap intervals over ratings, in the unit of the ratings.")


def _cell(metric: dict[str, Any]) -> str:
    return f"{metric['value']:.4f} ({metric['low']:.4f} to {metric['high']:.4f})"
