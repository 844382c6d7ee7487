"""Publishing: the function that both machines call to write a generation and flip the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.functions import Common, Function
from infra.grants import WRITE_ITEM, WRITE_OBJECT, on_items, on_listing, on_objects
from infra.names import PUBLISH, RUN_OBJECTS

if TYPE_CHECKING:
    from constructs import Construct

    from infra.storage import Storage


def build_publish_function(scope: Construct, *, storage: Storage, common: Common) -> Function:
    """Build the function that writes shards to the serving table."""
    return Function(
        scope,
        spec=PUBLISH,
        common=common,
        environment={
            "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
            "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
        },
        grants=[
            on_objects(storage.lake, RUN_OBJECTS, WRITE_OBJECT),
            on_listing(storage.lake),
            on_items(storage.serving, WRITE_ITEM),
        ],
    )
