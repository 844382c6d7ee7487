"""The point-in-time join against a naive one in plain Python: one row at a time, over lists."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features_support import Event, Line, commit_events, commit_orders, hours
from patronage.engines.duckdb import DuckSession
from patronage.errors import BadInput
from patronage.settings import Shop
from patronage.steps.features.join import join_features
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import examples

SHOP = Shop(currency="GBP", timezone="Europe/London")
LONDON = ZoneInfo("Europe/London")
NOW = hours(10_000)
NAMES = (
    *("recency_days", "occasions", "net_minor", "net_minor_30d", "orders", "items_90d", "distinct_products"),
    *("country", "days_since_last_visit", "visits_7d", "views_30d", "cart_abandonment_90d"),
)


class Version(NamedTuple):
    at: datetime
    rows: list


@dataclass
class Told:
    """What a lake was told: the versions of its two tables, the oldest that it still has first."""

    orders: list[Version] = field(default_factory=list)
    events: list[Version] = field(default_factory=list)


class Ask(NamedTuple):
    customer_id: str | None
    as_of: datetime
    known_at: datetime


def naive(ask: Ask, told: Told) -> dict[str, object]:
    """Compute the features of one ask."""
    lines = [
        line
        for line in rows_known(told.orders, ask.known_at)
        if line.customer_id == ask.customer_id and line.ordered_at < ask.as_of
    ]
    events = [
        event
        for event in rows_known(told.events, ask.known_at)
        if event.customer_id == ask.customer_id and event.occurred_at < ask.as_of
    ]
    if ask.customer_id is None or not (lines or events):
        return dict.fromkeys(NAMES)
    today = day_of(ask.as_of - timedelta(microseconds=1))
    sales = [line for line in lines if line.kind == "sale" and line.net_minor > 0]
    sale_days = {day_of(line.ordered_at) for line in sales}
    ages = [(today - day_of(event.occurred_at)).days for event in events]
    visits: dict[str, list[Event]] = {}
    for event in events:
        visits.setdefault(event.session_id or str(day_of(event.occurred_at)), []).append(event)
    carts = [bought(visit, sale_days) for visit in visits.values() if is_cart(visit, today)]
    said = [line for line in lines if line.country is not None]
    newest = max((line.ordered_at for line in said), default=None)
    return {
        "recency_days": min(((today - day).days for day in sale_days), default=None),
        "occasions": len(sale_days),
        "net_minor": sum(line.net_minor for line in lines),
        "net_minor_30d": sum(line.net_minor for line in lines if (today - day_of(line.ordered_at)).days < 30),
        "orders": len({line.order_id for line in sales}),
        "items_90d": sum(line.quantity for line in sales if (today - day_of(line.ordered_at)).days < 90),
        "distinct_products": len({line.product_id for line in sales}),
        "country": min((line.country for line in said if line.ordered_at == newest), default=None),
        "days_since_last_visit": min(ages, default=None),
        "visits_7d": len(
            {
                event.session_id or str(day_of(event.occurred_at))
                for event, age in zip(events, ages, strict=True)
                if age < 7
            }
        ),
        "views_30d": sum(
            event.event_type == "view" and age < 30 for event, age in zip(events, ages, strict=True)
        ),
        "cart_abandonment_90d": 1 - sum(carts) / len(carts) if carts else None,
    }


def rows_known(versions: list[Version], known_at: datetime) -> list:
    """Return the rows of the newest version committed by then, else of the oldest; none received later."""
    before = [version for version in versions if version.at <= known_at]
    version = before[-1] if before else (versions[0] if versions else Version(known_at, []))
    return [row for row in version.rows if row.received_at <= known_at]


def day_of(moment: datetime):
    return moment.astimezone(LONDON).date()


def is_cart(visit: list[Event], today) -> bool:
    return (
        any(event.event_type == "cart_add" for event in visit)
        and (today - max(day_of(event.occurred_at) for event in visit)).days < 90
    )


def bought(visit: list[Event], sale_days: set) -> bool:
    days = [day_of(event.occurred_at) for event in visit]
    return any(event.event_type == "purchase" for event in visit) or any(
        min(days) <= day <= max(days) for day in sale_days
    )


CUSTOMERS = ("a", "b", 'Zoë, "1"')
moments = st.one_of(
    st.sampled_from([hours(count) for count in (0, 2, 24, 24 * 9 + 3, 24 * 60)]),  # equal ones are wanted
    st.integers(0, 24 * 100 * 60).map(lambda minutes: hours(minutes / 60)),
)
lines = st.builds(
    Line,
    order_id=st.sampled_from(["o1", "o2", "o3", "o4"]),
    customer_id=st.sampled_from([*CUSTOMERS, None]),
    product_id=st.sampled_from(["p", "q", "r"]),
    quantity=st.sampled_from([1, 2, -1]),
    net_minor=st.integers(-50, 500),
    ordered_at=moments,
    received_at=moments,
    country=st.sampled_from(["France", "Peru", None]),
)
events = st.builds(
    Event,
    event_type=st.sampled_from(["view", "cart_add", "purchase", "click"]),
    customer_id=st.sampled_from([*CUSTOMERS, None]),
    product_id=st.just("p"),
    session_id=st.sampled_from(["s1", "s2", None]),
    occurred_at=moments,
    received_at=moments,
)
asks = st.builds(
    Ask,
    customer_id=st.sampled_from([*CUSTOMERS, "nobody", None]),
    as_of=moments,
    known_at=moments,
)


def told_of(folder: Path, batches: list, corrected: bool, deleted: bool, events_: list) -> Told:
    """Fill a lake: commits of new lines, one that replaces the first of them, and a commit of events."""
    told, rows, parts = Told(), [], []
    root = folder / "lake"
    for number, (at, batch) in enumerate(batches):
        is_correction = corrected and number == len(batches) - 1 and number > 0
        replaces = parts[0] if is_correction else None
        parts.append(commit_orders(root, batch, at=at, replaces=replaces))
        rows = [*(rows[len(batches[0][1]) :] if is_correction else rows), *batch]
        told.orders.append(Version(at, rows))
        if is_correction and deleted:
            (root / "orders" / parts[0]).unlink()
            told.orders = told.orders[-1:]
            # Whatever else the lake has of the log, versions before this one cannot be read any more.
    if not (corrected and deleted and len(batches) > 1):
        told.orders.insert(0, Version(datetime.min.replace(tzinfo=UTC), []))
    if events_:
        at = max(event.received_at for event in events_)
        commit_events(root, events_, at=at)
        told.events = [Version(datetime.min.replace(tzinfo=UTC), []), Version(at, events_)]
    return told


def as_text(moment: datetime) -> str:
    return moment.isoformat()


def in_order(found: list[tuple[datetime, list[Line]]]) -> list[tuple[datetime, list[Line]]]:
    instants = sorted(at for at, _ in found)
    return [(at, batch) for at, (_, batch) in zip(instants, found, strict=True)]


shops = {
    "batches": st.lists(st.tuples(moments, st.lists(lines, max_size=8)), min_size=1, max_size=3).map(
        in_order
    ),
    "corrected": st.booleans(),
    "deleted": st.booleans(),
    "events_": st.lists(events, max_size=10),
    "asked": st.lists(asks, min_size=1, max_size=60),
}


@settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
@given(**shops)
def test_the_join_is_the_naive_one(batches, corrected, deleted, events_, asked):
    check(batches, corrected, deleted, events_, asked)


@pytest.mark.slow
@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(**shops)
def test_the_join_is_the_naive_one_at_length(batches, corrected, deleted, events_, asked):
    check(batches, corrected, deleted, events_, asked)


def check(batches, corrected, deleted, events_, asked) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = told_of(folder, batches, corrected, deleted, events_)
        with (folder / "asked.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["note", *Ask._fields])
            writer.writerows(
                [f"n{place}", ask.customer_id, ask.as_of.isoformat(), ask.known_at.isoformat()]
                for place, ask in enumerate(asked)
            )
        out = folder / "joined.parquet"
        lake = Lake(FolderStore(folder))
        done = join_features(folder / "asked.csv", out, lake, SHOP, now=NOW, names=NAMES)
        with duckdb.connect() as connection:
            found = connection.execute(
                f"SELECT note, customer_id, {', '.join(NAMES)} FROM '{out}'"
            ).fetchall()
    expected = [naive(ask, told) for ask in asked]
    assert [row[:2] for row in found] == [(f"n{place}", ask.customer_id) for place, ask in enumerate(asked)]
    assert [dict(zip(NAMES, row[2:], strict=True)) for row in found] == [
        {
            name: pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in expected
    ]
    assert done.rows == len(asked)


def joined(folder: Path, text: str, **options) -> list[dict[str, str]]:
    path, out = folder / "asked.csv", folder / "joined.csv"
    path.write_text(text, encoding="utf-8")
    join_features(path, out, Lake(FolderStore(folder)), SHOP, now=NOW, **options)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def line(net: int, *, at: float = 0, received: float = 0) -> Line:
    return Line("o", "a", "p", 1, net, hours(at), hours(received))


@pytest.fixture
def corrected(tmp_path):
    """Give a lake in which a line of 1.00 was corrected to 3.00 two hours later."""
    root = tmp_path / "lake"
    first = commit_orders(root, [line(100)], at=hours(1))
    commit_orders(root, [line(300, received=3)], at=hours(3), replaces=first)
    return tmp_path


def test_a_row_that_was_corrected_is_as_it_was_known(corrected):
    text = "customer_id,as_of,known_at\n" + "".join(
        f"a,{hours(5).isoformat()},{hours(known).isoformat()}\n" for known in (0.5, 1, 2.9, 3, 9)
    )
    found = joined(corrected, text, names=["net_minor"])
    assert [row["net_minor"] for row in found] == ["", "100", "100", "300", "300"]


def test_where_the_old_version_is_gone_a_correction_was_unknown_before_it(corrected):
    (part,) = set(corrected.glob("lake/orders/part-c0*.parquet"))
    part.unlink()
    text = "customer_id,as_of,known_at\n" + "".join(
        f"a,{hours(5).isoformat()},{hours(known).isoformat()}\n" for known in (1, 2.9, 3)
    )
    assert [row["net_minor"] for row in joined(corrected, text, names=["net_minor"])] == ["", "", "300"]


def test_options_stand_for_columns_and_what_is_known_now_counts_by_default(corrected):
    rows = joined(corrected, "customer_id\na\na\nb\n", as_of="2025-03-21", names=["net_minor", "orders"])
    assert [(row["net_minor"], row["orders"]) for row in rows] == [("300", "1"), ("300", "1"), ("", "")]
    strict = joined(corrected, "customer_id\na\n", as_of="2025-03-21", known_at="as_of", names=["net_minor"])
    assert strict == [{"customer_id": "a", "net_minor": "100"}]


def test_an_instant_without_an_offset_is_in_the_shops_zone(tmp_path):
    """The clock of London is an hour ahead from the 30th of March."""
    commit_orders(tmp_path / "lake", [line(100, at=24 * 11)], at=hours(1))  # 2025-03-31T22:00Z
    text = "customer_id,as_of\n" + "".join(
        f"a,{said}\n"
        for said in ("2025-03-31T22:00:00Z", "2025-03-31T23:00:00", "2025-03-31 23:00:01", "2025-04-01")
    )
    found = joined(tmp_path, text, names=["orders"])
    assert [row["orders"] for row in found] == ["", "", "1", "1"]


def test_cells_pass_as_they_are(corrected):
    text = 'customer_id,as_of,note\n"a",2025-03-22,"x, ""y""\nz"\n007,2025-03-22, é \n'
    found = joined(corrected, text, names=["net_minor"])
    assert [row["note"] for row in found] == ['x, "y"\nz', " é "]
    assert [row["customer_id"] for row in found] == ["a", "007"]


def test_an_id_is_what_stands_between_the_commas(corrected):
    """Quoted, commented and separated as RFC 4180 says, whatever the rows look like: nothing is guessed."""
    ids = ["'q'", "#1", "#2", "a|b", "a;b", " a ", "\\"]
    text = "customer_id,as_of\n" + "".join(f"{each},2025-03-22\n" for each in ids)
    assert [row["customer_id"] for row in joined(corrected, text)] == ids
    for each in ("a|b", "a;b", "a\tb", "'q'", "#1"):
        alone = joined(corrected, f"customer_id\n{each}\n", as_of="2025-03-22", names=["orders"])
        assert alone == [{"customer_id": each, "orders": ""}]


def test_an_empty_line_of_one_column_is_a_row_without_an_id(corrected):
    found = joined(corrected, "customer_id\na\n\na\n", as_of="2025-03-22", names=["orders"])
    assert [row["orders"] for row in found] == ["1", "", "1"]


def test_columns_may_have_the_names_that_the_join_thinks_in(corrected):
    own = ["ask", "Place", "ROWID", "ask_id", "entity_id", "is_known", "today"]
    text = f"{','.join(own)},customer_id,as_of\n" + "".join(
        f"{','.join(f'{name}{row}' for name in own)},{customer},2025-03-22\n"
        for row, customer in enumerate(("x", "a", "a"))
    )
    found = joined(corrected, text, names=["orders"])
    assert list(found[0]) == [*own, "customer_id", "as_of", "orders"]
    assert [[row[name] for name in own] for row in found] == [
        [f"{name}{row}" for name in own] for row in (0, 1, 2)
    ]
    assert [row["orders"] for row in found] == ["", "1", "1"]
    wrong = f"{','.join(own)},customer_id,as_of\n" + ",".join(own) + ",a,soon\n"
    with pytest.raises(BadInput, match="row 1: as_of is 'soon'"):
        joined(corrected, wrong)


def test_the_rows_of_a_large_parquet_file_stay_in_order(corrected):
    path, out = corrected / "asked.parquet", corrected / "joined.parquet"
    duckdb.sql(
        "SELECT 'a' AS customer_id, DATE '2025-03-22' AS as_of, range * 7919 % 300007 AS rowid "
        "FROM range(300000)"
    ).write_parquet(str(path), row_group_size=20_000)
    join_features(path, out, Lake(FolderStore(corrected)), SHOP, now=NOW, names=["orders"])
    found = duckdb.sql(f"SELECT \"rowid\" FROM '{out}'").fetchall()
    assert found == [(row * 7919 % 300007,) for row in range(300_000)]


def test_a_parquet_file_keeps_its_types(corrected):
    path, out = corrected / "asked.parquet", corrected / "joined.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('a', TIMESTAMPTZ '2025-03-22 00:00:00+00', 1.5::DOUBLE), "
        "(NULL, TIMESTAMPTZ '2025-03-22 00:00:00+00', 2.5)) AS t(customer_id, as_of, y)"
    ).write_parquet(str(path))
    done = join_features(path, out, Lake(FolderStore(corrected)), SHOP, now=NOW, names=["orders"])
    assert (done.rows, done.unknown, done.features) == (2, 1, 1)
    assert duckdb.sql(f"SELECT y, orders FROM '{out}'").fetchall() == [(1.5, 1), (2.5, None)]
    types = duckdb.sql(f"DESCRIBE FROM '{out}'").fetchall()
    assert [(name, kind) for name, kind, *_ in types][1:] == [
        ("as_of", "TIMESTAMP WITH TIME ZONE"),
        ("y", "DOUBLE"),
        ("orders", "BIGINT"),
    ]


def test_a_file_without_rows_has_an_answer_without_rows(corrected):
    assert joined(corrected, "customer_id,as_of\n") == []


def test_products_are_asked_about_by_their_own_id(corrected):
    found = joined(corrected, "product_id,as_of\np,2025-03-22\nx,2025-03-22\n", names=["buyers", "items"])
    assert [(row["buyers"], row["items"]) for row in found] == [("1", "1.0"), ("", "")]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("id,as_of\n1,2025-01-01\n", {}, "customer_id and product_id; it has neither, but id, as_of"),
        ("customer_id,product_id,as_of\n1,2,2025-01-01\n", {}, "it has both"),
        ("customer_id\n1\n", {}, "no column as_of; add it, or give --as-of"),
        ("customer_id,as_of\n1,2025-01-01\n", {"as_of": "2025-01-01"}, "leave out --as-of"),
        ("customer_id,as_of\n1,2025-01-01\n2,soon\n", {}, "row 2: as_of is 'soon', which is no instant"),
        ("customer_id,as_of\n1,\n", {}, "row 1: as_of is null"),
        ("customer_id,as_of\n1,infinity\n", {}, "row 1: as_of is 'infinity'"),
        ("customer_id,as_of,known_at\n1,2025-01-01,x\n", {}, "row 1: known_at is 'x'"),
        ("customer_id,as_of\n1,2025-01-01\n\n2,2025-01-01\n", {}, "line 3 is blank"),
        ('customer_id,as_of\n"1\n\n",2025-01-01\n\n2,2025-01-01\n', {}, "line 5 is blank"),
        ("customer_id,as_of,Patronage_Ask\n1,2025-01-01,2\n", {}, "has a column Patronage_Ask, a name that"),
        ("customer_id,as_of,patronage_place\n1,2025-01-01,2\n", {}, "has a column patronage_place"),
        ("customer_id,as_of,Orders\n1,2025-01-01,2\n", {}, "has a column orders, which is a feature's name"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, options, said):
    with pytest.raises(BadInput, match=said):
        joined(tmp_path, text, **options)


def test_a_file_that_is_none_is_told(tmp_path):
    lake = Lake(FolderStore(tmp_path))
    for name, content, said in [
        ("a.xlsx", b"", "must end in .csv or .parquet"),
        ("a.csv", None, "is no file"),
        ("a.parquet", b"no parquet", "cannot be read as parquet"),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=said):
            join_features(tmp_path / name, tmp_path / "out.csv", lake, SHOP, now=NOW)


def test_an_id_that_is_a_decimal_number_is_refused(tmp_path):
    duckdb.sql("SELECT 17850.0::DOUBLE AS customer_id, DATE '2025-01-01' AS as_of").write_parquet(
        str(tmp_path / "a.parquet")
    )
    with pytest.raises(BadInput, match=r"customer_id of .* is DOUBLE; ids are text"):
        join_features(tmp_path / "a.parquet", tmp_path / "o.csv", Lake(FolderStore(tmp_path)), SHOP, now=NOW)


def test_more_rows_take_no_more_queries(corrected, monkeypatch):
    """A query for each row would be as slow as it looks."""
    calls: list[str] = []
    for name in ("table", "run", "rows"):
        plain = getattr(DuckSession, name)

        def counted(self, *args, _plain=plain, **kwargs):
            calls.append(args[0])
            return _plain(self, *args, **kwargs)

        monkeypatch.setattr(DuckSession, name, counted)
    taken = []
    for rows in (1, 5_000):
        calls.clear()
        text = "customer_id,as_of\n" + "".join(f"a,{hours(row).isoformat()}\n" for row in range(rows))
        assert len(joined(corrected, text, names=["net_minor", "visits_7d"])) == rows
        taken.append(len(calls))
    assert taken[0] == taken[1]
