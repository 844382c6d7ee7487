"""Measure rankings and ratings honestly: split by time, score what came later, say how sure the figure is."""

from __future__ import annotations

from patronage.logic.evaluation.activity import ACTIVITIES, activity_of
from patronage.logic.evaluation.beyond import ListFigures, measure_lists
from patronage.logic.evaluation.bootstrap import Estimate, bootstrap_means
from patronage.logic.evaluation.holdout import (
    Holdout,
    drawn_places,
    holdout_at,
    last_out_holdout,
    time_ordered_holdout,
)
from patronage.logic.evaluation.metrics import (
    METRICS,
    RankingReport,
    UserScores,
    measure_ranking,
    score_users,
)
from patronage.logic.evaluation.rating_errors import RatingErrors, k_folds, rating_errors
from patronage.logic.evaluation.splits import Split, cutoff_day, leave_last_out, relevant_items, split_at

__all__ = [
    "ACTIVITIES",
    "METRICS",
    "Estimate",
    "Holdout",
    "ListFigures",
    "RankingReport",
    "RatingErrors",
    "Split",
    "UserScores",
    "activity_of",
    "bootstrap_means",
    "cutoff_day",
    "drawn_places",
    "holdout_at",
    "k_folds",
    "last_out_holdout",
    "leave_last_out",
    "measure_lists",
    "measure_ranking",
    "rating_errors",
    "relevant_items",
    "score_users",
    "split_at",
    "time_ordered_holdout",
]
