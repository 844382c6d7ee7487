"""What the clients of the load ask: lookups of several kinds, and what answers each from a generation."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from patronage.logic.api.callers import BROWSER, Caller
from patronage.logic.api.route import SERVER
from patronage.logic.serve.context import Context
from patronage.logic.serve.rights import rights_of
from patronage.steps import lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from patronage.steps.lookup import RecommendationReader

K = 10
USERS_OF_A_BATCH = 10
_BATCHES = 12
_SEED = 7


@dataclass(frozen=True)
class Asked:
    """A request, and how a reader of one generation answers it.

    Parameters
    ----------
    plan : str
        Whose API key it shows; "" for none.
    answer : callable, optional
        Answers it from a reader as of a time; None where it is no lookup.
    event_ids : tuple of str
        The events that it posts.
    """

    kind: str
    path: str
    plan: str = SERVER
    body: bytes | None = None
    answer: Callable[[RecommendationReader, datetime], dict[str, Any]] | None = None
    event_ids: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return "GET" if self.body is None else "POST"


HEALTH = Asked("health", "/api/v1/health", plan="")


@dataclass(frozen=True)
class Shoppers:
    """Whom and what the lookups name."""

    users: Sequence[str]
    sessions: Sequence[str]
    products: Sequence[str]
    countries: Sequence[str]


def lookups(shoppers: Shoppers) -> Iterator[Asked]:
    """Ask without end, a kind after the other, each time for somebody else."""
    draw = random.Random(_SEED)  # noqa: S311 - chooses whom to ask for, keeps no secret
    amid_visits = list(zip(shoppers.users, itertools.cycle(shoppers.sessions), strict=False))
    batches = [batch(draw.sample(shoppers.users, USERS_OF_A_BATCH)) for _ in range(_BATCHES)]
    while True:
        product = draw.choice(shoppers.products)
        user, session = draw.choice(amid_visits)
        yield recommended("own list", {"user_id": draw.choice(shoppers.users)})
        yield recommended("visit", {"session_id": draw.choice(shoppers.sessions)}, plan=BROWSER)
        yield listed("similar", product)
        yield recommended("own list amid a visit", {"user_id": user, "session_id": session})
        yield recommended("nobody", {"country": draw.choice(shoppers.countries)}, plan=BROWSER)
        yield draw.choice(batches)
        yield listed("together", product)


def recommended(kind: str, query: Mapping[str, str], *, plan: str = SERVER) -> Asked:
    """Ask what to recommend to whom a query names."""
    rights = rights_of(Caller(plan), query.get("user_id"), query.get("session_id"))
    context = Context(country=query.get("country", ""))

    def answer(reader: RecommendationReader, now: datetime) -> dict[str, Any]:
        return lookup.recommend(reader, rights, K, now=now, context=context)

    return Asked(kind, f"/api/v1/recommendations?{urlencode({**query, 'k': K})}", plan, answer=answer)


def batch(users: Sequence[str]) -> Asked:
    """Ask what to recommend to each of several users."""
    body = json.dumps({"user_ids": users, "k": K}).encode()

    def answer(reader: RecommendationReader, now: datetime) -> dict[str, Any]:
        return lookup.recommend_many(reader, users, K, now=now)

    return Asked("batch", "/api/v1/recommendations/batch", body=body, answer=answer)


def listed(kind: str, product: str) -> Asked:
    """Ask for what stands beside a product."""

    def answer(reader: RecommendationReader, now: datetime) -> dict[str, Any]:
        return lookup.similar(reader, product, K, now=now, kind=kind)

    return Asked(kind, f"/api/v1/{kind}?product_id={quote(product, safe='')}&k={K}", BROWSER, answer=answer)
