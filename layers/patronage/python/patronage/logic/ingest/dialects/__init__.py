"""Dialects: how a shop system's file maps to a canonical table, one declarative file each.

A dialect is chosen by its table, by the header, by the first record and by the object's key. A shop adds its
own by writing the same kind of file; `docs/dialects.md` explains every key.
"""

from patronage.logic.ingest.dialects._choice import choose_dialect, choose_headerless
from patronage.logic.ingest.dialects._model import Dialect, Rows
from patronage.logic.ingest.dialects._shipped import by_demand, canonical, dialects
from patronage.logic.ingest.dialects._toml import parse_dialect

__all__ = [
    "Dialect",
    "Rows",
    "by_demand",
    "canonical",
    "choose_dialect",
    "choose_headerless",
    "dialects",
    "parse_dialect",
]
