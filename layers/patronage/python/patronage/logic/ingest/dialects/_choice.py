"""Choose the dialect of a file by its header, its first record and its key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.ingest.dialects._shipped import dialects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.ingest.dialects._model import Dialect

_VALUE = re.compile(r"[-+]?\d[\d.,:/ T-]*")

_FEW = 2  # columns: a table that needs no more is not told by them alone


def choose_dialect(
    known: Sequence[Dialect],
    header: Sequence[str],
    *,
    table: str | None,
    first: Mapping[str, str],
    key: str,
) -> Dialect:
    """Return the first dialect that fits a file with a header.

    Parameters
    ----------
    known : sequence of Dialect
        The most demanding first.
    header : sequence of str
        The file's columns.
    table : str, optional
        The canonical table that the file was uploaded for, where its key says so.
    first : mapping
        Column to the first non-empty cell.
    key : str
        The object's key.

    Raises
    ------
    BadInput
        No dialect of the table fits, or the table is unknown and the columns leave it open. The message
        names the columns of the one that came nearest.
    """
    fitting = [dialect for dialect in known if dialect.fits(header, first, key)]
    fitting.sort(
        key=lambda dialect: "header" in dialect.format
    )  # names that a file does not write count least
    chosen = next((dialect for dialect in fitting if table in {None, dialect.table}), None)
    if chosen is not None:
        is_open = table is None and chosen.name == "canonical"
        rivals = [*_canonical(known), *_of_the_shop(known, fitting, header, key)]
        return _of_our_own(chosen, rivals, header) if is_open else chosen
    if fitting and _named_by(_nearest(known, header, table), header) <= _named_by(fitting[0], header):
        other = fitting[0]
        raise BadInput(
            f"the columns are those of {other.name}, which belongs to {other.table}, not {table}; "
            f"upload the file below raw/{other.table}/"
        )
    raise BadInput(_no_fit(known, header, table))


def _canonical(known: Sequence[Dialect]) -> list[Dialect]:
    return [each for each in known if each.name == "canonical"]


def _of_the_shop(
    known: Sequence[Dialect], fitting: Sequence[Dialect], header: Sequence[str], key: str
) -> list[Dialect]:
    """List the shop's own dialects that the file is of, or would be if its header did not lack columns."""
    shipped = {id(each) for each in dialects()}  # quicker than to compare each with each
    others = [each for each in known if id(each) not in shipped]
    own = [each for each in others if each not in dialects() and not each.format.get("header")]
    return [each for each in own if each in fitting or (each.lacks(header) and each.fits_key(key))]


def _of_our_own(chosen: Dialect, rivals: Sequence[Dialect], header: Sequence[str]) -> Dialect:
    """Return the rival that the header says most of; refuse to guess where it lacks some.

    An order needs many columns and a customer one: a file of orders that lacks a price must not pass as one
    of customers.
    """
    made = _taken_by(chosen, header)
    nearest = max(rivals, key=lambda each: (len(_taken_by(each, header)), each is chosen))
    is_told = chosen.weight > 1 or 2 * len(made) >= len(header)
    if chosen.weight > _FEW or (nearest is chosen and is_told):
        return chosen
    missing = ", ".join(map(repr, nearest.lacks(header)))
    if nearest is not chosen and not missing:
        return nearest
    called = nearest.table if nearest.name == "canonical" else f"{nearest.name} of {nearest.table}"
    hint = f"; the nearest, {called}, also needs {missing}. Export it too" if missing else ". Rename them"
    raise BadInput(
        f"of the columns {_listed(header)} only {', '.join(map(repr, made))} could be of {chosen.table}, too "
        f"few to tell{hint}, or upload the file below raw/{chosen.table}/ if it is of {chosen.table}"
    )


def _taken_by(dialect: Dialect, header: Sequence[str]) -> list[str]:
    """List the header's columns of which a dialect makes one of the table."""
    taken = {dialect.source_of(name, header) for name in (*dialect.columns, *dialect.optional)}
    return [name for name in header if name in taken]


def _listed(header: Sequence[str]) -> str:
    return ", ".join(map(repr, header[:20])) + (" …" if len(header) > 20 else "")


def _no_fit(known: Sequence[Dialect], header: Sequence[str], table: str | None) -> str:
    nearest = _nearest(known, header, table)
    missing = ", ".join(map(repr, nearest.lacks(header))) or "other cells"
    if any(_VALUE.fullmatch(name.strip()) for name in header):
        missing += (
            ". The first line holds values, no names: where the file has no header, name its columns by "
            "`header` in its sidecar"
        )
    return (
        f"no dialect fits the columns {_listed(header)}; the nearest, {nearest.name} of {nearest.table}, "
        f"also needs {missing}. Rename the columns, export them too, or write a dialect (docs/dialects.md)"
    )


def _nearest(known: Sequence[Dialect], header: Sequence[str], table: str | None) -> Dialect:
    """Return the dialect of whose columns the header has the greatest share; Patronage's own columns first.

    Where it has no more than half of any, the shop's system is unknown: then only those tell what to do.
    """
    rivals = [each for each in known if table in {None, each.table} and not each.format.get("header")]
    rivals = rivals or list(known)

    def far(dialect: Dialect) -> tuple[float, bool, int]:
        return -_share_of(dialect, header), dialect.name != "canonical", -dialect.weight

    nearest = min(rivals, key=far)
    own = (each for each in rivals if each.name == "canonical" and each.table == (table or "orders"))
    return nearest if 2 * _share_of(nearest, header) > 1 else next(own, nearest)


def _share_of(dialect: Dialect, header: Sequence[str]) -> float:
    """Return the share of what a dialect demands that a header has; cells and a key count as lacking."""
    demanded = len(dialect.lacks(())) + len(dialect.cells) + bool(dialect.key)
    return _named_by(dialect, header) / max(1, demanded)


def _named_by(dialect: Dialect, header: Sequence[str]) -> int:
    """Count the columns that a dialect needs and a header has."""
    return len(dialect.lacks(())) - len(dialect.lacks(header))


def choose_headerless(
    known: Sequence[Dialect], cells: Sequence[str], *, delimiter: str, table: str | None, key: str
) -> Dialect | None:
    """Return the first dialect of files without a header whose first record could be these cells.

    Where the delimiter is a line feed, each line is one cell.
    """
    rivals = (dialect for dialect in known if "header" in dialect.format and table in {None, dialect.table})
    return next((each for each in rivals if each.fits_headerless(cells, delimiter, key)), None)
