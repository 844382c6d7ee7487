"""Ids are text and pass byte for byte, but for one trace of a spreadsheet or a data frame: ``13085.0``."""

from __future__ import annotations


def float_ids_sql(text: str) -> str:
    r"""Write the aggregate that says whether every cell that is not empty has the form ``^-?\d+\.0+$``.

    It is NULL where there is no such cell, so that BOOL_AND over the parts of a file says it of the file.
    """
    return f"BOOL_AND(regexp_full_match({text}, '-?[0-9]+\\.0+')) FILTER (WHERE {text} <> '')"


def unfloated_sql(text: str) -> str:
    """Write the expression that takes ``.0`` off an id that is a whole number in float form.

    Only for a column where `float_ids_sql` holds for every cell: beside other ids, ``13085.0`` is an id.
    """
    return f"regexp_replace({text}, '^(-?[0-9]+)\\.0+$', '\\1')"
