"""What the texts of a column mean: its one date format, its one number style, and the SQL that reads them.

Everything goes column by column. A guess looks at a sample; where the sample leaves two readings, an
aggregate counts the whole column and the choice is settled. The writers return DuckDB expressions; those
that repeat their text keep the plain case in the first branch, so hand them a column's name, and do not put
two of them into one COALESCE: DuckDB then computes the second for every row.
"""

from patronage.logic.ingest.values._amounts import decimal_sql, number_evidence_sql
from patronage.logic.ingest.values._booleans import boolean_sql
from patronage.logic.ingest.values._clock import clock_sql
from patronage.logic.ingest.values._currencies import CODES, NO_CURRENCY, currency_sql, names_currency
from patronage.logic.ingest.values._dates import TimeGuess, guess_times, settle_times, time_candidates
from patronage.logic.ingest.values._formats import PLAIN_PATTERNS, TimeFormat, given_time_format
from patronage.logic.ingest.values._ids import float_ids_sql, unfloated_sql
from patronage.logic.ingest.values._instants import evidence_sql, instant_sql
from patronage.logic.ingest.values._integers import integer_sql
from patronage.logic.ingest.values._numbers import NumberGuess, contested, guess_numbers, settle_numbers
from patronage.logic.ingest.values._rates import OWN_RATE, Rates, convert_sql
from patronage.logic.ingest.values._styles import (
    OPEN,
    PLAIN,
    NumberStyle,
    given_number_style,
    is_number,
    is_rounded,
)

__all__ = [
    "CODES",
    "NO_CURRENCY",
    "NumberGuess",
    "NumberStyle",
    "OPEN",
    "OWN_RATE",
    "PLAIN",
    "PLAIN_PATTERNS",
    "Rates",
    "TimeFormat",
    "TimeGuess",
    "boolean_sql",
    "clock_sql",
    "contested",
    "convert_sql",
    "currency_sql",
    "decimal_sql",
    "evidence_sql",
    "float_ids_sql",
    "given_number_style",
    "given_time_format",
    "guess_numbers",
    "guess_times",
    "instant_sql",
    "integer_sql",
    "is_number",
    "is_rounded",
    "names_currency",
    "number_evidence_sql",
    "settle_numbers",
    "settle_times",
    "time_candidates",
    "unfloated_sql",
]
