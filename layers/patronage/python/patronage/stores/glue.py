"""The Glue catalogue: one database a stack, written through awswrangler.

Only the function `catalog` imports this module: no other function has awswrangler in its layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import awswrangler as wr

if TYPE_CHECKING:
    import boto3

    from patronage.logic.glue import Entry

_SERDE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


class GlueDatabase:
    """The tables of one database of the catalogue.

    Parameters
    ----------
    name : str
        The database, which the deployment has made.
    session : boto3.Session, optional
        Whose credentials and region to use; by default the environment's.
    """

    def __init__(self, name: str, *, session: boto3.Session | None = None) -> None:
        self.name = name
        self._session = session

    def register(self, entries: dict[str, Entry]) -> dict[str, str]:
        """Bring the catalogue's entries of some tables up to date.

        Parameters
        ----------
        entries : dict
            The entry that each table shall have, by where its folder is (``s3://bucket/lake/orders/``).

        Returns
        -------
        dict
            What became of each table: ``created``, ``updated`` or ``unchanged``.
        """
        found = {table["Name"]: table for table in wr.catalog.get_tables(**self._here())}
        fates = {}
        for location, entry in entries.items():
            held = found.get(entry.name)
            if held is not None and _says(held, entry, location):
                fates[entry.name] = "unchanged"
                continue
            self._write(entry, location)
            fates[entry.name] = "created" if held is None else "updated"
        return fates

    def _write(self, entry: Entry, location: str) -> None:
        # Not create_parquet_table: a reader that does not know Delta Lake must fail on the table, and not
        # count the rows of files that a later version replaced. Of awswrangler's tables this is the one whose
        # SerDe can be chosen; Athena looks for the table at the SerDe's `path`.
        wr.catalog.create_json_table(
            **self._here(),
            table=entry.name,
            path=location,
            columns_types=entry.types,
            description=entry.description,
            columns_comments=entry.comments,
            parameters=entry.properties,
            mode="overwrite",
            schema_evolution=True,
            serde_library=_SERDE,
            serde_parameters=_serde_parameters(location),
        )

    def _here(self) -> dict[str, Any]:
        return {"database": self.name, "boto3_session": self._session}


def _serde_parameters(location: str) -> dict[str, str]:
    return {"path": location, "serialization.format": "1"}


def _says(held: Any, entry: Entry, location: str) -> bool:
    """Say whether the catalogue holds an entry already; properties that others added do not count."""
    storage = held["StorageDescriptor"]
    columns = [(column["Name"], column["Type"], column.get("Comment")) for column in storage["Columns"]]
    properties = held.get("Parameters", {})
    return (
        held.get("Description") == entry.description
        and storage["Location"] == location
        and storage["SerdeInfo"].get("Parameters") == _serde_parameters(location)
        and columns == [(name, type_, entry.comments[name]) for name, type_ in entry.types.items()]
        and all(properties.get(name) == value for name, value in entry.properties.items())
    )
