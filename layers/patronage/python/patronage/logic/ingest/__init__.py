"""What an uploaded file means: its format, its dialect, and the rules that its rows must keep."""

from patronage.logic.ingest.dialects import Dialect, choose_dialect, dialects
from patronage.logic.ingest.formats import HEAD_BYTES, Format, recognise_format
from patronage.logic.ingest.rules import RULES, Rule

__all__ = [
    "Dialect",
    "Format",
    "HEAD_BYTES",
    "RULES",
    "Rule",
    "choose_dialect",
    "dialects",
    "recognise_format",
]
