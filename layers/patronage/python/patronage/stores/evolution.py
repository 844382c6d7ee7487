"""Columns that a canonical table gained after a lake was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltalake import CommitProperties, Schema
from deltalake.exceptions import CommitFailedError

from patronage.errors import TryAgain
from patronage.logic.glue import delta_schema

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from patronage.logic.tables import Table


def add_missing_columns(table: DeltaTable, canonical: Table) -> None:
    """Give a Delta table the columns that it lacks, in a commit of its own; most lack none.

    Rows from before are null there, and their files stay as they are.

    Raises
    ------
    TryAgain
        The table has another version now, with the columns, by this commit or somebody else's.
    """
    held = {field.name for field in table.schema().fields}
    wanted = Schema.from_json(delta_schema(canonical)).fields
    missing = [field for field in wanted if field.name not in held]
    if not missing:
        return
    try:
        table.alter.add_columns(missing, commit_properties=CommitProperties(max_commit_retries=0))
    except CommitFailedError as exc:
        raise TryAgain(f"another commit to lake/{canonical.name} came first") from exc
    names = ", ".join(field.name for field in missing)
    raise TryAgain(f"lake/{canonical.name} was only now given {names}")
