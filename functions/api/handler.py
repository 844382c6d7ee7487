"""The rest of the API: the segments for a signed-in user, and health."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.proxy import refuse, reply
from patronage.steps import lookup
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    try:
        return reply(_answer(event["resource"]))
    except BadInput as error:
        return refuse(error)
    except TryAgain as error:
        runtime.logger.warning("nothing to answer from", exc_info=error)
        return refuse(error)


def _answer(resource: str) -> dict[str, Any]:
    match resource:
        case "/api/v1/health":
            return {"status": "up"}
        case "/api/v1/segments":
            return lookup.segments(_reader(), now=datetime.now(UTC))
    raise BadInput(f"resource {resource} is none of /api/v1/health, /api/v1/segments")


@cache
def _reader() -> ServingReader:
    return ServingReader(ServingTable(runtime.serving_table_name(), client=runtime.impatient_dynamodb()))
