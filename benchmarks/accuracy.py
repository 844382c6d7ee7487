"""How accurate the models are on public data, beside peers and published figures."""

from __future__ import annotations

from benchmarks import accuracy_implicit, accuracy_ratings, accuracy_sequences

FIGURES = {
    **accuracy_ratings.FIGURES,
    **accuracy_implicit.FIGURES,
    **accuracy_sequences.FIGURES,
}
