"""What an uploaded file means: its form, its dialect, its values, and the rules that its rows must keep."""

from patronage.logic.ingest.dialects import Dialect, Rows, dialects, parse_dialect
from patronage.logic.ingest.options import Options, options_for
from patronage.logic.ingest.plan import Plan
from patronage.logic.ingest.rules import Rule, rules_by_name, rules_of

__all__ = [
    "Dialect",
    "Options",
    "Plan",
    "Rows",
    "Rule",
    "dialects",
    "options_for",
    "parse_dialect",
    "rules_by_name",
    "rules_of",
]
