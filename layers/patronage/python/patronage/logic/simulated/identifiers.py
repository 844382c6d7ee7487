"""The ids of simulated sessions and answers: they say that they are simulated."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.experiments.document import HOLDOUT
from patronage.logic.serve.recommendation_id import LETTERS, RecommendationId, nonce_of, write
from patronage.logic.simulated.answers import POPULAR_RUNG, SESSION, USER
from patronage.logic.simulated.experiment import EXPERIMENT_ID, PERSONAL_ARM, POPULAR_ARM
from patronage.logic.simulated.history import NOTHING
from patronage.logic.simulated.parameters import PLACEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from patronage.logic.simulated.answers import Answers

    Ints = NDArray[np.int64]

GENERATION = "simulated"
PERSONAL_MODEL, POPULAR_MODEL = "simulated-personal", "simulated-popular"
_LETTERS = {USER: LETTERS["user"], SESSION: LETTERS["session"], POPULAR_RUNG: LETTERS["popular"]}


class Names(NamedTuple):
    """What a simulation's numbers stand for.

    Parameters
    ----------
    mark : str
        With which its ids begin.
    customers, products : sequence of str
        Ids by number.
    """

    mark: str
    customers: Sequence[str]
    products: Sequence[str]

    @classmethod
    def of(cls, made_of: Sequence[object], customers: Sequence[str], products: Sequence[str]) -> Names:
        """Return the names of a simulation that is made of these values: others have another mark."""
        return cls(f"simulated-{zlib.crc32(repr(tuple(made_of)).encode()):08x}", customers, products)

    def sessions(self, count: int) -> list[str]:
        """Write the ids of so many sessions."""
        return [f"{self.mark}-s{number:07d}" for number in range(1, count + 1)]

    def visitors(self, named: Ints, sessions: Sequence[str], visit: Ints) -> list[str]:
        """Return the id that each visit's events name: the customer's, else the session's."""
        whom = zip(named[visit].tolist(), visit.tolist(), strict=True)
        return [self.customers[customer] if customer >= 0 else sessions[at] for customer, at in whom]


def answer_ids(answers: Answers, names: Names, sessions: Sequence[str]) -> list[str]:
    """Write the `recommendation_id` of each answer."""
    return [write(each) for each in _parts(answers, names, sessions)]


def _parts(answers: Answers, names: Names, sessions: Sequence[str]) -> Iterator[RecommendationId]:
    columns = (
        answers.visit,
        answers.placement,
        answers.is_held_out,
        answers.is_in_experiment,
        answers.is_personal,
        answers.products,
        answers.rungs,
    )
    for visit, placement, held_out, tried, personal, products, rungs in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        where = PLACEMENTS[placement]
        shown = [names.products[product] for product in products if product != NOTHING]
        nonce = nonce_of(sessions[visit], where, *shown)
        if held_out:
            yield RecommendationId("", GENERATION, HOLDOUT, HOLDOUT, where, "", nonce)
            continue
        yield RecommendationId(
            PERSONAL_MODEL if personal else POPULAR_MODEL,
            GENERATION,
            EXPERIMENT_ID if tried else "",
            (PERSONAL_ARM if personal else POPULAR_ARM) if tried else "",
            where,
            "".join(_LETTERS[rung] for rung in rungs[: len(shown)]),
            nonce,
        )
