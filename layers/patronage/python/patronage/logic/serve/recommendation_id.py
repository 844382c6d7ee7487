"""The id of an answer of recommendations: what gave it, so that what comes of it can be traced to that.

``r1~<model>~<generation>~<experiment_id>~<arm>~<placement>~<rungs>~<nonce>``: a field is empty where there is
none, and no field says whom the answer was for. `rungs` has one letter a place of the answer, of `LETTERS`.
In place of an experiment, `NO_VISITOR` marks an answer that knew no visitor and so could be in none.
The storefront echoes the id in the events of what it showed.

The hot path imports this, so it stands on the standard library alone.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.serve.ladder import Placed

LETTERS = {
    "user": "u",
    "session": "v",
    "segment": "s",
    "context": "c",
    "popular": "p",
    "catalogue": "k",
    "pinned": "n",
    "promoted": "m",
    "similar": "t",
    "together": "t",
    "trending": "t",
    "new": "t",
}
"""By rung, or by the rule that put a product into its place."""
LIST = "list"
"""What the letter of the four lists that are about no person reads as."""
RUNGS = {letter: rung for rung, letter in LETTERS.items() if letter != "t"} | {"t": LIST}
"""What each letter says."""
NO_VISITOR = "-"
"""As the experiment, of an answer that everybody gets, those held out too; no experiment has this id."""
MAX_CHARACTERS = 640
"""No id is longer."""
_VERSION = "r1"
_FIELD = "[A-Za-z0-9._:-]{0,120}"
PATTERN = (
    f"{_VERSION}~({_FIELD})~({_FIELD})~({_FIELD})~({_FIELD})"
    f"~([a-z0-9_-]{{0,64}})~([{''.join(RUNGS)}]{{0,50}})~([0-9a-f]{{8}})"
)
"""What a whole id looks like, for SQL as well."""
_WRITTEN = re.compile(PATTERN)
_ODD = re.compile("[^A-Za-z0-9._:-]")


class RecommendationId(NamedTuple):
    """What the id of an answer says.

    Parameters
    ----------
    model : str
        The method whose lists the answer stands on; "" where a control arm shows none.
    generation : str
        The run that made them.
    experiment_id, arm : str
        The part that the visitor takes in an experiment; "" for none, and `NO_VISITOR` as the experiment
        where the answer knew no visitor.
    placement : str
        Where the storefront shows the answer; "" where it did not say.
    rungs : str
        A letter of `LETTERS` a place of the answer, in order.
    nonce : str
        Eight hexadecimal digits that tell answers apart.

    Examples
    --------
    >>> read("r1~ease~run-7~pay~personal~home~uup~0badcafe").rung_at(3)
    'popular'
    """

    model: str = ""
    generation: str = ""
    experiment_id: str = ""
    arm: str = ""
    placement: str = ""
    rungs: str = ""
    nonce: str = ""

    def rung_at(self, position: int) -> str:
        """Return the rung of a place of the answer, counted from 1; "" for a place that it does not have."""
        return RUNGS[self.rungs[position - 1]] if 1 <= position <= len(self.rungs) else ""


def write(parts: RecommendationId) -> str:
    """Write an id; a character that no field may hold becomes ``-``.

    Examples
    --------
    >>> write(RecommendationId("ease", "run 7", rungs="uup", nonce="0badcafe"))
    'r1~ease~run-7~~~~uup~0badcafe'
    """
    text = "~".join((_VERSION, *parts))
    if _WRITTEN.fullmatch(text):
        return text
    return "~".join((_VERSION, *[_ODD.sub("-", part) for part in parts]))


def read(text: str) -> RecommendationId | None:
    """Read what `write` wrote; None for anything else, for anyone may send what they like."""
    found = _WRITTEN.fullmatch(text)
    return RecommendationId(*found.groups()) if found else None


def rungs_of(placed: Iterable[Placed]) -> str:
    """Return a letter a place: of the rule that put the product there, else of its rung."""
    return "".join([LETTERS[each.rule or each.rung] for each in placed])


def nonce_of(*told: str) -> str:
    """Return eight digits of what tells an answer from others: a checksum, for no secret hangs on it."""
    return f"{zlib.crc32('~'.join(told).encode()):08x}"
