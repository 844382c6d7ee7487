"""The lake for analysts: the functions `catalog` and `compact`, and the machine that calls them each day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import Aws, Stack
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra import asl
from infra.functions import Common, Function
from infra.grants import CHANGE_OBJECT, WRITE_OBJECT, on_catalogue, on_listing, on_objects
from infra.machines import Machine, Schedule
from infra.names import CATALOG, COMPACT, LAYOUT_OBJECT
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from infra.storage import Storage


class Catalog(Construct):
    """Shows the lake's tables in the Glue catalogue, and keeps their files few."""

    def __init__(
        self, scope: Construct, construct_id: str, *, storage: Storage, common: Common, schedule: Schedule
    ) -> None:
        super().__init__(scope, construct_id)
        self.database_name = database_name(Stack.of(self).stack_name)
        self.database = self._build_database()
        self.function = self._build_catalog(storage, common)
        self.compact = self._build_compact(storage, common)
        self.machine = Machine(
            self,
            "Upkeep",
            definition=definition(),
            functions=[self.function, self.compact],
            schedule=schedule,
        )

    def _build_database(self) -> glue.CfnDatabase:
        # Goes with the stack: it holds no rows, and the function writes it again.
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="Patronage: the canonical tables of the shop's lake"
            ),
        )
        database.override_logical_id("GlueDatabase")
        return database

    def _build_catalog(self, storage: Storage, common: Common) -> Function:
        return Function(
            self,
            spec=CATALOG,
            common=common,
            environment={
                "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
                "PATRONAGE_GLUE_DATABASE": self.database.ref,
            },
            grants=[on_listing(storage.lake), *on_catalogue(self.database_name, list(TABLES))],
        )

    def _build_compact(self, storage: Storage, common: Common) -> Function:
        tables = [on_objects(storage.lake, f"lake/{table}/*", CHANGE_OBJECT) for table in TABLES]
        return Function(
            self,
            spec=COMPACT,
            common=common,
            environment={"PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name},
            grants=[*tables, on_objects(storage.lake, LAYOUT_OBJECT, WRITE_OBJECT), on_listing(storage.lake)],
        )


def database_name(stack_name: str) -> str:
    """Return the database of a stack, in what Athena takes unquoted: ``shop_eu`` for ``Shop-EU``."""
    return re.sub("[^a-z0-9]", "_", stack_name.lower())


def definition() -> asl.State:
    """Write the upkeep machine.

    Registering comes first: it takes seconds and needs nothing of what compaction makes, so a compaction that
    fails or takes too long keeps no new table from analysts.
    """
    states = {
        "Register": asl.step(CATALOG, "register", then="Compact"),
        "Compact": asl.step(COMPACT, "compact"),
    }
    return asl.machine(
        "Show the tables to analysts and keep their files few.", start_at="Register", states=states
    )
