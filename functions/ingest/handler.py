"""Ingest what was uploaded: one SQS message holds one EventBridge event of one S3 object."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from patronage import runtime
from patronage.errors import BadInput
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Ingest each message; one that fails is delivered again, and ends in the dead-letter queue."""
    return process_partial_response(
        event=event, record_handler=_ingest_message, processor=_processor, context=context
    )


def _ingest_message(record: dict[str, Any]) -> None:
    try:
        _ingest_upload(record)
    except Exception:
        # The batch processor reports the message as failed and says nothing about why.
        runtime.logger.exception("ingest failed", extra={"message_id": record["messageId"]})
        raise


def _ingest_upload(record: dict[str, Any]) -> None:
    detail = json.loads(record["body"])["detail"]
    key = detail["object"]["key"]
    version = detail["object"].get("version-id")
    raw, lake = runtime.bucket(detail["bucket"]["name"]), runtime.lake()
    try:
        path, last_modified = raw.staged_version(key, version)
        upload = Upload(
            path=path,
            key=key,
            version=version or detail["object"]["etag"],
            last_modified=last_modified,
        )
        report = ingest(upload, Lake(lake), runtime.shop(), now=datetime.now(UTC))
    finally:
        raw.close()
        lake.close()
    counts = {name: report.get(name) for name in ("read", "kept", "refused", "repeated", "superseded")}
    fields = {"object_id": report["object"], "state": report["state"], **counts}
    runtime.logger.info("file ingested", extra=fields)
    if report["state"] == "unreadable":
        raise BadInput(f"{key}: {report['problem']}")
