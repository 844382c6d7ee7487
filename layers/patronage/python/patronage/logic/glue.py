"""A canonical table as the Glue catalogue holds it, in the form that Athena reads as a native Delta table.

The properties are those that Athena's own ``CREATE EXTERNAL TABLE … TBLPROPERTIES ('table_type' = 'DELTA')``
writes, without its two stamps of the moment (``delta.lastUpdateVersion``, ``delta.lastCommitTimestamp``), so
that an unchanged schema is an unchanged entry. They say that the rows stand in the Delta log, and that no
reader may take the Parquet files of the folder for the table: some of them are no longer of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from patronage.logic.tables import Column, Table

_TYPES = {
    "VARCHAR": ("string", "string"),
    "BIGINT": ("bigint", "long"),
    "BOOLEAN": ("boolean", "boolean"),
    "DATE": ("date", "date"),
    "TIMESTAMPTZ": ("timestamp", "timestamp"),
}
"""DuckDB's type: Glue's and Delta Lake's name of it. DECIMAL is written alike everywhere."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the Glue catalogue says of a table.

    Parameters
    ----------
    name : str
        The table's name.
    description : str
        What one row is, and which columns make it.
    types : dict
        Glue's type of each column, in their order.
    comments : dict
        What each column means, in which unit.
    properties : dict
        What marks the table as a Delta table.
    """

    name: str
    description: str
    types: dict[str, str]
    comments: dict[str, str]
    properties: dict[str, str]


def entry_of(table: Table) -> Entry:
    """Return the catalogue's entry of a canonical table."""
    return Entry(
        name=table.name,
        description=f"{table.meaning}; one row for each {', '.join(table.identity)}",
        types={column.name: glue_type(column.type) for column in table.columns},
        comments={column.name: comment(column) for column in table.columns},
        properties={
            "EXTERNAL": "TRUE",
            "classification": "delta",
            "table_type": "delta",
            "spark.sql.sources.provider": "delta",
            "spark.sql.partitionProvider": "catalog",
            "spark.sql.sources.schema.numParts": "1",
            "spark.sql.sources.schema.part.0": delta_schema(table),
        },
    )


def comment(column: Column) -> str:
    """Say what a column means, and its unit where it has one that the meaning does not begin with."""
    told = not column.unit or column.meaning.startswith(column.unit)
    return column.meaning if told else f"{column.meaning} ({column.unit})"


def glue_type(type_: str) -> str:
    """Return Glue's name of a DuckDB type: ``decimal(18,4)`` for ``DECIMAL(18,4)``.

    Raises
    ------
    BadInput
        No type of Glue is known for it.
    """
    return _names_of(type_)[0]


def delta_type(type_: str) -> str:
    """Return Delta Lake's name of a DuckDB type: ``long`` for ``BIGINT``.

    Raises
    ------
    BadInput
        No type of Delta Lake is known for it.
    """
    return _names_of(type_)[1]


def delta_schema(table: Table) -> str:
    """Return a table's schema as the Delta log writes it, comments included: one line of JSON."""
    fields = [
        {
            "name": column.name,
            "type": delta_type(column.type),
            "nullable": True,
            "metadata": {"comment": comment(column)},
        }
        for column in table.columns
    ]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"), ensure_ascii=False)


def _names_of(type_: str) -> tuple[str, str]:
    if re.fullmatch(r"DECIMAL\(\d+,\d+\)", type_):
        return type_.lower(), type_.lower()
    if type_ not in _TYPES:
        raise BadInput(f"column type {type_} has no name in Glue; give it one in logic/glue.py")
    return _TYPES[type_]
