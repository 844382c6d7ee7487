"""Print for people what became of an upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.cli.lines import say
from patronage.logic.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.settings import Shop

_COMMONEST = 3
_NAMED_ORDERS = 5
_MOST_LOST = 100  # orders that a report names
_WHOLE = "file-refused"


def print_report(report: dict[str, Any], shop: Shop) -> None:
    """Print what became of an uploaded file's rows, the commonest reasons of refusals first."""
    for line in _lines(report, shop):
        say(line)


def refused_whole(report: dict[str, Any]) -> str:
    """Say why a file was refused whole; reports of before 2026-11-28 do not hold the numbers."""
    limit = report.get("max_refused_share")
    if limit is None:
        return "refused whole: too large a share of its rows breaks a rule"
    broken, read = report["rows_that_break_a_rule"], report["read"]
    return (
        f"refused whole: {broken:,} of {counted(read, 'row')} ({broken / read:.1%}) break a rule, more than "
        f"the {limit:.1%} of max_refused_share; nothing was kept. Mend them and upload the file again, or "
        "raise the share in its sidecar"
    )


def counted(count: int, word: str) -> str:
    """Write a number with its noun: ``1 row``, ``2 rows``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _lines(report: dict[str, Any], shop: Shop) -> Iterator[str]:
    yield (
        f"{counted(report['read'], 'row')} read: {report['kept']:,} kept, {report['refused']:,} refused, "
        f"{report['repeated']:,} repeated, {report['superseded']:,} superseded"
    )
    if report["state"] == "refused":
        yield f"  {refused_whole(report)}"
    yield from _of_records(report)
    yield from (f"  {reason}" for reason in refusals(report))
    if report["table"] != "orders":
        yield f"  table {report['table']}, dialect {report['detected']['dialect']}"
    elif report["kept"]:
        yield from _of_orders(report, shop)
        yield from _of_unmatched(report, shop)
    yield from _of_lake(report)
    for breach in report.get("quality", {}).get("breaches", []):
        yield f"  {breach['severity']}: {breach['says']}"
    for doubt in report.get("doubts", []):
        yield f"  doubt: {doubt}"


def _of_records(report: dict[str, Any]) -> Iterator[str]:
    """Say it where a record of the file is not a row: an order's shipping, say, is a row of its own."""
    if "records" not in report:
        return
    continuing = report["continuing_records"]
    only = f", of which {continuing:,} only continue others" if continuing else ""
    yield f"  the rows were made of {counted(report['records'], 'record')} of the file{only}"


def refusals(report: dict[str, Any]) -> Iterator[str]:
    """Say why rows of an upload were refused, the commonest reasons first."""
    reasons = sorted(
        ((count, rule) for rule, count in report["refused_by_rule"].items() if rule != _WHOLE),
        key=lambda reason: (-reason[0], reason[1]),
    )
    for count, rule in reasons[:_COMMONEST]:
        yield f"{count:,} refused: {report['rules'][rule]}"
    if rest := sum(count for count, _ in reasons[_COMMONEST:]):
        yield f"{rest:,} refused for {counted(len(reasons) - _COMMONEST, 'other reason')}"


def _of_orders(report: dict[str, Any], shop: Shop) -> Iterator[str]:
    kinds = report["kept_by_kind"]
    listed = ", ".join(f"{kinds[kind]:,} {kind}" for kind in KINDS if kinds[kind])
    yield f"  kept: {listed}; {counted(report['guest_lines'], 'line')} of guests"
    yield f"  net revenue of the file: {shop.format_money(report['net_minor'])}"
    if copies := report.get("identical_lines_kept"):
        told = "equals another" if copies == 1 else "equal others"
        yield (
            f"  {counted(copies, 'kept line')} {told} of the same order; the shop's setting "
            "drop_repeated_lines drops such"
        )


def _of_unmatched(report: dict[str, Any], shop: Shop) -> Iterator[str]:
    """Say which cancellations and refunds take back what was never brought."""
    found = report.get("unmatched_returns", {"lines": 0})
    if not found["lines"]:
        return
    yield (
        f"  {found['lines']:,} of {counted(found['of_lines'], 'cancelled or refunded line')} "
        f"({shop.format_money(found['net_minor'])}) {'has' if found['lines'] == 1 else 'have'} no sale in "
        f"the file or the lake, in orders such as {_named(found['orders'])}; upload what they take "
        "back, if the shop has it"
    )


def _named(orders: list[str]) -> str:
    return ", ".join(orders[:_NAMED_ORDERS]) + (", …" if len(orders) > _NAMED_ORDERS else "")


def _of_lake(report: dict[str, Any]) -> Iterator[str]:
    """Say what the file took out of the lake."""
    if report.get("is_repeat_of_earlier_upload"):
        yield "  the lake holds this very content already; nothing was changed"
    if replaced := report.get("replaced"):
        yield f"  {counted(replaced, 'row')} of the lake went, because this file holds a newer state"
    if lost := report.get("orders_that_lost_lines"):
        named = _named(lost)
        many = f"{len(lost):,} or more orders" if len(lost) == _MOST_LOST else counted(len(lost), "order")
        yield f"  {many} {'has' if len(lost) == 1 else 'have'} fewer lines than before: {named}"
