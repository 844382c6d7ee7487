"""Texts that mean yes or no."""

from __future__ import annotations

from patronage.logic.queries import literal

YES = ("yes", "y", "true", "t", "1", "1.0", "on", "oui", "ja", "si", "sí", "sim", "vrai", "wahr")
NO = ("no", "n", "false", "f", "0", "0.0", "off", "non", "nein", "nee", "não", "faux", "falsch")


def boolean_sql(text: str) -> str:
    """Write the expression that reads a text as BOOLEAN, in any case, or NULL where it says neither."""
    word = f"lower(trim({text}))"
    yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
    return f"CASE WHEN {word} IN ({yes}) THEN TRUE WHEN {word} IN ({no}) THEN FALSE END"
