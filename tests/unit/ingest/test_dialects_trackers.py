"""What trackers write that no public file at hand shows: GA4, originals of cut-down sets, their words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialect_support import counted, rows_of
from tests_support import adds_up

GA4_SAMPLE = Path(__file__).parent / "data" / "ga4_events.jsonl"


def test_retailrocket_without_the_kind_of_event_in_its_name_is_refused(ingest_text):
    report = ingest_text("visitorid\titemid\tevent\n1\t1\t1\n", key="raw/events/a.tsv")
    assert report["state"] == "unreadable"
    assert "no dialect fits" in report["problem"]


def test_ga360_keeps_a_visitor_that_no_spreadsheet_ruined(ingest_text, lake):
    header = "fullVisitorId,visitId,date,time,productSKU,productPrice,v2ProductCategory,"
    header += "eCommerceAction_type,country"
    rows = "".join(
        f"0123456789012345678,1470000000,20160801,1500,S{n},2990000,Home/Bags/,3,US\n" for n in range(8)
    )
    bad = "0123456789012345678,1470000000,2016080x,1500,S1,much,Home/Bags/,7,(not set)\n"
    report = ingest_text(f"{header}\n{rows}{bad}", key="raw/hits.csv")
    assert adds_up(report)
    assert report["refused_by_rule"] == {"event-type-unknown": 1}
    found = rows_of(lake, "events").project("customer_id, session_id, unit_price::VARCHAR").distinct()
    assert found.fetchall() == [("0123456789012345678", "0123456789012345678-1470000000", "2.9900")]


def test_personalize_impressions_become_events_of_their_own(ingest_text, lake):
    report = ingest_text(
        "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP,IMPRESSION\n"
        "u1,i1,Click,1705312800,i1|i2\nu1,i2,Purchase,1705312801,\n",
        key="raw/events/interactions.csv",
    )
    assert adds_up(report)
    assert report["detected"]["dialect"] == "amazon-personalize-impressions"
    assert sorted(rows_of(lake, "events").project("event_type, product_id").fetchall()) == [
        ("click", "i1"),
        ("impression", "i1"),
        ("impression", "i2"),
        ("purchase", "i2"),
    ]


def test_personalize_users_become_customers_with_all_that_is_said_of_them(ingest_text, lake):
    report = ingest_text("USER_ID,AGE,GENDER,CLUB,It's\n007,33,F,gold,\n8,,,,\n", key="raw/customers/a.csv")
    assert (report["detected"]["dialect"], report["kept"]) == ("amazon-personalize-users", 2)
    rows = rows_of(lake, "customers").project("customer_id, age, gender, attributes").order("ALL").fetchall()
    assert rows == [("007", "33", "F", '{"CLUB":"gold"}'), ("8", None, None, None)]


def test_visits_with_true_and_false_are_those_with_1_and_0(ingest_text, lake):
    header = "ProductRelated,BounceRates,ExitRates,PageValues,VisitorType,Browser,TrafficType,Revenue"
    report = ingest_text(f"{header}\n1,0,0,0,New_Visitor,1,2,TRUE\n1,0,0,0,New_Visitor,1,2,FALSE\n")
    assert report["state"] == "unreadable"  # below raw/orders/
    ingest_text(
        f"{header}\n1,0,0,0,New_Visitor,1,2,TRUE\n1,0,0,0,New_Visitor,1,2,FALSE\n", key="raw/events/a.csv"
    )
    assert counted(rows_of(lake, "events"), "event_type") == {"purchase": 1, "view": 1}


def test_ga4_events_are_exploded_into_items(ingest_text, lake):
    report = ingest_text(GA4_SAMPLE.read_bytes(), key="raw/events/ga4.jsonl")
    assert adds_up(report)
    assert report["detected"]["dialect"] == "ga4-events"
    assert (report["records"], report["continuing_records"], report["kept"]) == (12, 2, 11)
    assert report["refused_by_rule"] == {"event-type-unknown": 1}  # an event that only this shop knows
    rows = rows_of(lake, "events")
    assert counted(rows, "event_type") == {
        "view": 3,
        "impression": 2,
        "click": 1,
        "search": 1,
        "cart_add": 1,
        "cart_remove": 1,
        "purchase": 2,
    }
    bought = (
        rows.filter("event_type = 'purchase'")
        .order("product_id")
        .project(
            "customer_id, session_id, product_id, quantity::INTEGER, unit_price::VARCHAR, currency, "
            "order_id, category, device, country, channel, occurred_at::VARCHAR"
        )
    )
    visit = ("C-7", "111.222.1705312800")
    where = ("EUR", "T-1", "Kitchen", "mobile", "Germany", "google / organic", "2024-01-15 10:00:09.25+00")
    assert bought.fetchall() == [(*visit, "0042", 1, "7.5000", *where), (*visit, "0043", 1, "9.0000", *where)]
    anonymous = rows.filter("event_type = 'search'").project("customer_id, query, product_id").fetchall()
    assert anonymous == [("111.222", "blue bowl", None)]


def test_ga4_events_with_damaged_parts_end_in_the_report(ingest_text):
    good = GA4_SAMPLE.read_text().splitlines()
    bad = [
        '{"event_name":"page_view","event_timestamp":"1705312800000001","event_params":"abc","items":"zz","device":5}',
        '{"event_name":null,"event_timestamp":"x","event_params":[1,2],"items":{}}',
        "not json",
    ]
    report = ingest_text("\n".join([*good, *bad]) + "\n", key="raw/events/ga4.jsonl")
    assert adds_up(report)
    assert report["refused_by_rule"] == {"event-type-unknown": 1, "event-type-missing": 1, "not-json": 1}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# key and text; dialect; canonical columns; the rows in order of these columns
ORIGINALS = {
    "retailrocket": (
        "raw/events/events.csv",
        "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n"
        "1433222276276,599528,transaction,356475,4000\n1433193500981,121688,addtocart,15335,\n",
        "retailrocket",
        "event_type, customer_id, product_id, order_id, occurred_at",
        [
            ("cart_add", "121688", "15335", None, at("2015-06-01T21:18:20.981")),
            ("purchase", "599528", "356475", "4000", at("2015-06-02T05:17:56.276")),
            ("view", "257597", "355908", None, at("2015-06-02T05:02:12.117")),
        ],
    ),
    "yoochoose-clicks.dat": (
        "raw/events/yoochoose-clicks.dat",
        "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n",
        "yoochoose-clicks",
        "event_type, session_id, product_id, category, occurred_at",
        [
            ("click", "1", "214536500", "S", at("2014-04-07T10:54:09.868")),
            ("click", "1", "214536502", "0", at("2014-04-07T10:51:09.277")),
        ],
    ),
    "yoochoose-buys.dat": (
        "raw/events/yoochoose-buys.dat",
        "420374,2014-04-06T18:44:58.314Z,214537888,12462,1\n420374,2014-04-06T18:44:58.325Z,214537850,10471,2\n",
        "yoochoose-buys",
        "event_type, session_id, product_id, unit_price::INTEGER, quantity::INTEGER",
        [("purchase", "420374", "214537850", 10_471, 2), ("purchase", "420374", "214537888", 12_462, 1)],
    ),
    "movielens ratings.csv": (
        "raw/ratings.csv",
        "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,3,0.5,964981247\n",
        "movielens-ratings",
        "customer_id, product_id, rating::DOUBLE, rated_at",
        [("1", "1", 4.0, at("2000-07-30T18:45:03")), ("1", "3", 0.5, at("2000-07-30T18:20:47"))],
    ),
    "movielens ratings.dat": (
        "raw/ratings.dat",
        "1::1193::5::978300760\n1::661::3.5::978302109\n",
        "movielens-1m-ratings",
        "customer_id, product_id, rating::DOUBLE, rated_at",
        [("1", "1193", 5.0, at("2000-12-31T22:12:40")), ("1", "661", 3.5, at("2000-12-31T22:35:09"))],
    ),
    "movielens movies.csv": (
        "raw/movies.csv",
        'movieId,title,genres\n1,Toy Story (1995),Adventure|Comedy\n3,"Postman, The (1994)",Drama\n',
        "movielens-movies",
        "product_id, title, category, attributes",
        [
            ("1", "Toy Story (1995)", "Adventure|Comedy", '{"genres":["Adventure","Comedy"]}'),
            ("3", "Postman, The (1994)", "Drama", '{"genres":["Drama"]}'),
        ],
    ),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_original_files_that_are_not_at_hand_are_understood(ingest_text, lake, name):
    key, text, dialect, columns, expected = ORIGINALS[name]
    report = ingest_text(text, key=key)
    assert adds_up(report), report.get("problem")
    assert report["detected"]["dialect"] == dialect
    assert rows_of(lake, report["table"]).project(columns).order("ALL").fetchall() == expected


def test_a_sequence_is_read_line_by_line_whatever_its_length(ingest_text, lake):
    report = ingest_text("1 7 8 \n2 9\n3\n4 7 7 7 7 7\n", key="raw/events/Books.txt")
    assert adds_up(report)
    assert (report["records"], report["continuing_records"], report["kept"]) == (4, 1, 8)
    rows = rows_of(lake, "events").project("event_id, product_id").order("ALL").limit(3).fetchall()
    assert rows == [("1-000001", "7"), ("1-000002", "8"), ("2-000001", "9")]


def test_our_own_columns_take_the_words_of_common_trackers(ingest_text, lake):
    meanings = {
        "view": "view",
        "Product Viewed": "view",
        "view_item": "view",
        "page_view": "view",
        "select_item": "click",
        "Product List Viewed": "impression",
        "view_item_list": "impression",
        "add_to_cart": "cart_add",
        "AddToCart": "cart_add",
        "addToCart": "cart_add",
        "Product Added": "cart_add",
        "remove_from_cart": "cart_remove",
        "Order Completed": "purchase",
        "transaction": "purchase",
        "Purchase": "purchase",
        "view_search_results": "search",
        "Products Searched": "search",
    }
    rows = "".join(f"{word},of {word},2025-12-01 10:00:00\n" for word in meanings)
    report = ingest_text(f"event_type,product_id,occurred_at\n{rows}", key="raw/events/a.csv")
    assert report["detected"]["dialect"] == "canonical"
    found = rows_of(lake, "events").project("product_id, event_type").fetchall()
    assert dict(found) == {f"of {word}": meaning for word, meaning in meanings.items()}


def test_a_word_that_nobody_knows_is_refused(ingest_text):
    rows = "".join(f"view,p{number},2025-12-01 10:00:00\n" for number in range(9))
    report = ingest_text(
        f"event_type,product_id,occurred_at\n{rows}levitate,p1,2025-12-01 10:00:00\n", key="raw/events/a.csv"
    )
    assert report["refused_by_rule"] == {"event-type-unknown": 1}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("raw/a.tsv", "1\t2\t3\t20240101\n2\t2\t3\t20240102\n"),  # four numbers, none of them seconds
        ("raw/a.psv", "1|24|M|technician|857\n2|53|F|other|940\n"),
        ("raw/a.csv", "1,2014-04-07,214536502,0\n1,2014-04-07,214536500,0\n"),
        ("raw/a.csv", "1 2 3\n2 4 5 6\n"),  # lines of numbers, but no .txt
    ],
)
def test_a_file_that_only_resembles_a_set_without_a_header_is_refused(ingest_text, key, text):
    report = ingest_text(text, key=key)
    assert report["state"] == "unreadable"
    assert "no dialect fits" in report["problem"]
