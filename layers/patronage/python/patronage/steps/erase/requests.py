"""Ask for an erasure or for the export of a customer's data, and say how far it is.

The function behind the API imports this, so that it loads no DuckDB.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.erase.ids import hmac_of, receipt_id
from patronage.steps.erase.remembered import note_of, remember
from patronage.steps.erase.served import leave_serving, live_generations
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

ERASE, EXPORT = "erase", "export"
EXPORTS = "exports/customers/"
ENDED = frozenset({"done", "failed"})
LINK_SECONDS = 900
KEEP_EXPORT_DAYS = 7
LONGEST = timedelta(hours=18)
"""An erasure that takes so long is cut off, and is begun anew when it is asked for again."""


def ask(
    store: ObjectStore,
    table: ServingTable | None,
    customer_id: str,
    *,
    secret: bytes,
    now: datetime,
    start: Callable[[str, str], None],
) -> dict[str, Any]:
    """Begin the erasure of a customer, or return the one that is under way.

    The customer leaves the serving table before this returns; all other stores follow.

    Parameters
    ----------
    store : ObjectStore
        The lake's objects.
    table : ServingTable, optional
        What the API answers from; None where there is none.
    customer_id : str
        Whom to erase; nobody needs to know the id.
    secret : bytes
        Under which the id is remembered.
    now : datetime
        The instant of the call.
    start : callable
        Starts the state machine for an erasure's id and its task; starting it twice must do nothing.

    Returns
    -------
    dict
        ``erasure_id``, ``state`` and ``status_url``.

    Raises
    ------
    TryAgain
        DynamoDB or Step Functions are busy; the same call may be repeated.
    """
    digest = hmac_of(customer_id, secret)
    erasure_id = _under_way(store, digest, now)
    if not erasure_id:
        erasure_id = receipt_id(digest, now)
        asked = {"erasure_id": erasure_id, "asked_at": now.isoformat()}
        # The request first: what is remembered without one would stand in the way of the next.
        request = {**_found_before(store, digest), **asked, "customer_id": customer_id}
        write_json(store, request_key(erasure_id), request)
        write_json(store, receipt_key(erasure_id), {**asked, "customer": digest, "state": "accepted"})
        remember(store, digest, asked)
    if table is not None:
        leave_serving(table, customer_id, live_generations(table))
    start(erasure_id, ERASE)
    return _accepted("erasure_id", "erasures", read_json(store, receipt_key(erasure_id)))


def status(store: ObjectStore, erasure_id: str) -> dict[str, Any]:
    """Return how far an erasure is; of one that is done, its receipt.

    Raises
    ------
    NotFound
        There is no such erasure.
    """
    try:
        receipt = read_json(store, receipt_key(erasure_id))
    except (NotFound, ValueError) as exc:
        raise NotFound(
            "there is no such erasure; its id is what the DELETE of the customer answered"
        ) from exc
    if receipt["state"] == "running":
        receipt["parts_done"] = len(store.keys(done_folder(erasure_id)))
    return dict(receipt)


def ask_export(
    store: ObjectStore,
    customer_id: str,
    *,
    secret: bytes,
    now: datetime,
    start: Callable[[str, str], None],
) -> dict[str, Any]:
    """Begin the export of all that is stored of a customer; each call makes a new one.

    Returns
    -------
    dict
        ``export_id``, ``state`` and ``status_url``.
    """
    digest = hmac_of(customer_id, secret)
    export_id = receipt_id(digest, now)
    asked = {"export_id": export_id, "asked_at": now.isoformat()}
    write_json(store, f"{export_folder(export_id)}request.json", {**asked, "customer_id": customer_id})
    write_json(store, export_key(export_id), {**asked, "customer": digest, "state": "accepted"})
    start(export_id, EXPORT)
    return _accepted("export_id", "exports", read_json(store, export_key(export_id)))


def export_status(store: ObjectStore, export_id: str) -> dict[str, Any]:
    """Return how far an export is; of one that is done, an address that is good for 15 minutes.

    Raises
    ------
    NotFound
        There is no such export, or it was deleted after its 7 days or with an erasure.
    """
    try:
        found = dict(read_json(store, export_key(export_id)))
    except (NotFound, ValueError) as exc:
        raise NotFound(
            f"there is no such export; they are deleted after {KEEP_EXPORT_DAYS} days, ask for a new one"
        ) from exc
    if found["state"] == "done":
        found["url"] = store.link(f"{export_folder(export_id)}data.zip", seconds=LINK_SECONDS)
        found["url_expires_after_seconds"] = LINK_SECONDS
    return found


def export_failed(store: ObjectStore, export_id: str, *, now: datetime) -> None:
    """Say that an export failed, and forget who asked: the next one is another."""
    said = read_json(store, export_key(export_id))
    if said["state"] not in ENDED:
        write_json(store, export_key(export_id), said | {"state": "failed", "failed_at": now.isoformat()})
    store.delete(f"{export_folder(export_id)}request.json")


def receipt_key(erasure_id: str) -> str:
    """Return where the receipt of an erasure lies."""
    return f"erasures/{_plain(erasure_id)}/receipt.json"


def request_key(erasure_id: str) -> str:
    """Return where an erasure keeps whom it is about, as long as it runs."""
    return f"erasures/{erasure_id}/request.json"


def done_folder(erasure_id: str) -> str:
    """Return below what an erasure notes each part that is done."""
    return f"erasures/{erasure_id}/done/"


def export_folder(export_id: str) -> str:
    """Return below what an export lies."""
    return f"{EXPORTS}{_plain(export_id)}/"


def export_key(export_id: str) -> str:
    """Return where it stands how far an export is."""
    return f"{export_folder(export_id)}status.json"


def _plain(name: str) -> str:
    """Refuse what is no id of ours: it would name another object."""
    if not name or not name.replace("-", "").replace(".", "").isalnum() or not name.isascii():
        raise NotFound("there is no such id; ids are given out when an erasure or export is asked for")
    return name


def _under_way(store: ObjectStore, digest: str, now: datetime) -> str:
    """Return the id of the person's erasure that has not ended; empty for none."""
    erasure_id = str(note_of(store, digest).get("erasure_id", ""))
    if not erasure_id:
        return ""
    try:
        receipt = read_json(store, receipt_key(erasure_id))
    except NotFound:
        return ""
    began = datetime.fromisoformat(receipt["asked_at"]).astimezone(UTC)
    return "" if receipt["state"] in ENDED or now - began > LONGEST else erasure_id


def _found_before(store: ObjectStore, digest: str) -> dict[str, Any]:
    """Return the visits and orders that an erasure without an end found; their rows may be gone."""
    try:
        request = read_json(store, request_key(note_of(store, digest).get("erasure_id", "")))
    except NotFound:
        return {}
    return {name: request[name] for name in ("session_ids", "order_ids") if name in request}


def _accepted(name: str, route: str, said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name], "state": said["state"], "status_url": f"/api/v1/{route}/{said[name]}"}
