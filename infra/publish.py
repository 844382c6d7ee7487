"""Publishing: the function that both machines call to write a generation and flip the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.functions import Common, Function
from infra.grants import PUBLISH_ITEM, READ_OBJECT, WRITE_OBJECT, on_items, on_listing, on_objects
from infra.names import ERASURE_OBJECTS, PUBLISH, RUN_OBJECTS
from infra.secret import arn_of, on_secret

if TYPE_CHECKING:
    from constructs import Construct

    from infra.secret import Secrets
    from infra.storage import Storage


def build_publish_function(
    scope: Construct, *, storage: Storage, common: Common, secrets: Secrets
) -> Function:
    """Build the function that writes shards to the serving table."""
    return Function(
        scope,
        spec=PUBLISH,
        common=common,
        environment={
            "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
            "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
            "PATRONAGE_ERASURE_SECRET": arn_of(secrets.erasure),
        },
        grants=[
            on_objects(storage.lake, RUN_OBJECTS, WRITE_OBJECT),
            on_listing(storage.lake),
            on_items(storage.serving, PUBLISH_ITEM),
            on_objects(storage.lake, ERASURE_OBJECTS, READ_OBJECT),
            on_secret(secrets.erasure),
        ],
    )
