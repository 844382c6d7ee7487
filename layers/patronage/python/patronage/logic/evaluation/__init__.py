"""Measure rankings honestly: split by time, score what came later, say how sure the figure is."""

from __future__ import annotations

from patronage.logic.evaluation.bootstrap import Estimate, bootstrap_means
from patronage.logic.evaluation.holdout import Holdout, time_ordered_holdout
from patronage.logic.evaluation.metrics import (
    METRICS,
    RankingReport,
    UserScores,
    measure_ranking,
    score_users,
)
from patronage.logic.evaluation.splits import Split, cutoff_day, leave_last_out, relevant_items, split_at

__all__ = [
    "METRICS",
    "Estimate",
    "Holdout",
    "RankingReport",
    "Split",
    "UserScores",
    "bootstrap_means",
    "cutoff_day",
    "leave_last_out",
    "measure_ranking",
    "relevant_items",
    "score_users",
    "split_at",
    "time_ordered_holdout",
]
