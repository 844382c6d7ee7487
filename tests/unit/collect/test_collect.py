"""Posting events: what becomes of each, who may write what, and what the session and the lake get."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collect_support import SHOP, STRANGER, Storefront, visitor
from patronage.errors import BadField, TryAgain
from patronage.logic.collect.shapes import OWN_FIELDS
from patronage.logic.ingest.rules import MAX_ID_BYTES
from tests_support import NOW, examples

VIEW = {"event_type": "view", "product_id": "mug", "session_id": "s"}


def problem_of(result):
    return result["status"], result["problem"]["field"], result["problem"]["rule"]


def test_one_event_is_accepted_and_stored(storefront):
    reply = storefront.post({**VIEW, "event_id": "e1"})

    assert reply.status == 202
    assert reply.body == {
        "accepted": 1,
        "refused": 0,
        "repeated": 0,
        "results": [{"index": 0, "event_id": "e1", "status": "accepted", "stored": "lake"}],
    }
    assert storefront.interest("open", "s") == ("mug",)
    row = {name: value for name, value in storefront.stream.rows[0].items() if value is not None}
    assert row.pop("event_id").startswith("browser-")
    assert row == {
        "event_type": "view",
        "session_id": "s",
        "product_id": "mug",
        "occurred_at": "2026-01-10T12:00:00.000Z",
        "collected_at": "2026-01-10T12:00:00.000Z",
    }


def test_each_event_of_a_batch_has_its_own_fate(storefront):
    batch = [
        {**VIEW, "event_id": "1"},
        {**VIEW, "event_type": "wink"},
        "no object",
        {**VIEW, "event_id": "1"},
        {**VIEW, "event_id": "2", "quantity": -1},
    ]

    reply = storefront.post({"events": batch})

    assert reply.status == 207
    assert [reply.body[name] for name in ("accepted", "refused", "repeated")] == [1, 3, 1]
    fates = [(each["index"], each["event_id"], each["status"]) for each in reply.body["results"]]
    assert fates == [
        (0, "1", "accepted"),
        (1, None, "refused"),
        (2, None, "refused"),
        (3, "1", "repeated"),
        (4, "2", "refused"),
    ]
    assert [problem_of(reply.body["results"][n]) for n in (1, 2, 4)] == [
        ("refused", "event_type", "one-of"),
        ("refused", "event", "object"),
        ("refused", "quantity", "number"),
    ]
    assert "wink" in reply.body["results"][1]["problem"]["detail"]
    assert len(storefront.stream.lines) == 1


@pytest.mark.parametrize(
    ("events", "rule"), [([], "count"), ([VIEW] * 101, "count"), ("x", "list"), (None, "list"), ({}, "list")]
)
def test_a_body_of_no_events_or_too_many_is_refused_whole(storefront, events, rule):
    with pytest.raises(BadField) as refused:
        storefront.post({"events": events})

    assert (refused.value.field, refused.value.rule) == ("events", rule)
    assert not storefront.stream.lines


def test_a_hundred_events_pass(storefront):
    reply = storefront.post({"events": [{**VIEW, "event_id": str(n)} for n in range(100)]})

    assert (reply.status, reply.body["accepted"]) == (202, 100)
    assert len(storefront.table.writes) == 1


@pytest.mark.parametrize("body", [{}, {"name": 5}, {**VIEW, "product_id": 1.5}])
def test_all_refused_is_a_problem_that_still_tells_each(storefront, body):
    reply = storefront.post(body)

    assert reply.status == reply.body["status"] == 400
    assert reply.headers == {"Content-Type": "application/problem+json"}
    first = reply.body["results"][0]["problem"]
    assert {name: reply.body[name] for name in ("field", "rule", "detail")} == first
    assert (storefront.stream.lines, storefront.table.items) == ([], {})


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("product_id", 12.5, "text"),
        ("product_id", True, "text"),
        ("product_id", ["a"], "text"),
        ("product_id", " a", "blank-ends"),
        ("product_id", "a\n", "blank-ends"),
        ("product_id", "é" * 513, "length"),
        ("product_id", "\ud800", "unicode"),
        ("session_id", {"a": 1}, "text"),
        ("event_id", 1e3, "text"),
        ("query", 7, "text"),
        ("query", "x" * 2049, "length"),
        ("quantity", "three", "number"),
        ("quantity", "1,5", "number"),
        ("quantity", True, "number"),
        ("quantity", [1], "number"),
        ("unit_price", -0.01, "number"),
        ("unit_price", float("inf"), "number"),
        ("unit_price", float("nan"), "number"),
        ("unit_price", 10**10, "number"),
        ("unit_price", "٣", "number"),
        ("currency", "pounds", "currency"),
        ("currency", "£", "currency"),
        ("occurred_at", "2026-01-10T12:00:00", "offset"),
        ("occurred_at", "2026-01-10", "offset"),
        ("occurred_at", "yesterday", "time"),
        ("occurred_at", "0001-01-01T00:00:00+23:59", "time"),
        ("occurred_at", 1_768_046_400, "milliseconds"),
        ("occurred_at", 1_768_046_400_000_000, "milliseconds"),
        ("occurred_at", True, "time"),
        ("occurred_at", [], "time"),
        ("user_id", "other", "one-name"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_rule(storefront, field, value, rule):
    result = storefront.one(SHOP, **{**VIEW, "customer_id": "ann", field: value})

    assert problem_of(result) == ("refused", field, rule)
    assert json.dumps(result, ensure_ascii=False).encode()


def test_no_id_passes_that_the_lake_refuses(storefront):
    long = {**VIEW, "product_id": "é" * (MAX_ID_BYTES // 2)}

    assert storefront.one(**long)["status"] == "accepted"
    assert storefront.one(**{**long, "product_id": "é" * (MAX_ID_BYTES // 2) + "x"})["status"] == "refused"


@pytest.mark.parametrize(
    ("event_type", "needed"), [("cart_add", "product_id"), ("cart_remove", "product_id"), ("search", "query")]
)
def test_what_an_event_is_about_must_be_said(storefront, event_type, needed):
    assert problem_of(storefront.one(event_type=event_type, session_id="s")) == (
        "refused",
        needed,
        "required",
    )


@pytest.mark.parametrize("event_type", ["view", "click", "impression", "purchase"])
def test_a_page_is_seen_without_a_product(storefront, event_type):
    assert storefront.one(event_type=event_type, session_id="s")["status"] == "accepted"
    assert storefront.session("open", "s").visits == ()


def test_an_id_that_is_a_number_is_its_digits(storefront):
    storefront.one(SHOP, event_type="view", event_id=7, session_id=123, product_id=45)

    row = storefront.stream.rows[0]
    assert (row["event_id"], row["session_id"], row["product_id"]) == ("7", "123", "45")


@pytest.mark.parametrize(
    ("value", "expected"), [(3, "3.0000"), (2.5, "2.5000"), ("12.50", "12.5000"), (0.00005, "0.0000")]
)
def test_amounts_have_four_decimals(storefront, value, expected):
    storefront.one(**{**VIEW, "unit_price": value, "currency": "eur"})

    row = storefront.stream.rows[0]
    assert (row["unit_price"], row["currency"]) == (expected, "EUR")


def test_fields_that_mean_nothing_are_named(storefront):
    assert storefront.one(**VIEW, produkt="x", url="https://…")["ignored"] == ["produkt", "url"]
    assert "ignored" not in storefront.one(**VIEW, **dict.fromkeys(set(OWN_FIELDS) - set(VIEW)))


def test_the_same_id_again_is_repeated_and_changes_nothing(storefront):
    first = storefront.one(**VIEW, event_id="e1")
    again = storefront.one(**{**VIEW, "product_id": "other"}, event_id="e1", now=NOW + timedelta(minutes=5))

    assert (first["status"], again["status"], again["stored"]) == ("accepted", "repeated", "lake")
    assert len(storefront.stream.lines) == len(storefront.table.writes) == 1
    assert storefront.interest("open", "s") == ("mug",)


def test_an_event_without_id_has_one_made_of_what_it_says(storefront):
    first = storefront.one(**VIEW)
    again = storefront.one(**VIEW, now=NOW + timedelta(minutes=5))
    other = storefront.one(**{**VIEW, "product_id": "bowl"})
    later = storefront.one(**VIEW, occurred_at="2026-01-10T11:00:00Z")

    assert [each["status"] for each in (first, again, other, later)] == [
        "accepted",
        "repeated",
        *["accepted"] * 2,
    ]
    assert first["event_id"] == again["event_id"]
    assert len({each["event_id"] for each in (first, other, later)}) == 3


def test_the_servers_ids_pass_as_they_are_and_a_browsers_stand_for_its_session(storefront):
    for caller in (SHOP, STRANGER, visitor(session_id="s"), visitor("ann")):
        storefront.one(caller, **VIEW, event_id="Zoë/1")
    storefront.one(**{**VIEW, "session_id": "t"}, event_id="Zoë/1")

    ids = [row["event_id"] for row in storefront.stream.rows]
    assert ids[0] == "Zoë/1"
    assert len(set(ids)) == 5


@pytest.mark.parametrize("session_id", ["s", "t"])
def test_a_stranger_cannot_take_an_id_in_advance(storefront, session_id):
    storefront.one(visitor("ann", "s"), event_type="view", event_id="login")
    storefront.one(STRANGER, **{**VIEW, "session_id": session_id}, event_id="order-7-view")
    result = storefront.one(visitor("ann", "s"), **VIEW, event_id="order-7-view")

    assert result["status"] == "accepted"
    assert len({row["event_id"] for row in storefront.stream.rows}) == 3


TIMED = {"occurred_at": "2026-01-10T11:00:00Z"}


@pytest.mark.parametrize(
    ("before", "stated"),
    [
        (STRANGER, {"event_id": "e1"}),
        (STRANGER, TIMED),
        (visitor(session_id="s"), {"event_id": "e1"}),
        (visitor(session_id="s"), TIMED),
        (SHOP, {"event_id": "e1"}),  # without an id the server's event would be another: it names a customer
    ],
)
@pytest.mark.parametrize("is_login_first", [False, True])
def test_an_event_sent_again_after_the_login_is_repeated(storefront, before, is_login_first, stated):
    after = SHOP if before == SHOP else visitor("ann", "s")
    named = {"user_id": "ann"} if after == SHOP else {}
    storefront.one(before, **VIEW, **stated)
    if is_login_first:
        storefront.one(after, event_type="view", event_id="login", session_id="s", **named)
    lines = len(storefront.stream.lines)

    result = storefront.one(after, **VIEW, **stated, **named, now=NOW + timedelta(minutes=5))

    assert result["status"] == "repeated"
    assert len(storefront.stream.lines) == lines
    visits = storefront.session("user", "ann").visits
    assert [each.product_id for each in visits] == ["mug"]


def test_what_another_user_made_of_a_session_is_not_the_next_ones(storefront):
    storefront.one(visitor(session_id="s"), **VIEW, event_id="e1")
    storefront.one(visitor("ann", "s"), event_type="view", event_id="login")

    assert storefront.one(visitor("bob", "s"), **VIEW, event_id="e1")["status"] == "accepted"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-01-08T12:00:00Z", "2026-01-09T12:00:00.000Z"),
        ("2026-01-11T12:00:00.001Z", "2026-01-11T12:00:00.000Z"),
        (4_000_000_000_000, "2026-01-11T12:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "2026-01-09T12:00:00.000Z"),
    ],
)
def test_a_time_too_far_off_is_clamped_and_the_answer_says_so(storefront, stated, expected):
    result = storefront.one(**VIEW, occurred_at=stated)

    assert (result["occurred_at"], result["clamped"]) == (expected, True)
    assert storefront.stream.rows[0]["occurred_at"] == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-01-10T13:30:00.25+02:00", "2026-01-10T11:30:00.250Z"),
        ("2026-01-11T12:00:00Z", "2026-01-11T12:00:00.000Z"),
        (1_768_044_600_250, "2026-01-10T11:30:00.250Z"),
        (1_768_044_600_250.0, "2026-01-10T11:30:00.250Z"),
    ],
)
def test_a_time_within_a_day_is_taken(storefront, stated, expected):
    assert "clamped" not in storefront.one(**VIEW, occurred_at=stated)
    assert storefront.stream.rows[0]["occurred_at"] == expected


def test_events_without_a_time_keep_their_order(storefront):
    products = [f"p{n}" for n in (3, 1, 2)]
    storefront.post({"events": [{**VIEW, "product_id": each} for each in products]})

    assert storefront.interest("open", "s") == ("p3", "p1", "p2")


def test_a_stranger_needs_a_session_id(storefront):
    assert problem_of(storefront.one(event_type="view")) == ("refused", "session_id", "required")
    assert problem_of(storefront.one(SHOP, event_type="view")) == ("refused", "session_id", "required")


@pytest.mark.parametrize("caller", [STRANGER, visitor(session_id="s"), visitor("bob"), visitor("bob", "s")])
@pytest.mark.parametrize("name", ["customer_id", "user_id"])
def test_nobody_writes_for_a_user_without_that_users_token(storefront, caller, name):
    assert problem_of(storefront.one(caller, **VIEW, **{name: "ann"})) == ("refused", "customer_id", "token")
    assert not storefront.table.items


@pytest.mark.parametrize(
    ("caller", "ids", "kind", "item", "row"),
    [
        (STRANGER, {"session_id": "s"}, "open", "s", (None, "s")),
        (visitor(session_id="s"), {}, "proved", "s", (None, "s")),
        (visitor(session_id="s"), {"session_id": "s"}, "proved", "s", (None, "s")),
        (visitor(session_id="s"), {"session_id": "t"}, "open", "t", (None, "t")),
        (visitor("ann"), {}, "user", "ann", ("ann", None)),
        (visitor("ann"), {"user_id": "ann", "session_id": "t"}, "user", "ann", ("ann", None)),
        (visitor("ann", "s"), {"session_id": "t"}, "user", "ann", ("ann", None)),
        (visitor("ann", "s"), {}, "user", "ann", ("ann", "s")),
        (SHOP, {"session_id": "s"}, "proved", "s", (None, "s")),
        (SHOP, {"user_id": "ann"}, "user", "ann", ("ann", None)),
        (SHOP, {"user_id": "ann", "session_id": "s"}, "user", "ann", ("ann", "s")),
    ],
)
def test_who_writes_decides_the_session_and_what_the_lake_is_told(storefront, caller, ids, kind, item, row):
    storefront.one(caller, event_type="view", product_id="mug", **ids)

    assert storefront.interest(kind, item) == ("mug",)
    written = storefront.stream.rows[0]
    assert (written["customer_id"], written["session_id"]) == row


def test_a_login_stitches_what_came_before_at_once(storefront):
    storefront.one(**{**VIEW, "product_id": "open"}, occurred_at="2026-01-10T11:00:00Z")
    storefront.one(
        visitor(session_id="s"), event_type="view", product_id="proved", occurred_at="2026-01-10T11:10:00Z"
    )
    storefront.one(visitor("ann"), event_type="view", product_id="before", occurred_at="2026-01-10T10:00:00Z")

    storefront.one(visitor("ann", "s"), event_type="view")

    assert storefront.interest("user", "ann") == ("before", "open", "proved")
    assert storefront.interest("open", "s") == storefront.interest("proved", "s") == ()
    last = storefront.stream.rows[-1]
    assert (last["customer_id"], last["session_id"]) == ("ann", "s")


def test_what_a_stranger_adds_after_a_login_stays_the_strangers(storefront):
    storefront.one(visitor("ann", "s"), event_type="view")
    storefront.one(STRANGER, **{**VIEW, "product_id": "planted"})

    storefront.one(visitor("ann", "s"), event_type="view", product_id="own")

    assert storefront.interest("user", "ann") == ("own",)
    assert storefront.interest("open", "s") == ("planted",)


def test_what_the_visitor_proves_moves_after_a_login_too(storefront):
    storefront.one(visitor("ann", "s"), event_type="view")
    storefront.one(visitor(session_id="s"), event_type="view", product_id="mug")

    storefront.one(visitor("ann", "s"), event_type="view", event_id="2")

    assert storefront.interest("user", "ann") == ("mug",)


def test_a_session_goes_to_one_user_only(storefront):
    storefront.one(visitor(session_id="s"), event_type="view", product_id="mug")
    storefront.one(visitor("ann", "s"), event_type="view")
    storefront.one(visitor(session_id="s"), event_type="view", product_id="bowl")

    storefront.one(visitor("bob", "s"), event_type="view")

    assert storefront.interest("user", "ann") == ("mug",)
    assert storefront.interest("user", "bob") == ()


def test_a_repeated_event_still_stitches_what_failed_to_be_before(storefront):
    storefront.one(**VIEW)
    login = {"event_type": "view", "event_id": "login"}
    storefront.table.before_put = [_fail, _go_on]
    with pytest.raises(TryAgain):
        storefront.one(visitor("ann", "s"), **login)
    assert storefront.session("open", "s").visits

    result = storefront.one(visitor("ann", "s"), **login)

    assert result["status"] == "repeated"
    assert storefront.interest("user", "ann") == ("mug",)
    assert not storefront.session("open", "s").visits


def _go_on():
    pass


def _fail():
    raise TryAgain("the table is away")


def test_the_stream_comes_before_the_session(storefront):
    storefront.table.before_put = [_fail]
    with pytest.raises(TryAgain):
        storefront.one(**VIEW, event_id="1")
    assert (len(storefront.stream.lines), storefront.table.items) == (1, {})

    assert storefront.one(**VIEW, event_id="1")["status"] == "accepted"
    assert len({row["event_id"] for row in storefront.stream.rows}) == 1


def test_a_login_in_the_same_batch_as_what_came_before(storefront):
    batch = [
        {"event_type": "view", "product_id": "mug", "session_id": "s"},
        {"event_type": "view", "product_id": "bowl", "session_id": "s", "user_id": "ann"},
    ]

    storefront.post({"events": batch}, SHOP)

    assert storefront.interest("user", "ann") == ("mug", "bowl")
    assert storefront.interest("proved", "s") == ()


def test_a_browsers_purchase_shapes_the_session_and_nothing_else(storefront):
    result = storefront.one(
        visitor("ann", "s"), event_type="purchase", product_id="mug", unit_price=5, quantity=1000
    )

    assert (result["status"], result["stored"]) == ("accepted", "session")
    assert storefront.stream.lines == []
    assert storefront.session("user", "ann").bought() == {"mug"}


def test_the_servers_purchase_goes_to_the_lake_too(storefront):
    result = storefront.one(SHOP, event_type="purchase", product_id="mug", user_id="ann", order_id="7")

    assert result["stored"] == "lake"
    row = storefront.stream.rows[0]
    assert (row["event_type"], row["order_id"]) == ("purchase", "7")
    assert storefront.session("user", "ann").bought() == {"mug"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    *OWN_FIELDS,
    "type",
    "event",
    "properties",
    "context",
    "messageId",
    "anonymousId",
    "userId",
    "timestamp",
]
NAMES += ["name", "params", "items", "products", "client_id", "timestamp_micros", "price", "item_id"]
WORDS = st.sampled_from(
    ["view", "purchase", "track", "page", "Order Completed", "view_item", "s", "ann", "2026"]
)
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), WORDS | JSON, max_size=8),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | st.lists(inner, max_size=3), max_size=6),
    max_leaves=6,
)
BODIES = OBJECTS | st.builds(
    lambda shared, events: {**shared, "events": events}, OBJECTS, st.lists(OBJECTS | JSON, max_size=5) | JSON
)


@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(
    BODIES, st.sampled_from([STRANGER, SHOP, visitor("ann"), visitor(session_id="s"), visitor("ann", "s")])
)
def test_any_json_is_answered(body, caller):
    storefront = Storefront()
    if "events" in body and not (isinstance(body["events"], list) and body["events"]):
        with pytest.raises(BadField):
            storefront.post(body, caller)
        return
    reply = storefront.post(body, caller)
    counts = {name: reply.body[name] for name in ("accepted", "refused", "repeated")}
    results = reply.body["results"]
    expected = len(body["events"]) if "events" in body else 1
    assert sum(counts.values()) == len(results) == expected
    assert reply.status == (400 if counts["refused"] == expected else 207 if counts["refused"] else 202)
    assert json.loads(json.dumps(reply.body, ensure_ascii=False).encode()) == reply.body
    for row in storefront.stream.rows:
        assert row["event_id"]
        assert row["event_type"]
        assert row["customer_id"] or row["session_id"]
    again = storefront.post(body, caller)
    assert again.body["accepted"] == 0
    assert [each["event_id"] for each in again.body["results"]] == [each["event_id"] for each in results]
