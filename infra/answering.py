"""The functions that answer at once: `lookup`, the hot path, and `api`, the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack

from infra.functions import Common, Function
from infra.grants import READ_OBJECT, WRITE_ITEM, WRITE_OBJECT, Grant, allow, on_items, on_listing, on_objects
from infra.names import (
    API,
    CUSTOMER_EXPORT_OBJECTS,
    DECISION_OBJECTS,
    ERASURE_OBJECTS,
    EXPERIMENTS_OBJECT,
    LOOKUP,
    MODEL_OBJECTS,
    MONITOR_OBJECTS,
    QUALITY_OBJECTS,
    RULES_OBJECT,
    UPLOAD_REPORT_OBJECTS,
)
from infra.secret import arn_of, on_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

    from infra.erase import Erase
    from infra.machines import Machine
    from infra.plans import Keys
    from infra.secret import Secrets
    from infra.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the API tells a signed-in user of the system's state."""

    machines: Mapping[str, Machine]
    dead_letters: sqs.Queue

    def environment(self, stack: Stack) -> Mapping[str, str]:
        """Return where to look; the alarms' names are added when all alarms are there."""
        machines = {name: machine.arn for name, machine in self.machines.items()}
        return {
            "PATRONAGE_MACHINES": stack.to_json_string(machines),
            "PATRONAGE_DEAD_LETTERS": self.dead_letters.queue_url,
        }

    def grants(self) -> list[Grant]:
        """Grant looking at executions, at what the dead-letter queue holds, and at alarms."""
        machines = [machine.arn for machine in self.machines.values()]
        return [
            Grant(statement=allow(["states:ListExecutions"], *machines)),
            Grant(statement=allow(["sqs:GetQueueAttributes"], self.dead_letters.queue_arn)),
            Grant(
                statement=allow(["cloudwatch:DescribeAlarms"], "*"),
                finding="IAM5[Resource::*]",
                reason="CloudWatch checks DescribeAlarms against all alarms of the account, also where a "
                "call names the ten of this stack; it reads thresholds and states, no data.",
            ),
        ]


def answering_environment(
    storage: Storage, common: Common, keys: Keys, secrets: Secrets, *, dashboard: str
) -> Mapping[str, str]:
    """Return what each function behind the API is told."""
    return {
        "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
        "PATRONAGE_PATH_PARAMETERS": "encoded" if common.on_aws else "decoded",
        "PATRONAGE_VISITOR_SECRET": arn_of(secrets.visitor),
        "PATRONAGE_DASHBOARD_ORIGIN": dashboard,
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
    publish: Function,
    seen: Seen,
) -> Function:
    """Build the rest: it reads the serving table, keeps the rules, starts erasures and exports, and looks."""
    return Function(
        scope,
        spec=API,
        common=common,
        environment={
            **environment,
            "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
            "PATRONAGE_ERASURE_SECRET": arn_of(secrets.erasure),
            "PATRONAGE_ERASURE_MACHINE": erase.machine.arn,
            "PATRONAGE_PUBLISH_FUNCTION": publish.function.function_name,
            **seen.environment(Stack.of(scope)),
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
            on_objects(storage.lake, MODEL_OBJECTS, READ_OBJECT),
            Grant(statement=allow(["lambda:InvokeFunction"], publish.function.function_arn)),
            on_objects(storage.lake, MONITOR_OBJECTS, READ_OBJECT),
            on_objects(storage.lake, QUALITY_OBJECTS, READ_OBJECT),
            on_objects(storage.lake, UPLOAD_REPORT_OBJECTS, READ_OBJECT),
            on_objects(storage.lake, DECISION_OBJECTS, READ_OBJECT),
            *seen.grants(),
        ],
    )
