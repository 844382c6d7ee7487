"""What must hold each evening, whatever the day brought."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from soak._http import ask
from soak._served import members, shown_days, whole_generation
from soak._trial import COUNTED, TRIAL
from soak._visits import K

if TYPE_CHECKING:
    from datetime import date

    from soak._month import Month

GENERATED = frozenset(
    ("user", "customer", "journey", "members", "analytics", "catalogue", "popular", "segments", "similar")
) | {"together"}
"""Kinds of items whose key names a generation."""
FATES = ("kept", "refused", "repeated", "superseded")


class Evening(NamedTuple):
    """The end of a day, and the items of the serving table then."""

    day: date
    items: list[dict[str, Any]]


def check(month: Month, day: date) -> None:
    """Check all of it, when the items whose time is over have ended."""
    evening = Evening(day, month.cloud.let_items_end())
    for holds in EVERY:
        holds(month, evening)


def reports_add_up(month: Month, evening: Evening) -> None:
    """Each upload has one report, whose rows have one fate each: the one that the books say."""
    for report, fates in month.uploads.reports:
        told = {name: report.get(name, 0) for name in fates}
        assert told == fates, (report["key"], told, fates)
        assert report["read"] == sum(report[name] for name in FATES), report
    reports = {key for key in month.cloud.store.keys("lake/reports/ingest/") if key.endswith(".json")}
    assert reports == month.uploads.delivered, reports ^ month.uploads.delivered


def lake_is_the_books(month: Month, evening: Evening) -> None:
    """The lake holds the very lines of the books: each id as it came, each amount to the penny."""
    sql = (
        "SELECT order_id, COALESCE(customer_id, ''), product_id, CAST(quantity AS BIGINT), kind, "
        "COALESCE(refers_to, ''), CAST(EPOCH_US(ordered_at) AS BIGINT), country, channel, net_minor FROM lake"
    )
    assert _rows(month, "orders", sql) == month.books.rows()


def events_are_what_was_posted(month: Month, evening: Evening) -> None:
    """The lake holds each event that was accepted, once, as it was posted."""
    wanted = sorted(
        tuple(
            each.get(name) or ""
            for name in (
                *("event_id", "event_type", "customer_id", "session_id", "product_id", "order_id"),
                "recommendation_id",
            )
        )
        for each in month.books.events.values()
    )
    sql = (
        "SELECT event_id, event_type, COALESCE(customer_id, ''), COALESCE(session_id, ''), "
        "COALESCE(product_id, ''), COALESCE(order_id, ''), COALESCE(recommendation_id, '') FROM lake"
    )
    assert _rows(month, "events", sql) == wanted
    assert month.visits.posted["refused"] == 0


def segments_are_the_books(month: Month, evening: Evening) -> None:
    """The live segments hold every customer once, with what they brought, and add up to all that was sold."""
    served = ask(month.cloud, "api", "GET", "/segments", is_admin=True)
    figures = month.seen.figures[served["generation"]]
    assert served["generation"] == month.cloud.table.pointer()["segments"].run_id
    assert served["net_minor"] == figures.net
    assert served["guest_net_minor"] == figures.guest_net
    assert served["customers"] == len(figures.net_by_customer)
    assert sum(each["customers"] for each in served["segments"]) == served["customers"]
    assert sum(each["net_minor"] for each in served["segments"]) == served["customer_net_minor"]
    listed = [each for segment in served["segments"] for each in members(month.cloud, segment["segment_id"])]
    wanted = {who: net for who, net in figures.net_by_customer.items() if who not in month.erased}
    assert dict(listed) == wanted
    assert len(listed) == len(wanted)


def sales_are_the_books(month: Month, evening: Evening) -> None:
    """Each day's sales are the books', to the penny and the order."""
    since = evening.day - timedelta(days=14)
    generation, rows = shown_days(month.cloud, since)
    figures = month.seen.figures[generation]
    wanted = {str(each): counts for each, counts in figures.by_day.items() if each >= since}
    assert {name for name, row in rows.items() if row["line_count"]} == set(wanted)
    for name, counts in wanted.items():
        told = {each: rows[name][each] for each in counts}
        assert told == dict(counts), (name, told, counts)


def generations_are_whole(month: Month, evening: Evening) -> None:
    """What is live is there to the last item and has no end; what is neither live nor kept has one."""
    by_key = {item["pk"]["S"]: item for item in evening.items}
    pointer = month.cloud.table.pointer()
    assert set(pointer) >= {"segments", "recommendations", "monitoring"}, set(pointer)
    watched = ask(month.cloud, "api", "GET", "/analytics/drift", is_admin=True)
    assert watched["generation"] == pointer["monitoring"].run_id
    for entry in pointer.values():
        for key in whole_generation(month.cloud, entry):
            assert key in by_key or any(key.endswith(f"#{who}") for who in month.uploads.gone), key
            assert "expires_at" not in by_key.get(key, {}), key
    live = {entry.run_id for entry in pointer.values()}
    for key, item in by_key.items():
        kind, _, rest = key.partition("#")
        if kind.partition("@")[0] in GENERATED and rest.partition("#")[0] not in live:
            assert "expires_at" in item, key


def answers_are_good(month: Month, evening: Evening) -> None:
    """Nobody is shown nothing but who belongs to a control; all that is shown is known and sold."""
    known = set(month.shop.products) - {month.shop.retired}
    for answer in month.visits.answers:
        products = [each["product_id"] for each in answer["items"]]
        assert len(set(products)) == len(products), answer
        assert set(products) <= known, answer
        assert answer["generation"] == month.seen.live["recommendations"], answer
        is_control = (answer.get("experiment") or {}).get("arm") == "control"
        wanted = 0 if is_control else 1 if "user_id" not in answer else K
        assert len(products) >= wanted, answer
        assert not (is_control and products), answer
        assert answer.get("control", False) == is_control, answer
        assert "degraded" not in answer


def arms_are_stable(month: Month, evening: Evening) -> None:
    """Who took part had one arm at all times, and nobody had one while no experiment ran."""
    for visitor, arms in month.visits.arms.items():
        assert len(arms) == 1, (visitor, arms)
    is_running = month.trial.began is not None and month.trial.stopped is None
    assert any(answer.get("experiment") for answer in month.visits.answers) == is_running


def experiment_is_what_was_counted(month: Month, evening: Evening) -> None:
    """The served result counts the visitors, showings, clicks, orders and pence that were counted here."""
    run_id = month.cloud.table.pointer()["monitoring"].run_id
    if run_id not in month.seen.trials:
        return
    path = {"experiment_id": TRIAL["experiment_id"]}
    result = ask(month.cloud, "api", "GET", "/experiments/{experiment_id}/results", path=path, is_admin=True)
    told = {arm["arm"]: {name: arm[name] for name in COUNTED} for arm in result["arms"]}
    assert told == {arm: dict(counts) for arm, counts in month.seen.trials[run_id].items()}
    assert (result["crossovers"], result["unexpected"]) == (0, 0)


def nobody_erased_is_left(month: Month, evening: Evening) -> None:
    """No object and no item names who was erased and has not come again."""
    assert month.searcher.places(month.erased, evening.items) == []


def nothing_is_locked(month: Month, evening: Evening) -> None:
    """No execution is going, each lock is one of an execution that has ended, and nothing is half written."""
    states = month.cloud.states
    assert states.waiting == []
    for item in evening.items:
        if item["pk"]["S"].startswith("lock#"):
            assert states.executions[item["execution"]["S"]].status == "SUCCEEDED", item
    assert list(month.cloud.store.root.rglob(".writing-*")) == []
    assert Counter(each.status for each in states.executions.values()).keys() <= {"SUCCEEDED"}


def _rows(month: Month, table: str, sql: str) -> list[tuple[Any, ...]]:
    """Read the newest version of a table as it lies there."""
    snapshot = month.cloud.lake.snapshot(table)
    files = [str(snapshot.staged(each)) for each in snapshot.contents()]
    with duckdb.connect() as connection:
        connection.read_parquet(files, union_by_name=True).create_view("lake")
        return sorted(connection.execute(sql).fetchall())


EVERY = (
    reports_add_up,
    lake_is_the_books,
    events_are_what_was_posted,
    segments_are_the_books,
    sales_are_the_books,
    generations_are_whole,
    answers_are_good,
    arms_are_stable,
    experiment_is_what_was_counted,
    nobody_erased_is_left,
    nothing_is_locked,
)
"""Each raises `AssertionError` where it does not hold, with what it found."""
