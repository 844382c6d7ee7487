"""Rows of Spark as NumPy arrays, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyspark.sql import DataFrame


def columns_of(table: pa.Table | pa.RecordBatch) -> dict[str, NDArray[Any]]:
    """Return the columns of an Arrow table without nulls, as arrays that may be written to."""
    return {
        name: np.array(column.to_numpy(zero_copy_only=False))
        for name, column in zip(table.schema.names, table.itercolumns(), strict=True)
    }


def table_of(columns: Mapping[str, NDArray[Any]]) -> pa.Table:
    """Return aligned arrays as an Arrow table."""
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def collected(frame: DataFrame) -> dict[str, NDArray[Any]]:
    """Bring a frame without nulls to the driver, a column an array."""
    return columns_of(frame.toArrow())
