"""Texts that a spreadsheet would take for a formula, made harmless in CSV files that people open.

An apostrophe in front lets Excel and LibreOffice show the text as it is. Source: OWASP, CSV Injection,
https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

from patronage.logic.queries import literal

_BEGINS = r"^[=+\-@\t\r\n]"
_NUMBER = r"^[+-][0-9][0-9 ().,/-]*$"
"""Amounts and telephone numbers calculate nothing, and other programs want them as they are."""


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate.

    Examples
    --------
    >>> print(harmless('=HYPERLINK("http://evil.example")'))
    '=HYPERLINK("http://evil.example")
    >>> harmless("+44 20 7946 0000"), harmless("-12.50"), harmless("Tea")
    ('+44 20 7946 0000', '-12.50', 'Tea')
    """
    return f"'{text}" if re.match(_BEGINS, text) and not re.fullmatch(_NUMBER, text) else text


def harmless_sql(column: str) -> str:
    """Return the same as SQL of a column, which is given as SQL."""
    is_formula = (
        f"regexp_matches({column}, {literal(_BEGINS)}) AND NOT regexp_matches({column}, {literal(_NUMBER)})"
    )
    return f"CASE WHEN {is_formula} THEN '''' || {column} ELSE {column} END"
