"""The functions that answer at once: `lookup`, the hot path, and `api`, the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.functions import Common, Function
from infra.grants import WRITE_ITEM, WRITE_OBJECT, Grant, allow, on_items, on_listing, on_objects
from infra.names import (
    API,
    CUSTOMER_EXPORT_OBJECTS,
    ERASURE_OBJECTS,
    EXPERIMENTS_OBJECT,
    LOOKUP,
    RULES_OBJECT,
)
from infra.secret import arn_of, on_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from infra.erase import Erase
    from infra.plans import Keys
    from infra.secret import Secrets
    from infra.storage import Storage


def answering_environment(
    storage: Storage, common: Common, keys: Keys, secrets: Secrets
) -> Mapping[str, str]:
    """Return what each function behind the API is told."""
    return {
        "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
        "PATRONAGE_PATH_PARAMETERS": "encoded" if common.on_aws else "decoded",
        "PATRONAGE_VISITOR_SECRET": arn_of(secrets.visitor),
        **keys.environment,
    }


def build_lookup_function(
    scope: Construct, *, storage: Storage, common: Common, environment: Mapping[str, str], secrets: Secrets
) -> Function:
    """Build the hot path: it reads the serving table, and the secret of the visitor tokens."""
    return Function(
        scope,
        spec=LOOKUP,
        common=common,
        environment=environment,
        grants=[on_items(storage.serving, ("dynamodb:BatchGetItem",)), on_secret(secrets.visitor)],
    )


def build_api_function(
    scope: Construct,
    *,
    storage: Storage,
    common: Common,
    environment: Mapping[str, str],
    secrets: Secrets,
    erase: Erase,
) -> Function:
    """Build the rest: it reads the serving table, keeps the rules, and starts erasures and exports."""
    return Function(
        scope,
        spec=API,
        common=common,
        environment={
            **environment,
            "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
            "PATRONAGE_ERASURE_SECRET": arn_of(secrets.erasure),
            "PATRONAGE_ERASURE_MACHINE": erase.machine.arn,
        },
        grants=[
            on_items(storage.serving, WRITE_ITEM),
            on_secret(secrets.visitor),
            on_secret(secrets.erasure),
            on_objects(storage.lake, ERASURE_OBJECTS, WRITE_OBJECT),
            on_objects(storage.lake, CUSTOMER_EXPORT_OBJECTS, WRITE_OBJECT),
            on_objects(storage.lake, RULES_OBJECT, WRITE_OBJECT),
            on_objects(storage.lake, EXPERIMENTS_OBJECT, WRITE_OBJECT),
            on_listing(storage.lake),
            Grant(statement=allow(["states:StartExecution"], erase.machine.arn)),
        ],
    )
