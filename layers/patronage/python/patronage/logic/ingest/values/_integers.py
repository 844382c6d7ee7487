"""Whole numbers."""

from __future__ import annotations


def integer_sql(text: str) -> str:
    """Write the expression that reads a text as BIGINT, or NULL where it is no whole number.

    A column with gaps that went through a float, and reads ``3.0``, is one of whole numbers too.
    """
    digits = rf"regexp_extract({text}, '^\s*(-?[0-9]{{1,18}})(?:\.0*)?\s*$', 1)"
    return f"CAST(NULLIF({digits}, '') AS BIGINT)"
