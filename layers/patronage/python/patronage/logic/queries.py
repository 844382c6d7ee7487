"""The SQL texts of the product, one named file a query, in the subset that every engine runs."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def query(name: str) -> str:
    """Return the text of `logic/sql/<name>.sql`."""
    return resources.files("patronage.logic").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def query_names() -> list[str]:
    """List the names of all queries, sorted."""
    folder = resources.files("patronage.logic").joinpath("sql")
    return sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))


def identifier(name: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL, where a parameter cannot stand."""
    return "'" + text.replace("'", "''") + "'"
