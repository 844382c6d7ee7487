"""Ingest what was uploaded: one SQS message holds one EventBridge event of one S3 object."""

from __future__ import annotations

import json
import os
import traceback
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from patronage import runtime
from patronage.errors import BadInput, NotFound, RunFailed, TryAgain
from patronage.logic.layout import UnknownLayout
from patronage.logic.monitor.new_data import BUCKET_SECONDS, new_data_run
from patronage.logic.monitor.retraining import NEW_DATA
from patronage.metrics import count_upload
from patronage.steps.erase.flag import flag
from patronage.steps.erase.remembered import Erased
from patronage.steps.ingest import SIDECAR, Upload, ingest
from patronage.steps.stock import FAMILY, publish_products
from patronage.stores.executions import start_with
from patronage.stores.lake import Lake
from patronage.stores.raw import RawVersions
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.stores.objects import S3Store

_processor = BatchProcessor(event_type=EventType.SQS)


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Ingest each message; one that fails is delivered again, and ends in the dead-letter queue.

    Where every message of the batch failed, so does the invocation: that is what the alarm counts.
    """
    return process_partial_response(
        event=event, record_handler=_ingest_message, processor=_processor, context=context
    )


def _ingest_message(record: dict[str, Any]) -> None:
    detail = json.loads(record["body"])["detail"]
    if detail["object"]["key"].endswith("/"):
        return  # what the S3 console makes for a folder
    try:
        if _is_of_erasure(detail):
            return
        report = _ingest_upload(detail)
    except NotFound:
        if not detail["object"]["key"].endswith(SIDECAR):
            raise
        return  # a sidecar that came before its file; the file's own event will read it
    except Exception as exc:
        raise _logged(exc, record["messageId"]) from None
    if report["state"] == "unreadable":
        place = report.get("fault_in")  # of the settings; what stands there may be personal
        runtime.logger.error("file unreadable", extra={"object_id": report["object"], "fault_in": place})
        cause = f" for a fault in {place}" if place else ""
        raise BadInput(f"upload {report['object']} cannot be read{cause}; its report says why")
    if report["state"] == "refused":
        runtime.logger.warning("file refused whole", extra={"object_id": report["object"]})
    if again := report.get("erased_customers_again"):
        runtime.logger.warning(
            "erased customers again", extra={"object_id": report["object"], "customers": again}
        )
    _tell_quality(report)
    if report.get("table") == "orders" and report.get("kept"):
        _tell_monitoring()


def _logged(fault: Exception, message_id: str) -> RunFailed:
    """Log a fault, and return what the message fails with.

    What a fault says may quote the file, so only its kind and place are told; of a lake's layout it says no
    more than numbers.
    """
    *_, frame = traceback.extract_tb(fault.__traceback__)
    told = {"error": type(fault).__name__, "place": f"{Path(frame.filename).name}:{frame.lineno}"}
    if isinstance(fault, UnknownLayout):
        told["problem"] = str(fault)
    runtime.logger.error("ingest failed", extra={"message_id": message_id, **told})
    said = told.get("problem") or f"{told['error']} at {told['place']}"
    return RunFailed(f"ingest failed: {said}")


def _tell_quality(report: dict[str, Any]) -> None:
    for breach in report.get("quality", {}).get("breaches", []):
        found = {name: breach.get(name) for name in ("rule", "table", "column", "severity", "value")}
        runtime.logger.warning("quality breach", extra={"object_id": report["object"], **found})
    count_upload(report)


def _tell_monitoring() -> None:
    """Let monitoring look whether the new orders are enough; where it cannot, it does so the next morning."""
    machine, now = os.environ.get("PATRONAGE_MONITORING_MACHINE", ""), datetime.now(UTC)
    if not machine:
        return
    given = {"trigger": NEW_DATA, "wait_seconds": BUCKET_SECONDS}
    try:
        start_with(runtime.client("stepfunctions"), machine, new_data_run(now), given)
    except TryAgain:
        runtime.logger.error("monitoring not started", extra={"run_id": new_data_run(now)})


def _is_of_erasure(detail: dict[str, Any]) -> bool:
    """Say whether an erasure wrote the object, whose content was ingested before, or took it away."""
    key = detail["object"]["key"]
    if key.endswith(SIDECAR):
        return False  # somebody wants the file to be read in another way
    with closing(runtime.bucket(detail["bucket"]["name"])) as raw, closing(runtime.lake()) as store:
        versions = RawVersions(raw, client=runtime.client("s3"))
        try:
            return versions.is_marked(key, detail["object"].get("version-id"))
        except NotFound:
            # What was written in its place has an event of its own.
            return raw.exists(key) or bool(Erased.all(store, runtime.erasure_secret))


def _ingest_upload(detail: dict[str, Any]) -> dict[str, Any]:
    key = detail["object"]["key"].removesuffix(SIDECAR)
    is_sidecar = key != detail["object"]["key"]
    with closing(runtime.bucket(detail["bucket"]["name"])) as raw, closing(runtime.lake()) as store:
        wanted = None if is_sidecar else detail["object"].get("version-id")
        staged = raw.staged_version(key, wanted)
        upload = Upload(
            path=staged.path,
            key=key,
            version=staged.version if is_sidecar else wanted or detail["object"]["etag"],
            last_modified=staged.last_modified,
            sidecar=_sidecar(raw, key),
        )
        report = ingest(upload, Lake(store), runtime.shop(), now=datetime.now(UTC))
        report = flag(upload, report, Lake(store), runtime.shop(), secret=runtime.erasure_secret)
        if report["state"] == "done" and report.get("table") == FAMILY:
            _publish_products(Lake(store), as_of=upload.last_modified)
    counts = {name: report.get(name) for name in ("read", "kept", "refused", "repeated", "superseded")}
    fields = {"object_id": report["object"], "state": report["state"], "table": report.get("table"), **counts}
    runtime.logger.info("file ingested", extra=fields)
    return report


def _publish_products(lake: Lake, *, as_of: datetime) -> None:
    """Show what is in stock; for a repeated upload too, since what failed the first time may be this."""
    table = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb())
    published = publish_products(lake, table, runtime.shop(), now=datetime.now(UTC), as_of=as_of)
    runtime.logger.info("products published", extra=published)


def _sidecar(raw: S3Store, key: str) -> bytes:
    try:
        return raw.read_bytes(f"{key}{SIDECAR}")
    except NotFound:
        return b""
