"""What is simulated from orders: marked, within the orders' time, true to them, and ready to be ingested."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from math import sqrt

import pytest

from patronage.errors import BadInput
from patronage.logic.experiments.assignment import bucket_of
from patronage.logic.experiments.definition import read_experiment
from patronage.logic.experiments.document import COPY, HOLDOUT
from patronage.logic.experiments.running import Running
from patronage.logic.serve.recommendation_id import RUNGS, RecommendationId, read
from patronage.logic.simulated import Simulation as Parameters
from patronage.logic.simulated.experiment import EXPERIMENT_ID
from patronage.logic.tables import EVENT_TYPES, EVENTS
from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.experiment_tables import experiment_tables
from patronage.steps.pin import pin
from patronage.steps.simulate import simulate
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json

HEADER = "order_id,customer_id,product_id,description,quantity,unit_price,ordered_at\n"
HOURS = 3_600


def test_every_event_is_marked_and_all_kinds_are_there(simulation):
    db = simulation.opened()
    columns = [name for name, *_ in db.execute("DESCRIBE events").fetchall()]
    assert set(columns) < {column.name for column in EVENTS.columns}
    assert not {"device", "unit_price"} & set(columns)
    assert db.execute("SELECT COUNT(*) FROM events WHERE is_simulated IS NOT TRUE").fetchall() == [(0,)]
    counts = dict(db.execute("SELECT event_type, COUNT(*) FROM events GROUP BY 1").fetchall())
    assert set(counts) == set(EVENT_TYPES)
    assert counts == simulation.simulated.told.events
    assert sum(counts.values()) == simulation.simulated.rows["events"]


SINCE = "(SELECT MAX(ordered_at) - INTERVAL 121 DAY FROM orders WHERE kind = 'sale')"


@pytest.mark.parametrize(
    "contradiction",
    [
        f"SELECT * FROM events WHERE occurred_at < {SINCE}",
        "SELECT * FROM events WHERE occurred_at > (SELECT MAX(ordered_at) FROM orders WHERE kind = 'sale')",
        "SELECT event_id FROM events GROUP BY 1 HAVING COUNT(*) > 1",
        "SELECT * FROM events WHERE session_id IS NULL",
        # A visit has one channel, and one customer at most.
        "SELECT session_id FROM events GROUP BY 1"
        " HAVING COUNT(DISTINCT channel) <> 1 OR COUNT(DISTINCT customer_id) > 1",
        # A purchase is that of an order, at its instant, by its customer, once.
        "SELECT * FROM events WHERE (event_type = 'purchase') <> (order_id IS NOT NULL)",
        "SELECT order_id FROM events WHERE event_type = 'purchase' GROUP BY 1 HAVING COUNT(*) > 1",
        "SELECT * FROM events AS e ANTI JOIN orders AS o ON o.order_id = e.order_id AND o.kind = 'sale'"
        " AND o.ordered_at = e.occurred_at AND o.customer_id IS NOT DISTINCT FROM e.customer_id"
        " WHERE e.event_type = 'purchase'",
        # It comes last in its visit, after a view and a basket of something that it holds.
        "SELECT * FROM events AS p JOIN events AS e USING (session_id) WHERE p.event_type = 'purchase'"
        " AND e.event_id <> p.event_id"
        " AND (e.occurred_at, e.event_id) >= (p.occurred_at, p.event_id)",
        *(
            "SELECT * FROM events AS p ANTI JOIN ("
            "SELECT session_id, o.order_id FROM events AS e JOIN orders AS o USING (product_id)"
            f" WHERE e.event_type = '{kind}') AS seen"
            " ON (seen.session_id, seen.order_id) = (p.session_id, p.order_id)"
            " WHERE p.event_type = 'purchase'"
            for kind in ("view", "cart_add")
        ),
        # Visits are no longer than half an hour.
        "SELECT session_id FROM events GROUP BY 1"
        " HAVING MAX(occurred_at) - MIN(occurred_at) > INTERVAL 30 MINUTE",
        # What is carted, clicked or taken out was seen before.
        *(
            f"SELECT * FROM events AS e ANTI JOIN events AS b ON b.session_id = e.session_id AND {same}"
            f" AND b.event_type = '{before}' AND (b.occurred_at, b.event_id) < (e.occurred_at, e.event_id)"
            f" WHERE e.event_type = '{after}'"
            for before, after, same in (
                ("cart_add", "cart_remove", "b.product_id = e.product_id"),
                ("view", "cart_add", "b.product_id = e.product_id"),
                (
                    "impression",
                    "click",
                    "b.product_id = e.product_id AND b.position = e.position"
                    " AND b.recommendation_id = e.recommendation_id",
                ),
            )
        ),
        # Nothing of the order itself is taken out again.
        "SELECT * FROM events AS p JOIN events AS r USING (session_id) JOIN orders AS o"
        " ON o.order_id = p.order_id AND o.product_id = r.product_id"
        " WHERE p.event_type = 'purchase' AND r.event_type = 'cart_remove'",
        # Events name products that are sold; what is shown was sold before.
        "SELECT * FROM events ANTI JOIN products USING (product_id) WHERE product_id IS NOT NULL",
        "SELECT * FROM events AS e ANTI JOIN orders AS o ON o.product_id = e.product_id AND o.kind = 'sale'"
        " AND o.ordered_at < e.occurred_at WHERE e.event_type = 'impression' AND e.product_id IS NOT NULL",
        # A search has words and no product, and nothing else has words.
        "SELECT * FROM events WHERE (event_type = 'search') <> (query IS NOT NULL)",
        "SELECT * FROM events WHERE event_type = 'search' AND product_id IS NOT NULL",
        # Answers of recommendations: places from 1 on, each product once, in one visit.
        "SELECT * FROM events WHERE event_type IN ('impression', 'click') AND recommendation_id IS NULL",
        "SELECT recommendation_id FROM events WHERE event_type = 'impression' AND product_id IS NOT NULL"
        " GROUP BY 1 HAVING MAX(position) <> COUNT(*) OR COUNT(DISTINCT product_id) <> COUNT(*)"
        " OR COUNT(DISTINCT session_id) > 1",
        # The catalogue holds each product that was sold, and no fee.
        "SELECT product_id FROM orders WHERE kind = 'sale' EXCEPT SELECT product_id FROM products",
        "SELECT product_id FROM products GROUP BY 1 HAVING COUNT(*) > 1",
        "SELECT * FROM products WHERE title IS NULL",
        "SELECT * FROM products WHERE (category IS NULL) <> (attributes IS NULL)",
    ],
)  # fmt: skip
def test_the_events_agree_with_the_orders(simulation, contradiction):
    assert simulation.opened().execute(contradiction).fetchmany(3) == []


def test_each_paid_order_of_the_days_has_a_visit_that_names_its_customer(simulation):
    db = simulation.opened()
    paid = db.execute(
        "SELECT COUNT(DISTINCT order_id) FROM paid WHERE ordered_at >= ("
        "SELECT DATE_TRUNC('hour', MAX(ordered_at) - INTERVAL 120 DAY) + INTERVAL 1 HOUR FROM paid)"
    ).fetchone()
    told = simulation.simulated.told
    assert (told.order_visits,) == paid == (told.events["purchase"],)
    assert told.orders_skipped == 0
    guests, anonymous, named = db.execute(
        "SELECT COUNT(*) FILTER (p.customer_id IS NULL), "
        "COUNT(*) FILTER (p.customer_id IS NOT NULL AND n = 1), COUNT(*) FILTER (n > 1) "
        "FROM events AS p JOIN (SELECT session_id, COUNT(customer_id) AS n FROM events GROUP BY 1) "
        "USING (session_id) WHERE p.event_type = 'purchase'"
    ).fetchone()
    assert guests > 0
    share = named / (named + anonymous)
    assert abs(share - 0.7) < 4 * sqrt(0.7 * 0.3 / (named + anonymous))


def test_the_orders_are_as_they_were_and_the_same_gives_the_same_bytes(simulation):
    before = simulation.files("lake")
    again = simulation.simulate("again")
    assert simulation.files("lake") == before
    assert simulation.files("again") == simulation.files()
    assert (again.rows, again.told) == (simulation.simulated.rows, simulation.simulated.told)
    for options in ({"seed": 8}, {"days": 60}):
        simulation.simulate("other", **options)
        other = simulation.files("other")
        assert other["events.parquet"] != simulation.files()["events.parquet"]
        assert other["products.parquet"] == simulation.files()["products.parquet"]


def visitor(event):
    return event["customer_id"] or event["session_id"]


def shown(simulation):
    """Return each impression with what its id says."""
    rows = simulation.opened().execute(
        "SELECT customer_id, session_id, product_id, occurred_at, placement, position, recommendation_id "
        "FROM events WHERE event_type = 'impression'"
    )
    names = [each[0] for each in rows.description]
    events = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return [(event, read(event["recommendation_id"])) for event in events]


def running(simulation):
    simulated = simulation.simulated
    experiment = {**simulated.experiment, "state": "running"}
    return Running({"experiments": [experiment], "holdout": {"share": simulated.holdout_share}})


def test_each_visitor_is_shown_the_arm_that_the_assignment_gives(simulation):
    arm_of, started_at = running(simulation).arm_of, simulation.simulated.started_at
    seen = Counter()
    for event, said in shown(simulation):
        arm = arm_of(visitor(event))
        assert said.placement == event["placement"]
        if bucket_of(HOLDOUT, visitor(event)) < 0.05:
            assert (said.experiment_id, said.arm, said.model, said.rungs) == (HOLDOUT, HOLDOUT, "", "")
            assert (event["product_id"], event["position"]) == (None, None)
        elif said.experiment_id:
            assert event["occurred_at"] >= started_at
            assert (said.experiment_id, said.arm) == (arm.experiment_id, arm.arm)
            assert said.model == f"simulated-{arm.arm}"
        else:
            assert (said.arm, said.model) == ("", "simulated-popular")
        if event["position"]:
            assert said.rung_at(event["position"]) in RUNGS.values()
        seen[said.arm] += 1
    assert set(seen) == {"", "personal", "popular", HOLDOUT}


def test_the_ids_say_that_they_are_simulated(simulation):
    for event, said in shown(simulation):
        assert isinstance(said, RecommendationId)
        assert said.generation == "simulated"
        assert event["session_id"].startswith("simulated-")


def test_popular_answers_come_from_the_popular_rung_and_ladders_go_down(simulation):
    rungs = {(said.arm, said.rungs) for _, said in shown(simulation)}
    assert all(set(letters) == {"p"} for arm, letters in rungs if arm in {"", "popular"})
    of_personal = {letters for arm, letters in rungs if arm == "personal"}
    assert {"u", "v", "p"} == set("".join(of_personal))
    assert all("".join(sorted(letters, key="uvp".index)) == letters for letters in of_personal)


def test_an_answer_holds_what_the_order_will_hold_with_the_stated_chance(simulation):
    """Beside a product, of orders of two products or more that had all been sold before: there it can."""
    found = (
        simulation.opened()
        .execute(
            "WITH lines AS (SELECT DISTINCT order_id, product_id FROM paid),"
            " firsts AS (SELECT product_id, MIN(ordered_at) AS since FROM paid GROUP BY 1),"
            " able AS (SELECT session_id, order_id FROM events JOIN lines USING (order_id) JOIN firsts"
            " ON firsts.product_id = lines.product_id GROUP BY 1, 2"
            " HAVING COUNT(*) > 1 AND MAX(since) < MIN(occurred_at) - INTERVAL 1 HOUR),"
            " answers AS (SELECT recommendation_id, BOOL_OR(lines.product_id IS NOT NULL) AS hit"
            " FROM events AS e JOIN able USING (session_id) LEFT JOIN lines"
            " ON lines.order_id = able.order_id AND lines.product_id = e.product_id"
            " WHERE e.event_type = 'impression' AND e.placement = 'product' AND e.product_id IS NOT NULL"
            " GROUP BY 1)"
            " SELECT SPLIT_PART(recommendation_id, '~', 2), COUNT(*), AVG(CAST(hit AS INTEGER))"
            " FROM answers GROUP BY 1"
        )
        .fetchall()
    )
    parameters = Parameters()
    chances = {"simulated-personal": parameters.personal_hit, "simulated-popular": parameters.popular_hit}
    assert {name for name, *_ in found} == set(chances)
    for name, count, share in found:
        chance = chances[name]
        assert count > 100
        assert abs(share - chance) < 4 * sqrt(chance * (1 - chance) / count)


def test_personal_answers_are_clicked_more(simulation):
    found = simulation.opened().execute(
        "SELECT SPLIT_PART(recommendation_id, '~', 5) AS arm, COUNT(*) FILTER (event_type = 'click'),"
        " COUNT(*) FILTER (event_type = 'impression') FROM events"
        " WHERE recommendation_id IS NOT NULL GROUP BY 1"
    )
    rates = {arm: clicks / impressions for arm, clicks, impressions in found.fetchall()}
    assert rates["personal"] > 1.2 * rates["popular"]
    assert rates[HOLDOUT] == 0


def test_the_definition_is_one_that_can_be_started(simulation):
    document = json.loads((simulation.visits / "experiment.json").read_text())
    simulated = simulation.simulated
    assert read_experiment(document["experiment"]) == document["experiment"] == simulated.experiment
    assert "SIMULATED" in simulated.experiment["hypothesis"]
    assert datetime.fromisoformat(document["started_at"]) == simulated.started_at
    assert document["holdout"] == {"share": 0.05, "since": simulated.holdout_since.isoformat()}
    assert (simulated.started_at - simulated.holdout_since).days == 7
    assert simulated.holdout_since == simulated.told.begins


@pytest.fixture(scope="module")
def ingested(simulation, tmp_path_factory):
    """Take the shop's orders and what was simulated into another lake, as an analyst would."""
    root = tmp_path_factory.mktemp("ingested")
    other = type(simulation)(root, simulation.shop, simulation.simulated)
    reports = {"orders": other.take_in(simulation.orders, "orders")}
    for name in ("events", "products"):
        reports[name] = other.take_in(simulation.visits / f"{name}.parquet", name)
    return other, reports


def test_ingest_keeps_every_row(ingested, simulation):
    other, reports = ingested
    for name, rows in simulation.simulated.rows.items():
        report = reports[name]
        assert (report["table"], report["state"], report["refused"], report["kept"]) == (
            name,
            "done",
            0,
            rows,
        )
    held = other.lake.snapshot("events").select("SELECT COUNT(*) AS n FROM snapshot WHERE is_simulated")
    assert sum(batch["n"][0].as_py() for batch in held) == simulation.simulated.rows["events"]


def test_the_analysis_finds_nobody_in_a_wrong_arm(ingested, simulation):
    lake, simulated = ingested[0].lake, simulation.simulated
    experiment = {**simulated.experiment, "state": "running", "started_at": simulated.started_at.isoformat()}
    holdout = {"share": simulated.holdout_share, "since": simulated.holdout_since.isoformat()}
    write_json(lake.store, COPY, {"experiments": [experiment], "holdout": holdout})
    pin("run", "monitoring", lake, simulation.shop, now=datetime(2026, 1, 10, tzinfo=UTC), monitor={})
    assert Manifest.load(lake.store, "run").as_of > simulated.told.ends
    assert experiment_tables("run", lake) == {"experiments": 2, "audiences": 0}
    for name in (EXPERIMENT_ID, HOLDOUT):
        told = read_json(lake.store, f"runs/run/monitor/experiment-{name}.json")
        assert (told["crossovers"], told["unexpected"], told["fell_back"]) == (0, 0, 0)
        assert told["units"] > 500


def test_csv_holds_the_same_and_is_taken_in_too(simulation, tmp_path):
    made = type(simulation)(tmp_path, simulation.shop)
    simulated = simulate(simulation.lake, simulation.shop, tmp_path / "visits", file_format="csv")
    assert {path.name for path in (tmp_path / "visits").iterdir()} == {
        "events.csv", "products.csv", "experiment.json", "README.md",
    }  # fmt: skip
    db = simulation.opened()
    types = dict(db.execute("SELECT column_name, column_type FROM (DESCRIBE events)").fetchall())
    form = "timestampformat = '%Y-%m-%dT%H:%M:%S.%fZ'"
    text = f"read_csv('{tmp_path}/visits/events.csv', types = {types}, {form})"
    for one, two in (("events", text), (text, "events")):
        assert db.execute(f"FROM {one} EXCEPT ALL FROM {two}").fetchall() == []
    for name in ("events", "products"):
        report = made.take_in(simulated.files[name], name)
        assert (report["refused"], report["kept"]) == (0, simulated.rows[name])


def test_the_readme_tells_span_counts_and_every_parameter(simulation):
    text, told = (simulation.visits / "README.md").read_text(), simulation.simulated.told
    for name, _, meaning in Parameters().meanings():
        assert f"| `{name}` |" in text
        assert meaning in text
    assert "| `seed` | 7 |" in text
    assert f"| impression | {told.events['impression']:,} |" in text
    assert told.begins.isoformat() in text
    assert f"{told.visits:,} visits" in text
    assert "none on orders or revenue" in text
    assert "{" not in text.split("## Parameters")[0]


class TestSmallShops:
    def test_one_order_has_one_visit(self, small):
        made = small(HEADER + "o1,c1,p1,RED MUG,2,5.00,2025-06-01T12:00:00\n")
        db = made.opened()
        events = db.execute(
            "SELECT event_type, product_id, order_id, customer_id FROM events ORDER BY event_id"
        )
        found = events.fetchall()
        assert found[-1] == ("purchase", None, "o1", "c1")
        assert [event for event in found if event[0] in {"view", "cart_add"}] == [
            ("view", "p1", None, found[0][3]),
            ("cart_add", "p1", None, found[0][3]),
        ]
        assert {kind for kind, *_ in found} <= {"search", "view", "cart_add", "purchase"}
        assert db.execute("SELECT product_id, title, category FROM products").fetchall() == [
            ("p1", "RED MUG", "Mugs & cups")
        ]
        assert made.simulated.started_at == made.simulated.holdout_since

    def test_guests_stay_unnamed_and_their_purchase_names_the_order(self, small):
        lines = "".join(
            f"o{number},,p{number % 4},THING,1,5.00,2025-06-{number % 28 + 1:02}T12:{number % 60:02}:00\n"
            for number in range(80)
        )
        made = small(HEADER + lines)
        db = made.opened()
        assert db.execute("SELECT COUNT(customer_id), COUNT(DISTINCT order_id) FROM events").fetchall() == [
            (0, 80)
        ]
        assert made.simulated.told.events["impression"] > 0

    def test_ids_pass_byte_for_byte(self, small):
        ids = ["007", "a,b", 'say ""hi""', "~x~", "é/%2F", "it's"]
        lines = "".join(
            f'"{one}","{one}","{two}",,1,5.00,2025-06-1{day}T12:00:00\n'
            for day, (one, two) in enumerate(zip(ids, reversed(ids), strict=True), start=1)
        )
        made = small(HEADER + lines)
        wanted = {each.replace('""', '"') for each in ids}
        db = made.opened()
        for column in ("order_id", "customer_id"):
            held = db.execute(
                f"SELECT DISTINCT {column} FROM events WHERE event_type = 'purchase'"
            ).fetchall()
            kept = {value for (value,) in held}
            assert kept == wanted
        assert {each for (each,) in db.execute("SELECT product_id FROM products").fetchall()} == wanted
        assert db.execute("SELECT COUNT(title), COUNT(category) FROM products").fetchall() == [(0, 0)]
        assert "search" not in {
            event_type for (event_type,) in db.execute("SELECT event_type FROM events").fetchall()
        }
        assert made.simulated.told.category_share == 0

    def test_an_order_of_a_day_has_its_visit_before_that_midnight(self, small):
        made = small(HEADER + "o1,c1,p1,RED MUG,2,5.00,2025-06-01\n")
        times = [each for (each,) in made.opened().execute("SELECT occurred_at FROM events").fetchall()]
        assert max(times) == datetime(2025, 5, 31, 22, tzinfo=UTC)  # midnight in Berlin
        assert (max(times) - min(times)).total_seconds() < HOURS

    def test_what_nobody_paid_for_is_nothing_to_simulate_from(self, small):
        with pytest.raises(BadInput, match="no order of the lake was paid for"):
            small(HEADER + "o1,c1,p1,RED MUG,2,0.00,2025-06-01T12:00:00\n")


def test_the_commonest_description_of_paid_lines_is_the_title(small):
    lines = ["damaged?,0.00"] * 3 + ["BLUE JUMBO BAG ,2.00"] * 2 + ["blue bag,2.00", ",2.00"]
    made = small(
        HEADER
        + "".join(
            f"o{number},c1,p1,{text.split(',')[0]},1,{text.split(',')[1]},2025-06-01T12:0{number}:00\n"
            for number, text in enumerate(lines)
        )
    )
    assert made.opened().execute("FROM products").fetchall() == [
        ("p1", "BLUE JUMBO BAG", "Bags", '{"category": "derived from the title"}')
    ]


class TestRefusals:
    @pytest.mark.parametrize("options", [{"seed": -1}, {"days": 0}, {"days": 4_000}])
    def test_senseless_numbers(self, simulation, options):
        (name,) = options
        with pytest.raises(BadInput, match=f"{name}="):
            simulation.simulate("never", **options)
        assert not (simulation.root / "never").exists()

    def test_an_unknown_format(self, simulation):
        with pytest.raises(BadInput, match="parquet, csv"):
            simulation.simulate("never", file_format="xlsx")

    def test_a_lake_without_orders(self, tmp_path):
        with pytest.raises(BadInput, match="no order line yet"):
            simulate(Lake(FolderStore(tmp_path / "lake")), Shop(), tmp_path / "out")

    def test_a_folder_that_holds_something_else(self, simulation, tmp_path):
        (tmp_path / "events.parquet").write_text("precious")
        with pytest.raises(BadInput, match="holds no simulation"):
            simulate(simulation.lake, simulation.shop, tmp_path)
        with pytest.raises(BadInput, match="is a file"):
            simulate(simulation.lake, simulation.shop, tmp_path / "events.parquet")
        assert (tmp_path / "events.parquet").read_text() == "precious"

    def test_an_earlier_simulation_is_replaced_and_other_files_stay(self, simulation, tmp_path):
        folder = tmp_path / "visits"
        simulate(simulation.lake, simulation.shop, folder, days=5)
        (folder / "notes.txt").write_text("mine")
        simulate(simulation.lake, simulation.shop, folder, days=5, file_format="csv")
        assert {path.name for path in folder.iterdir()} == {
            "events.csv", "products.csv", "experiment.json", "README.md", "notes.txt",
        }  # fmt: skip
