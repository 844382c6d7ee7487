"""The shop's business rules, shown and replaced: in the lake to stay, in the serving table to be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField, BadInput
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.serve.rules import ITEM_KEY, NO_RULES, OBJECT_KEY
from patronage.logic.serve.rules_document import rules_of
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.logic.serve.rules import Rules
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable


def show(table: ServingTable) -> dict[str, Any]:
    """Return the rules that are in force, and who put them when."""
    item = table.get_all([ITEM_KEY]).get(ITEM_KEY)
    if item is None:
        return {"rules": {}, "changed_at": None, "changed_by": None}
    shown: dict[str, Any] = unpack_document([item["packed"]])
    return shown


def stored_rules(store: ObjectStore) -> Rules:
    """Read the rules that a lake keeps; on a laptop a person may have written them.

    Raises
    ------
    BadInput
        The object is no JSON, or not of the form that the API answers.
    BadField
        A part of the rules breaks a rule; `field` names it.
    """
    if not store.exists(OBJECT_KEY):
        return NO_RULES
    try:
        stored = read_json(store, OBJECT_KEY)
    except ValueError as exc:
        raise BadInput(f"{OBJECT_KEY} is no JSON ({exc}); mend it or delete it") from exc
    if not isinstance(stored, dict) or not isinstance(stored.get("rules"), dict):
        raise BadInput(f'{OBJECT_KEY} has no "rules"; write it as in {{"rules": {{"hide_bought": true}}}}')
    return rules_of(stored["rules"])


def replace(
    document: Mapping[str, Any], *, table: ServingTable, store: ObjectStore, now: datetime, by: str
) -> dict[str, Any]:
    """Replace the rules by a document, and return what `show` returns from now on.

    Lookups follow within the minute for which they keep the rules.

    Parameters
    ----------
    by : str
        Opaque id of the signed-in user, kept with the rules.

    Raises
    ------
    BadField
        A part of the document breaks a rule; `field` names it, as ``pin[0].position``.
    """
    rules_of(document)
    plain = json.loads(json.dumps(document, default=float))  # a number of a body is a Decimal
    stored = {"rules": plain, "changed_at": now.isoformat(), "changed_by": by}
    packed = pack_document(stored)
    if len(packed) > 1:
        raise BadField(
            "the rules are larger than an item can hold; name categories instead of products",
            field="rules",
            rule="size",
        )
    write_json(store, OBJECT_KEY, stored)
    table.put_all([{"pk": ITEM_KEY, "packed": packed[0]}])
    return stored
