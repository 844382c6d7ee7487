"""Behaviour on public data, each figure computed again with pandas from the file itself."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from dialect_support import GA360, MIMNET, SHOPPERS, plain
from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.segments.behaviour_figures import shop_figures
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.segment import behaviour
from patronage.steps.segment.slices import slice_customers
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import shared

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
ZONE = "America/New_York"
UTC_SHOP, NEW_YORK = Shop(currency="USD", timezone="UTC"), Shop(currency="USD", timezone=ZONE)
AN_ORDER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\no,,p,1,10,2025-12-01\n"
"""Of a guest, later than the events: a run reads what happened up to the newest order's day."""
GAP = pd.Timedelta(minutes=30)


def segmented(folder, files, *, ingested_as=UTC_SHOP, shop=NEW_YORK):
    lake = Lake(FolderStore(folder / "lake"))
    for key, content in files.items():
        path = folder / key.replace("/", "-")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        upload = Upload(path=path, key=key, version="1", last_modified=NOW)
        assert ingest(upload, lake, ingested_as, now=NOW)["state"] == "done"
    pin("run", "segments", lake, shop, now=NOW)
    behaviour.behaviour("run", lake)
    with duckdb.connect() as connection:
        rows = connection.execute(f"FROM '{lake.store.staged('runs/run/segments/behaviour.parquet')}'").df()
    figures = read_json(lake.store, "runs/run/segments/behaviour.json")
    return SimpleNamespace(customers=rows.set_index("customer_id"), lake=lake, behaviour=figures)


@pytest.fixture(scope="module")
def clothing(tmp_path_factory):
    """The clothing shop's run, and its events by pandas with the number of their session."""
    path = f"{MIMNET}/events.csv.gz"
    run = segmented(
        tmp_path_factory.mktemp("clothing"),
        {"raw/orders/a.csv": AN_ORDER, "raw/events/events.csv.gz": shared(path).read_bytes()},
    )
    frame = plain(path).drop_duplicates("event_id", keep="last")
    frame["at"] = pd.to_datetime(frame.ts, format="ISO8601", utc=True)
    frame = frame.sort_values(["user_id", "at"], kind="stable")
    starts = (frame.user_id != frame.user_id.shift()) | (frame["at"].diff() >= GAP)
    frame["session"] = starts.cumsum()
    return run, frame


def by_session(frame, **owner):
    grouped = frame.groupby("session")
    kinds = frame.event_type
    return pd.DataFrame(
        {
            **{name: grouped[column].first() for name, column in owner.items()},
            "at": grouped["at"].min(),
            "views": np.maximum(
                kinds.isin(["Page", "Product Viewed", "Checkout Started"]).groupby(frame.session).sum(),
                kinds.eq("Pop-up Email Accepted").groupby(frame.session).sum(),
            ),
            "carts": kinds.eq("Product Added").groupby(frame.session).sum(),
            "bought": kinds.eq("Order Completed").groupby(frame.session).any(),
        }
    )


def test_the_clothing_shop_as_a_whole_agrees_with_pandas(clothing):
    run, frame = clothing
    sessions, shop = by_session(frame), run.behaviour["shop"]
    assert (shop["sessions"], shop["customer_sessions"]) == (len(sessions), len(sessions))
    assert shop["conversion"] == pytest.approx(sessions.bought.mean())
    assert shop["median_depth"] == sessions.views.median()
    assert shop["cart_abandonment"] == pytest.approx(1 - sessions.bought[sessions.carts > 0].mean())
    local = sessions["at"].dt.tz_convert(ZONE)
    hours = {row["hour"]: row["sessions"] for row in shop["sessions_by_hour"] if row["sessions"]}
    assert hours == local.dt.hour.value_counts().to_dict()
    weekdays = {row["weekday"]: row["buying_sessions"] for row in shop["sessions_by_weekday"]}
    expected = local[sessions.bought].dt.isocalendar().day.value_counts()
    assert weekdays == expected.reindex(range(1, 8), fill_value=0).to_dict()
    assert run.behaviour["events"]["in_sessions"] == len(frame)


def test_each_customer_of_the_clothing_shop_agrees_with_pandas(clothing):
    run, frame = clothing
    sessions = by_session(frame, user="user_id")
    local = sessions["at"].dt.tz_convert(ZONE)
    carts = sessions[sessions.carts > 0].groupby("user").bought
    grouped = sessions.groupby("user")
    expected = pd.DataFrame(
        {
            "sessions": grouped.size(),
            "views": grouped.views.sum(),
            "conversion": grouped.bought.mean(),
            "browse_depth": grouped.views.mean(),
            "cart_abandonment": 1 - carts.mean(),
            "preferred_hour": favourite(sessions.assign(chosen=local.dt.hour)),
            "preferred_weekday": favourite(sessions.assign(chosen=local.dt.isocalendar().day)),
        }
    ).astype("float64")
    found = run.customers[expected.columns].astype("float64")
    pd.testing.assert_frame_equal(found, expected.sort_index(), check_names=False)
    assert len(found) == 250


def favourite(sessions):
    """Return what each user has in most sessions; of equals that of the latest one."""
    counted = sessions.groupby(["user", "chosen"])["at"].agg(["size", "max"]).reset_index()
    return counted.sort_values(["size", "max"]).groupby("user").chosen.last()


def test_the_behaviours_of_the_clothing_shop_follow_their_rules(clothing):
    run, frame = clothing
    sessions = by_session(frame, user="user_id")
    median = sessions.views.median()
    carts = sessions[sessions.carts > 0]
    mean_adds = carts.carts.sum() / len(carts)

    def judged(own):
        full, depth = own[own.carts > 0], own.views.mean()
        if len(full) >= 2 and 1 - full.bought.mean() >= 0.75:
            return "cart_abandoner"
        if len(full) and full.carts.mean() >= max(3, 1.5 * mean_adds):
            return "basket_builder"
        if own.bought.mean() >= 0.5 and depth <= median:
            return "direct_buyer"
        if depth >= max(5, 2 * median):
            return "researcher"
        if len(full) or own.bought.any():
            return "casual_shopper"
        return "passer_by" if own.views.max() <= 1 else "window_shopper"

    expected = {user: judged(own) for user, own in sessions.groupby("user")}
    assert run.customers.behaviour_id.to_dict() == expected
    sizes = {row["behaviour_id"]: row["customers"] for row in run.behaviour["behaviours"]}
    assert {key: size for key, size in sizes.items() if size} == pd.Series(expected).value_counts().to_dict()
    assert len(set(expected.values())) >= 5


@pytest.mark.slow
def test_google_s_sampled_hits_are_anonymous_visits_of_a_shop(tmp_path):
    path = f"{GA360}/all_sessions.csv.gz"
    run = segmented(
        tmp_path,
        {"raw/orders/a.csv": AN_ORDER, "raw/events/all_sessions.csv.gz": shared(path).read_bytes()},
        shop=UTC_SHOP,
    )
    frame = plain(path)
    milliseconds = pd.to_numeric(frame.time).fillna(0)
    frame["at"] = pd.to_datetime(frame.date, format="%Y%m%d") + pd.to_timedelta(milliseconds, unit="ms")
    frame = frame.sort_values(["visitId", "at"])
    frame["session"] = ((frame.visitId != frame.visitId.shift()) | (frame["at"].diff() >= GAP)).cumsum()
    kinds = frame.eCommerceAction_type
    bought, filled = (kinds.eq(code).groupby(frame.session).any() for code in ("6", "3"))
    views = kinds.isin(["0", "2", "5"]).groupby(frame.session).sum()
    depth = np.maximum(views, kinds.eq("1").groupby(frame.session).sum())
    shop = run.behaviour["shop"]
    assert (shop["sessions"], shop["anonymous_sessions"]) == (len(bought), len(bought))
    assert len(bought) >= frame.visitId.nunique() == 14_556
    assert (shop["conversion"], shop["buying_sessions"]) == (pytest.approx(bought.mean()), bought.sum())
    assert shop["cart_abandonment"] == pytest.approx(1 - bought[filled].mean())
    assert (shop["median_depth"], shop["mean_depth"]) == (depth.median(), pytest.approx(depth.mean()))
    assert run.customers.empty  # no visitor has an id, and the order is a guest's
    assert sum(row["customers"] for row in run.behaviour["behaviours"]) == 0


def test_online_shoppers_convert_as_published():
    """UCI's visits are ready-made sessions: 1,908 of 12,330 bought, 15.5 % (Sakar and Kastro 2018)."""
    with DuckEngine(UTC_SHOP) as engine:
        engine.run(
            "CREATE TABLE sessions AS SELECT NULL AS customer_id, ProductRelated AS views, "
            "Revenue AS purchases, 0 AS cart_adds, CASE WHEN Weekend = 1 THEN 6 ELSE 1 END AS weekday, "
            f"CAST(NULL AS INTEGER) AS hour FROM read_csv('{shared(SHOPPERS)}')"
        )
        depths = engine.rows(query("behaviour_depths"))
        figures = shop_figures(
            engine.row(query("behaviour_shop")),
            [(row["views"], row["sessions"]) for row in depths],
            engine.rows(query("behaviour_times")),
        )
    frame = pd.read_csv(shared(SHOPPERS))
    assert (figures["sessions"], figures["buying_sessions"]) == (12_330, 1_908)
    assert round(figures["conversion"], 3) == 0.155
    assert figures["median_depth"] == frame.ProductRelated.median() == 18
    assert figures["mean_depth"] == pytest.approx(frame.ProductRelated.mean())
    assert (figures["sessions_without_hour"], figures["cart_abandonment"]) == (12_330, None)
    weekend = {row["weekday"]: row["buying_sessions"] for row in figures["sessions_by_weekday"]}[6]
    assert weekend == frame[frame.Weekend == 1].Revenue.sum()


@pytest.fixture(scope="module")
def grocer(tmp_path_factory):
    """A grocer's year: one household in forty, with what is said of products and households."""
    folder = "dunnhumby-complete-journey"
    lines = plain(f"{folder}/transactions_801_households.csv.gz")
    lines = lines[lines.household_id.astype(int) % 40 == 5]
    products = plain(f"{folder}/products.csv.gz")
    products = products[products.product_id.isin(lines.product_id)]
    run = segmented(
        tmp_path_factory.mktemp("grocer"),
        {
            "raw/orders/a.csv": lines.to_csv(index=False),
            "raw/products/a.csv": products.to_csv(index=False),
            "raw/customers/a.csv": shared(f"{folder}/demographics.csv").read_bytes(),
        },
        shop=UTC_SHOP,
    )
    names = (products.department + " > " + products.product_category).str.strip(" >")
    lines["category"] = lines.product_id.map(dict(zip(products.product_id, names, strict=True)))
    lines["paid"] = lines.sales_value.astype(float)
    lines["at"] = pd.to_datetime(lines.transaction_timestamp, format="ISO8601")
    lines["day"] = lines["at"].dt.normalize()
    return run, lines


@pytest.mark.slow
def test_when_and_what_households_buy_agrees_with_pandas(grocer):
    run, lines = grocer
    sales = lines[lines.paid > 0].rename(columns={"household_id": "user"})
    chosen = {
        "buying_month": sales["at"].dt.month.astype(str),
        "buying_weekday": sales["at"].dt.isocalendar().day.astype(str),
        "buying_hour": sales["at"].dt.hour.astype(str),
        "buying_category": sales.category,
        "buying_channel": "store " + sales.store_id,
    }
    for name, values in chosen.items():
        counted = sales.assign(chosen=values).groupby(["user", "chosen"]).agg({"day": "nunique", "at": "max"})
        counted = counted.reset_index().sort_values(["day", "at", "chosen"], ascending=[False, False, True])
        expected = counted.groupby("user").chosen.first()
        found = run.customers[name].dropna().astype(str).str.removesuffix(".0")
        assert found.to_dict() == expected.to_dict(), name
    products = sales.groupby(["user", "day"]).product_id.nunique().groupby("user").mean()
    assert run.customers.products_per_occasion.dropna().to_dict() == pytest.approx(products.to_dict())
    assert run.customers.occasions.to_dict() == sales.groupby("user").day.nunique().to_dict()


def test_the_share_of_discounted_lines_agrees_with_pandas(grocer):
    run, lines = grocer
    sales = lines[lines.paid > 0]
    off = sales.retail_disc.astype(float) + sales.coupon_match_disc.astype(float)
    price = sales.paid + off
    expected = ((off > 0) & (off >= 0.01 * price)).groupby(sales.household_id).mean()
    # The price of a piece is rounded up to 0.0001, which is much where thousands of small pieces are sold.
    doubtful = (sales["quantity"].astype(float) * 0.0001 >= 0.01 * price).groupby(sales.household_id).mean()
    assert set(run.customers.index) == set(expected.index)
    assert ((run.customers.discount_affinity - expected).abs() <= doubtful + 1e-12).all()
    assert doubtful.min() == 0
    assert doubtful.max() < 0.06


def test_the_grocer_s_seasons_sum_to_its_orders_and_money(grocer):
    run, lines = grocer
    seasons = run.behaviour["seasonality"]
    sales = lines[lines.paid > 0]
    first = sales.groupby("basket_id")["at"].min()
    for unit, values in (("month", first.dt.month), ("hour", first.dt.hour)):
        found = {row[unit]: row["orders"] for row in seasons[f"by_{unit}"] if row["orders"]}
        assert found == values.value_counts().to_dict()
    assert sum(row["net_minor"] for row in seasons["by_weekday"]) == round(100 * lines.paid.sum())
    days = pd.date_range(lines.day.min(), lines.day.max())
    assert {row["weekday"]: row["days"] for row in seasons["by_weekday"]} == {
        day: (days.day_of_week + 1 == day).sum() for day in range(1, 8)
    }
    monday = seasons["by_weekday"][0]
    rate = (first.dt.day_of_week == 0).sum() / monday["days"]
    assert monday["index"] == pytest.approx(rate / (len(first) / len(days)))


def test_ages_of_households_slice_the_segments(grocer):
    run, lines = grocer
    with pinned_engine(Manifest.load(run.lake.store, "run"), run.lake, "customers") as engine:
        values = slice_customers(engine, "age")
        engine.table("members", "SELECT customer_id, 'all' AS segment_id, net_minor FROM orders")
        found = {values.get(row["slice"]): row["net_minor"] for row in engine.rows(query("behaviour_slices"))}
    ages = plain("dunnhumby-complete-journey/demographics.csv").set_index("household_id").age
    money = (100 * lines.paid.groupby(lines.household_id.map(ages)).sum()).round().astype(int)
    assert found == money.to_dict()
