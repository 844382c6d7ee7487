"""Browsing, impressions and clicks made up from a shop's real orders: arrays drawn from a stated model.

The model is told, with every parameter, by `simulation_readme`. Nothing here reads or writes files.
"""

from __future__ import annotations

from patronage.logic.simulated.categories import category_of
from patronage.logic.simulated.drawn import Drawn, draw
from patronage.logic.simulated.experiment import definition
from patronage.logic.simulated.history import History
from patronage.logic.simulated.identifiers import answer_ids
from patronage.logic.simulated.parameters import PLACEMENTS, Simulation
from patronage.logic.simulated.readme import Told, simulation_readme
from patronage.logic.simulated.words import search_words

__all__ = [
    "Drawn",
    "History",
    "PLACEMENTS",
    "Simulation",
    "Told",
    "answer_ids",
    "category_of",
    "definition",
    "draw",
    "search_words",
    "simulation_readme",
]
