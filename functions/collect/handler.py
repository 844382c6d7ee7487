"""Take what visitors do."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from patronage import gateway, metrics, runtime
from patronage.steps.collect import collect
from patronage.stores.serving import ServingTable
from patronage.stores.sessions import Sessions
from patronage.stores.stream import EventStream

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.logic.api.replies import Reply
    from patronage.logic.api.requests import Request


@cache
def _sessions() -> Sessions:
    return Sessions(ServingTable(runtime.serving_table_name(), client=runtime.impatient_dynamodb()))


@cache
def _stream() -> EventStream:
    return EventStream(runtime.event_stream_name(), client=runtime.firehose())


def _collect(request: Request) -> Reply:
    reply = collect(request.body, request.caller, now=gateway.now(), sessions=_sessions(), stream=_stream())
    metrics.count_events(reply.body)
    return reply


OPERATIONS = {"collect": _collect}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    return gateway.serve(event, OPERATIONS, function="collect")
