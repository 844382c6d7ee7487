"""Take a customer out of the serving table: their items, sessions, and places in the lists of segments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.segments.methods import METHODS
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.serve.keys import OF_USER, OPEN, PROVED, item_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from patronage.stores.serving import Item, ServingTable

KINDS = ("user", "customer", "journey")
"""The kinds of items that are of one customer each; those of a user's variants are ``user@<variant>``."""
_CHANGE_TRIES = 10
_PAGES_AT_ONCE = 100


def kinds_with(variants: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of items of one customer in a generation that holds variants."""
    return (*KINDS, *(f"user@{variant}" for variant in variants))


def live_generations(table: ServingTable) -> dict[str, tuple[str, ...]]:
    """Return by generation that is live, or may be rolled back to, its kinds of items of one customer."""
    found = {}
    for entry in table.pointer().values():
        found[entry.run_id] = _kinds_in(entry.model)
        if entry.superseded:
            found[entry.superseded.run_id] = _kinds_in(entry.superseded.model)
    return found


def leave_serving(
    table: ServingTable,
    customer_id: str,
    generations: Mapping[str, Iterable[str]],
    *,
    session_ids: Iterable[str] = (),
    segments: Mapping[str, Mapping[str, Any]] | None = None,
) -> Counter[str]:
    """Take a customer out of generations, and out of the sessions of all of them.

    Parameters
    ----------
    table : ServingTable
        The table.
    customer_id : str
        The customer.
    generations : mapping
        By id of a run the kinds of items of one customer in it, as `live_generations` says.
    session_ids : iterable of str
        Visits that are this customer's.
    segments : mapping, optional
        By generation what its run says of the customer; without it their item there tells the segments.

    Returns
    -------
    Counter
        ``items`` that were there, and ``pages`` of segments' customers that were written anew.
    """
    known = segments or {}
    gone = session_keys(customer_id, session_ids)
    counts: Counter[str] = Counter()
    for generation, kinds in generations.items():
        keys = {kind: item_key(kind, generation, customer_id) for kind in kinds}
        said = known.get(generation) or _said(table, keys["customer"])
        counts["pages"] += _leave_lists(table, customer_id, generation, said)
        gone += keys.values()
    counts["items"] = len(table.get_all(gone))
    table.delete_all(gone)
    return counts


def without_erased(
    items: Iterable[dict[str, Any]], generation: str, is_erased: Callable[[str], bool]
) -> Iterator[dict[str, Any]]:
    """Yield the items of a generation without those of erased customers, and lists without their names.

    Parameters
    ----------
    items : iterable of dict
        As a run's shard has them.
    generation : str
        The run.
    is_erased : callable
        Such as `Erased.after`, for the instant at which the run began.
    """
    for item in items:
        kind = item["pk"].partition("#")[0]
        if kind.partition("@")[0] in KINDS and is_erased(
            item["pk"].removeprefix(item_key(kind, generation, ""))
        ):
            continue
        if kind == "members":
            members = unpack_document([item["packed"]])
            others = [member for member in members if not is_erased(member[0])]
            if len(others) < len(members):
                item = item | {"packed": pack_document(others)[0]}
        yield item


def session_keys(customer_id: str, session_ids: Iterable[str]) -> list[str]:
    """Return the keys under which the sessions of a customer may stand."""
    anonymous = [item_key("session", kind, each) for each in session_ids for kind in (PROVED, OPEN)]
    return [item_key("session", OF_USER, customer_id), *anonymous]


def pages_left(table: ServingTable, customer_id: str, keys: Sequence[str]) -> int:
    """Count the pages of segments' customers, of those under some keys, that name a customer."""
    batches = (keys[start : start + _PAGES_AT_ONCE] for start in range(0, len(keys), _PAGES_AT_ONCE))
    return sum(_names(page, customer_id) for batch in batches for page in table.get_all(batch).values())


def _kinds_in(model: Mapping[str, str]) -> tuple[str, ...]:
    return kinds_with(filter(None, model.get("variants", "").split(",")))


def _said(table: ServingTable, key: str) -> dict[str, Any]:
    """Return what a customer's item says, with the segments in whose lists the run put them."""
    item = table.get_all([key]).get(key)
    return {**unpack_document([item["packed"]]), **item.get("listed", {})} if item else {}


def _leave_lists(table: ServingTable, customer_id: str, generation: str, said: Mapping[str, Any]) -> int:
    """Write the pages of segments' customers that name the customer without them."""
    written = 0
    for method, way in METHODS.items():
        segment = said.get(way.column)
        if segment is None:
            continue
        first = item_key("members", generation, f"{method}#{segment}#0")
        count = table.get_all([first]).get(first, {}).get("pages", 0)
        keys = [item_key("members", generation, f"{method}#{segment}#{page}") for page in range(count)]
        found = table.get_all(keys)
        written += sum(_leave_page(table, customer_id, item) for item in found.values())
    return written


def _leave_page(table: ServingTable, customer_id: str, page: Item | None) -> bool:
    """Write a page without the customer; another erasure may take somebody else out of it meanwhile."""
    for _ in range(_CHANGE_TRIES):
        if page is None or not _names(page, customer_id):
            return False
        others = [member for member in unpack_document([page["packed"]]) if member[0] != customer_id]
        known = {"packed": page["packed"]}
        if table.change(page["pk"], {"packed": pack_document(others)[0]}, known=known):
            return True
        page = table.get_all([page["pk"]]).get(page["pk"])
    raise TryAgain(f"{_CHANGE_TRIES} other writes to a list came first; the same call may be repeated")


def _names(page: Item, customer_id: str) -> bool:
    return any(member[0] == customer_id for member in unpack_document([page["packed"]]))
