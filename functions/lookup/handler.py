"""The hot path: recommendations and lists of products, in few round trips to the serving table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from patronage import gateway, metrics, runtime
from patronage.logic.api.replies import Reply
from patronage.logic.serve.asked import context_of, filters_of
from patronage.logic.serve.rights import rights_of
from patronage.steps import lookup
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.logic.api.requests import Request

LIST_SECONDS = 60
"""How long anyone may keep a list that is about no person."""
PATIENCE_SECONDS = 3
"""Nothing is sent later in a request: what was sent before ends within 4 s more, far below the timeout."""
_ATTEMPTS = 3


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    runtime.patience().begin(PATIENCE_SECONDS)
    return gateway.serve(event, OPERATIONS, function="lookup")


def _recommend(request: Request) -> dict[str, Any]:
    rights = rights_of(request.caller, request["user_id"], request["session_id"])
    answer = lookup.recommend(_reader(), rights, **_asked(request))
    metrics.count_lookup(answer, is_known=rights.is_personal or bool(rights.sessions))
    if "degraded" in answer:
        runtime.logger.warning("answered from memory")
    return answer


def _recommend_many(request: Request) -> dict[str, Any]:
    return lookup.recommend_many(_reader(), request["user_ids"], **_asked(request))


def _list(answer: Callable[..., dict[str, Any]], *asked: str, **options: str) -> Callable[[Request], Reply]:
    """Return what answers with a list that is about no person, beside the product that is asked for."""

    def listed(request: Request) -> Reply:
        beside = (request[name] for name in asked)
        body = answer(
            _reader(),
            *beside,
            request["k"],
            filters=filters_of(request.values, runtime.shop().minor_digits),
            placement=request["placement"] or "",
            now=gateway.now(),
            **options,
        )
        is_whole = "degraded" not in body
        return Reply(body, cache_seconds=LIST_SECONDS if is_whole else 0, is_public=is_whole)

    return listed


OPERATIONS: Mapping[str, Callable[[Request], Reply | dict[str, Any]]] = {
    "recommend": _recommend,
    "recommend_many": _recommend_many,
    "similar": _list(lookup.similar, "product_id"),
    "together": _list(lookup.similar, "product_id", kind="together"),
    "trending": _list(lookup.trending),
    "new": _list(lookup.new),
}


def _asked(request: Request) -> dict[str, Any]:
    shop = runtime.shop()
    return {
        "k": request["k"],
        "context": context_of(request.values, shop.timezone),
        "filters": filters_of(request.values, shop.minor_digits),
        "recommend_bought": shop.recommend_bought,
        "placement": request["placement"] or "",
        "now": gateway.now(),
    }


@cache
def _reader() -> ServingReader:
    table = ServingTable(
        runtime.serving_table_name(), client=runtime.impatient_dynamodb(), attempts=_ATTEMPTS
    )
    return ServingReader(table)
