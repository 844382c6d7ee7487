"""The hot path: recommendations and similar products, in one round trip to the serving table."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.proxy import asked_id, asked_k, refuse, reply
from patronage.steps import lookup
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

_IS_ENCODED = runtime.path_parameters_are_encoded()
_ROUTES: Mapping[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "/api/v1/recommendations/{user_id}": (lookup.recommend, "user_id"),
    "/api/v1/recommendations": (lookup.recommend, "user_id"),
    "/api/v1/products/{product_id}/similar": (lookup.similar, "product_id"),
    "/api/v1/similar": (lookup.similar, "product_id"),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    try:
        answer = _answer(event)
    except BadInput as error:
        runtime.logger.info("request refused", extra={"resource": event["resource"]})
        return refuse(error)
    except TryAgain as error:
        runtime.logger.warning("nothing to answer from", exc_info=error)
        return refuse(error)
    fields = {name: answer[name] for name in ("rung", "k", "generation")}
    runtime.logger.info("answered", extra={**fields, "degraded": "degraded" in answer})
    return reply(answer)


def _answer(event: dict[str, Any]) -> dict[str, Any]:
    if event["resource"] not in _ROUTES:
        raise BadInput(f"resource {event['resource']} is none of {', '.join(_ROUTES)}")
    answer, name = _ROUTES[event["resource"]]
    asked = asked_id(event, name, is_encoded=_IS_ENCODED)
    return answer(_reader(), asked, asked_k(event), now=datetime.now(UTC))


@cache
def _reader() -> ServingReader:
    return ServingReader(ServingTable(runtime.serving_table_name(), client=runtime.impatient_dynamodb()))
