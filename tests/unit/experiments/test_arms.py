"""What each arm shows, in how many round trips, and what its answers say of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

import serving_support as support
from lookup_support import ENTRY, MemoryReader, candidates, ids, letters, placed, session, shelf_of
from patronage.logic.experiments.assignment import bucket_of, place_in
from patronage.logic.experiments.running import Running
from patronage.logic.serve.packing import pack
from patronage.logic.serve.pointer import Entry
from patronage.logic.serve.recommendation_id import NO_VISITOR, read
from patronage.logic.serve.rights import Rights
from patronage.logic.serve.wanted import Own
from patronage.steps import experiments
from patronage.steps.lookup import new, recommend, recommend_many, similar
from patronage.stores.serving_reader import POINTER_SECONDS, ServingReader
from tests_support import NOW

ANN = Rights("ann", is_personal=True, sessions=(("user", "ann"),))
PLAIN = {"arm": "plain", "kind": "model"}


def experiment(*arms, experiment_id="first", **changes):
    listed = [{"weight": 1 / len(arms), **each} for each in arms]
    return {
        "experiment_id": experiment_id,
        "state": "running",
        "coverage": 1.0,
        "arms": listed,
        "segments": [],
        "namespace": None,
    } | changes


def both(**arm):
    """Give both arms the same, so that everybody has it."""
    return experiment({"arm": "a", **arm}, {"arm": "b", **arm})


def reader_of(*running, holdout=None, model=None, segments="", rules=None):
    shelf = shelf_of(letters("abcdefgh"), "abcd", segments=segments, rules=rules)
    entry = ENTRY if model is None else Entry.from_mapping(ENTRY.to_mapping() | {"model": model})
    kept = {"experiments": list(running), "holdout": holdout and {"share": holdout, "since": NOW.isoformat()}}
    reader = MemoryReader(shelf._replace(entry=entry, experiments=Running(kept)))
    reader.give("ann", "hg", filling="f", bought="e")
    return reader


def part(answer):
    return answer["experiment"] and (answer["experiment"]["experiment_id"], answer["experiment"]["arm"])


def somebody(wanted):
    """Return the first visitor of whom something holds."""
    return next(name for name in map(str, range(10_000)) if wanted(name))


# Kinds


def test_a_model_shows_recommendations_as_they_are():
    answer = recommend(reader_of(both(kind="model")), ANN, 3, now=NOW)
    assert placed(answer) == "h:u g:u f:p"
    assert part(answer) in {("first", "a"), ("first", "b")}
    assert "arm_fallback" not in answer


def test_nothing_personal_is_popular():
    reader = reader_of(both(kind="popular"))
    reader.sessions["user", "ann"] = session("a")
    answer = recommend(reader, ANN, 3, now=NOW)
    assert placed(answer) == "a:p b:p c:p"
    assert (answer["personal"], answer["user_id"], reader.trips) == (False, "ann", [])


def test_a_control_gets_an_empty_list_that_says_so_and_has_an_id():
    reader = reader_of(both(kind="none"))
    answer = recommend(reader, ANN, 3, now=NOW, placement="home")
    assert (answer["items"], answer["control"], reader.trips) == ([], True, [])
    assert "eligible" not in answer
    said = read(answer["recommendation_id"])
    assert (said.experiment_id, said.arm, said.placement) == ("first", part(answer)[1], "home")
    assert (said.model, said.rungs) == ("", "")


def test_rules_of_an_arm_replace_those_of_the_shop():
    arm = {"kind": "rules", "rules": {"pin": [{"product_id": "c", "position": 1}], "hide_bought": False}}
    reader = reader_of(both(**arm), rules={"never": {"product_ids": ["h"]}})
    answer = recommend(reader, ANN, 3, now=NOW)
    assert placed(answer) == "c:c h:u g:u"
    assert read(answer["recommendation_id"]).rungs == "nuu"
    assert placed(recommend(reader_of(rules={"never": {"product_ids": ["h"]}}), ANN, 2, now=NOW)) == "g:u f:p"


def test_rules_of_an_arm_are_worked_out_once(monkeypatch):
    reader = reader_of(both(kind="rules", rules={"bury": {"product_ids": ["h"]}}))
    shelf, arm = reader.live, reader.live.experiments.arm_of("ann")
    assert shelf.experiments.shelf_under(arm, shelf) is shelf.experiments.shelf_under(arm, shelf)
    other = shelf._replace(stock_as_of="2026-01-10T11:55:00+00:00")
    assert shelf.experiments.shelf_under(arm, other).stock_as_of == other.stock_as_of


def test_rules_of_an_arm_that_name_segments_read_them_at_once():
    pin = {"product_id": "c", "position": 1, "segments": ["champions"]}
    reader = reader_of(both(kind="rules", rules={"pin": [pin]}), segments="seg")
    reader.segments["ann"] = "champions"
    assert placed(recommend(reader, ANN, 2, now=NOW)) == "c:c h:u"
    assert [list(trip.customers) for trip in reader.trips] == [["ann"]]


# Variants


MODEL = {"name": "ease", "version": "run", "variants": "als,hybrid-66b1a81e"}
BLEND = {"kind": "hybrid", "weights": {"ease": 0.25, "als": 0.75}}


@pytest.mark.parametrize(
    ("arm", "variant"), [({"kind": "model", "model": "als"}, "als"), (BLEND, "hybrid-66b1a81e")]
)
def test_an_arm_with_lists_of_its_own_shows_them_in_one_trip(arm, variant):
    reader = reader_of(both(**arm), model=MODEL)
    reader.variants[variant, "ann"] = Own(candidates("deb"))
    answer = recommend(reader, ANN, 4, now=NOW)
    assert placed(answer) == "d:u b:u a:p c:p"  # e was bought, as the customer's own item says
    assert answer["model"] == {"name": variant, "version": "run"}
    assert read(answer["recommendation_id"]).model == variant
    assert len(reader.trips) == 1
    assert list(reader.trips[0].variants) == [(variant, "ann")]


def test_a_method_without_a_list_for_a_customer_falls_down_the_ladder():
    reader = reader_of(both(kind="model", model="als"), model=MODEL, segments="seg")
    reader.segments["ann"] = "champions"
    reader.lists["popular", "segment=champions"] = candidates("dc")
    assert placed(recommend(reader, ANN, 3, now=NOW)) == "d:s c:s a:p"


def test_lists_that_are_the_live_ones_need_no_others():
    reader = reader_of(both(kind="model", model="ease"), model=MODEL)
    answer = recommend(reader, ANN, 3, now=NOW)
    assert placed(answer) == "h:u g:u f:p"
    assert (answer["model"], list(reader.trips[0].variants)) == ({"name": "ease", "version": "run"}, [])
    assert "arm_fallback" not in answer


def test_lists_that_went_away_are_the_live_models_and_the_answer_says_so():
    answer = recommend(reader_of(both(kind="model", model="svd"), model=MODEL), ANN, 3, now=NOW)
    assert placed(answer) == "h:u g:u f:p"
    assert (answer["arm_fallback"], answer["model"]["name"]) == (True, "ease")
    assert read(answer["recommendation_id"]).model == "ease"


# Segments


def test_only_the_segments_that_are_named_take_part():
    reader = reader_of(both(kind="none") | {"segments": ["champions"]}, segments="seg")
    reader.segments["ann"] = "champions"
    assert recommend(reader, ANN, 3, now=NOW)["control"] is True
    assert [list(trip.customers) for trip in reader.trips] == [["ann"]]
    reader.segments["ann"] = "lost"
    answer = recommend(reader, ANN, 3, now=NOW)
    assert (placed(answer), answer["experiment"], answer["personal"]) == ("h:u g:u f:p", None, True)


def test_who_has_no_segment_takes_no_part():
    running = both(kind="none") | {"segments": ["champions"]}
    assert recommend(reader_of(running, segments="seg"), ANN, 1, now=NOW)["experiment"] is None
    assert recommend(reader_of(running), ANN, 1, now=NOW)["experiment"] is None
    visit = Rights(sessions=(("open", "s1"),))
    reader = reader_of(running, segments="seg")
    assert recommend(reader, visit, 1, now=NOW)["experiment"] is None
    assert not any(trip.customers for trip in reader.trips)


def test_an_arm_for_segments_with_lists_of_its_own_takes_one_trip():
    running = both(kind="model", model="als") | {"segments": ["champions"]}
    reader = reader_of(running, model=MODEL, segments="seg")
    reader.variants["als", "ann"] = Own(candidates("d"))
    for segment, first in [("champions", "d:u"), ("lost", "h:u")]:
        reader.segments["ann"] = segment
        reader.trips.clear()
        assert placed(recommend(reader, ANN, 1, now=NOW)) == first
        assert len(reader.trips) == 1


def test_a_popular_arm_for_segments_uses_nothing_of_the_visit():
    reader = reader_of(both(kind="popular") | {"segments": ["champions"]}, segments="seg")
    reader.segments["ann"] = "champions"
    reader.sessions["user", "ann"] = session("a", "b")
    reader.beside("a", "gh")
    answer = recommend(reader, ANN, 3, now=NOW)
    assert (placed(answer), answer["personal"]) == ("a:p b:p c:p", False)


def test_where_no_segment_can_be_read_nobody_takes_part():
    reader = reader_of(both(kind="none") | {"segments": ["champions"]}, segments="seg")
    reader.segments["ann"] = "champions"
    reader.trips_until_down = 0
    answer = recommend(reader, ANN, 2, now=NOW)
    assert (answer["degraded"], answer["experiment"], placed(answer)) == (True, None, "a:p b:p")


# Who takes part


def test_a_user_keeps_the_arm_and_an_anonymous_visit_its_own():
    reader = reader_of(experiment(PLAIN, {"arm": "none", "kind": "none"}))
    by_user = {part(recommend(reader, ANN, 1, now=NOW)) for _ in range(3)}
    assert len(by_user) == 1
    for name in map(str, range(20)):
        wanted = "plain" if bucket_of("first", name) < 0.5 else "none"
        for rights in (
            Rights(sessions=(("open", name),)),
            Rights(name, True),
            Rights(sessions=(("proved", name),)),
        ):
            assert part(recommend(reader, rights, 1, now=NOW)) == ("first", wanted)


def test_nobody_in_particular_takes_no_part():
    reader = reader_of(both(kind="none"), holdout=0.99)
    answer = recommend(reader, now=NOW)
    assert (answer["experiment"], len(answer["items"])) == (None, 8)
    unproved = recommend(reader, Rights("ann", is_personal=False), now=NOW)
    assert unproved["experiment"] is None
    ids = [read(each["recommendation_id"]) for each in (answer, unproved)]
    assert [each.experiment_id for each in ids] == [NO_VISITOR, NO_VISITOR]
    outside = recommend(reader_of(), Rights(sessions=(("open", "s"),)), now=NOW)
    assert read(outside["recommendation_id"]).experiment_id == "", "a visitor who is in nothing is still one"


def test_coverage_leaves_the_others_alone():
    reader = reader_of(both(kind="none") | {"coverage": 0.5})
    outside = somebody(lambda name: 0.25 <= bucket_of("first", name) < 0.5)
    inside = somebody(lambda name: bucket_of("first", name) < 0.25)
    assert recommend(reader, Rights(outside, True), 1, now=NOW)["experiment"] is None
    assert part(recommend(reader, Rights(inside, True), 1, now=NOW)) == ("first", "a")


def test_each_visitor_is_in_the_experiment_whose_range_holds_them():
    halves = [(0, 0.5, "low"), (0.5, 0.9, "high")]
    running = [
        both(kind="none") | {"experiment_id": name, "namespace": {"id": "pages", "range": [low, high]}}
        for low, high, name in halves
    ]
    reader = reader_of(*running)
    seen = set()
    for name in map(str, range(200)):
        place = place_in("pages", name)
        wanted = "low" if place < 0.5 else "high" if place < 0.9 else None
        answer = recommend(reader, Rights(name, True), 1, now=NOW)
        assert (part(answer) or [None])[0] == wanted
        seen.add(wanted)
    assert seen == {"low", "high", None}


def test_many_customers_have_their_own_arms():
    reader = reader_of(experiment(PLAIN, {"arm": "none", "kind": "none"}))
    names = [str(each) for each in range(10)]
    answers = recommend_many(reader, names, 1, now=NOW)["answers"]
    assert [part(each)[1] for each in answers] == [
        "plain" if bucket_of("first", each) < 0.5 else "none" for each in names
    ]
    assert [bool(each["items"]) for each in answers] == [part(each)[1] == "plain" for each in answers]


# The holdout


def test_the_holdout_goes_before_any_experiment_and_grows_around_its_members():
    small, large = (reader_of(both(kind="model"), holdout=share) for share in (0.1, 0.3))
    held = {"small": set(), "large": set()}
    for name in map(str, range(300)):
        for size, reader in (("small", small), ("large", large)):
            answer = recommend(reader, Rights(name, True), 1, now=NOW)
            if part(answer) == ("holdout", "holdout"):
                assert (answer["items"], answer["control"]) == ([], True)
                held[size].add(name)
            else:
                assert part(answer)[0] == "first"
    assert held["small"] < held["large"]
    assert len(held["large"]) / 300 == pytest.approx(0.3, abs=0.08)


def test_lists_that_are_about_no_person_are_the_same_for_everybody():
    reader = reader_of(both(kind="none"), holdout=0.99)
    for answer in (similar(reader, "a", 2, now=NOW), new(reader, 2, now=NOW)):
        assert (len(answer["items"]), answer["experiment"]) == (2, None)
        assert read(answer["recommendation_id"]).experiment_id == NO_VISITOR


# The serving table


def test_the_serving_table_gives_the_lists_of_an_arm_in_one_trip(store, table, client):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    entry = table.pointer()["recommendations"]
    model = entry.model | {"variants": "als"}
    live = Entry.from_mapping(entry.to_mapping() | {"model": model, "version": entry.version + 1})
    assert table.point("recommendations", live)
    table.put_all([{"pk": "user@als#run#ann", "packed": pack(candidates("e"))}])
    arms = [{"arm": name, "kind": "model", "weight": 0.5, "model": "als"} for name in "ab"]
    document = {"experiment_id": "first", "arms": arms, "start": True}
    experiments.create(document, store=store, table=table, now=NOW, by="me")
    reader = ServingReader(table)
    recommend(reader, ANN, 2, now=NOW)
    calls = support.Outage(client)
    answer = recommend(reader, ANN, 2, now=NOW)
    assert (placed(answer), answer["model"]["name"], calls.calls) == ("e:u f:p", "als", ["BatchGetItem"])
    experiments.stop("first", store=store, table=table, now=NOW)
    later = NOW + timedelta(seconds=POINTER_SECONDS)
    answer = recommend(reader, ANN, 1, now=later)
    assert (ids(answer), answer["experiment"], "variants" in answer["model"]) == ("a#b", None, False)
