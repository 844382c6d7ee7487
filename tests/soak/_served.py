"""What the stack serves, read page by page as a dashboard does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.serve.keys import item_key
from patronage.stores.objects import read_json
from soak._http import ask

if TYPE_CHECKING:
    from datetime import date

    from patronage.logic.serve.pointer import Entry
    from soak._cloud import Cloud


def members(cloud: Cloud, segment_id: str) -> list[tuple[str, int]]:
    """Return the customers of a segment, with what each brought."""
    found, cursor = [], {}
    while True:
        path = {"segment_id": segment_id}
        page = ask(
            cloud, "api", "GET", "/segments/{segment_id}/customers", path=path, is_admin=True, **cursor
        )
        found += [(each["customer_id"], each["net_minor"]) for each in page["customers"]]
        if not page["next_cursor"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


def shown_days(cloud: Cloud, since: date) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the generation of the sales, and by day what was sold."""
    asked = {"by": "period", "grain": "day", "start": since.isoformat()}
    said = ask(cloud, "api", "GET", "/analytics/sales", is_admin=True, **asked)
    return said["generation"], {row["day"]: row for row in said["rows"]}


def whole_generation(cloud: Cloud, entry: Entry) -> list[str]:
    """Return the keys of all items of a generation; each shard has left its receipt."""
    if not entry.shards_key:  # the products are no run's
        meta = item_key("catalogue", entry.run_id, "meta")
        pages = cloud.table.get_all([meta])[meta]["pages"]
        return [meta, *(item_key("catalogue", entry.run_id, page) for page in range(pages))]
    family = entry.shards_key.split("/")[-2]
    folder = f"runs/{entry.run_id}/publish/{family}"
    keys: list[str] = []
    for shard in read_json(cloud.store, entry.shards_key):
        receipt = read_json(cloud.store, f"{folder}/receipts/{shard['shard']}.json")
        listed = read_json(cloud.store, receipt["key_list_key"])
        assert len(listed) == receipt["keys"] or family != "monitoring", receipt
        keys += listed
    return keys
