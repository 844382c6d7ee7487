"""Tell what DuckDB says of a damaged file, or of a dialect's SQL, as bad input; its other failures pass."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_SQL = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.InvalidInputException,
    duckdb.InvalidTypeException,
    duckdb.NotImplementedException,
)
_OF_PARQUET = (
    duckdb.InvalidInputException,
    duckdb.NotImplementedException,
    duckdb.SerializationException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.BinderException,
    duckdb.IOException,
)


@contextmanager
def faults_told(*, is_parquet: bool, sql_of: str = "") -> Iterator[None]:
    """Raise BadInput where DuckDB fails for what the file, or the dialect's SQL, says.

    Parameters
    ----------
    is_parquet : bool
        Whether DuckDB reads the file itself.
    sql_of : str
        The dialect that brings SQL of its own; empty where there is none.
    """
    try:
        yield
    except duckdb.Error as exc:
        said = " ".join(str(exc).split("\n\n")[0].split())
        if is_parquet and (type(exc) is duckdb.Error or isinstance(exc, _OF_PARQUET)):
            raise BadInput(
                f"the Parquet file is damaged ({said}); write it again and upload it again"
            ) from exc
        if sql_of and isinstance(exc, _OF_SQL):
            raise BadInput(
                f"the SQL of the dialect {sql_of!r} fails on this file ({said}); mend its expressions there"
            ) from exc
        raise
