"""What a signed-in user sees of recommendations: what the storefront gets, and nothing counted."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

import serving_support as support
from lookup_support import MemoryReader, candidates, letters, placed, shelf_of
from patronage import runtime
from patronage.errors import BadField
from patronage.logic.experiments.running import Running
from patronage.logic.serve.context import Context
from patronage.logic.serve.filters import Filters
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.packing import Candidate, pack
from patronage.logic.serve.wanted import Own
from patronage.steps import experiments, lookup
from patronage.steps.analytics import preview
from tests_support import NOW

ODD = ["bob/1", "café 50%", "50%25", "a+b & c?d#e", "../x", "日本", "=1+1", " led"]
PATH = "/api/v1/analytics/customers/{customer_id}/recommendations"
TWIN = "/api/v1/analytics/customers/recommendations"


@pytest.fixture
def reader():
    reader = MemoryReader(shelf_of(letters("abcdefgh"), "abcd"))
    reader.give("ann", "hg", filling="f", bought="e")
    return reader


def with_all_in(reader, **arm):
    """Give everybody the same arm."""
    arms = [{"arm": name, "weight": 0.5, **arm} for name in ("a", "b")]
    first = {"experiment_id": "first", "state": "running", "coverage": 1.0, "arms": arms}
    running = Running({"experiments": [first | {"segments": [], "namespace": None}], "holdout": None})
    model = {"name": "ease", "version": "run", "variants": "als"}
    reader.live = reader.live._replace(entry=replace(reader.live.entry, model=model), experiments=running)
    return reader


def without(answer, *names):
    return {name: value for name, value in answer.items() if name not in names}


# The step


def test_it_is_what_the_shop_s_server_gets_under_no_name_that_an_event_could_give(reader):
    answer = preview(reader, "ann", 3, now=NOW)
    (of_the_server,) = lookup.recommend_many(reader, ["ann"], 3, now=NOW)["answers"]
    assert placed(answer) == "h:u g:u f:p"
    beside = {"is_preview": True, "has_own_list": True}
    assert answer == without(of_the_server, "recommendation_id") | beside


def test_visit_filters_and_the_shop_s_setting_count_as_at_the_storefront(reader):
    reader.lists["popular", "country=Japan"] = candidates("c")
    asked = {"context": Context(country="Japan"), "filters": Filters(exclude=frozenset("h"))}
    answer = preview(reader, "ann", 8, now=NOW, **asked)
    assert placed(answer) == "g:u c:c f:p a:p b:p d:p"  # e was bought
    answer = preview(reader, "ann", 8, now=NOW, recommend_bought=True, **asked)
    assert placed(answer) == "g:u c:c f:p a:p b:p d:p e:c"
    with pytest.raises(BadField, match="k=51 must lie between 1 and 50"):
        preview(reader, "ann", 51, now=NOW)


def test_who_is_unknown_gets_what_is_popular_and_the_answer_says_that_no_list_is_kept(reader):
    answer = preview(reader, "nobody", 3, now=NOW)
    assert placed(answer) == "a:p b:p c:p"
    assert (answer["user_id"], answer["personal"], answer["has_own_list"]) == ("nobody", True, False)


def test_who_bought_all_that_was_found_for_them_has_no_list(reader):
    reader.users["ann"] = Own((), reader.users["ann"].bought)
    assert preview(reader, "ann", now=NOW)["has_own_list"] is False


def test_a_list_is_kept_also_where_nothing_of_it_may_be_shown(reader):
    answer = preview(reader, "ann", 2, now=NOW, filters=Filters(exclude=frozenset("gh")))
    assert (placed(answer), answer["has_own_list"]) == ("f:p a:p", True)


def test_a_guest_gets_what_a_stranger_gets(reader):
    answer = preview(reader, k=3, now=NOW)
    beside = {"is_preview": True, "has_own_list": None}
    assert answer == without(lookup.recommend(reader, k=3, now=NOW), "recommendation_id") | beside
    assert (answer["user_id"], answer["personal"], reader.trips) == (None, False, [])


def test_a_control_is_empty_and_says_so_as_at_the_storefront(reader):
    answer = preview(with_all_in(reader, kind="none"), "ann", 3, now=NOW)
    assert (answer["items"], answer["control"], answer["experiment"]["experiment_id"]) == ([], True, "first")
    assert answer["has_own_list"] is True


def test_the_lists_of_an_arm_s_model_are_lists_too(reader):
    reader.variants["als", "new"] = Own(candidates("d"))
    answer = preview(with_all_in(reader, kind="model", model="als"), "new", 2, now=NOW)
    assert (placed(answer), answer["model"]["name"]) == ("d:u a:p", "als")
    assert answer["has_own_list"] is True


def test_while_the_table_is_down_the_answer_comes_from_memory_and_knows_no_more(reader):
    reader.is_down = True
    answer = preview(reader, "ann", 2, now=NOW)
    assert (placed(answer), answer["degraded"]) == ("a:p b:p", True)
    assert answer["has_own_list"] is None


def test_an_answer_stays_whole_where_only_what_is_said_beside_it_cannot_be_read(reader, monkeypatch):
    answered = lookup.recommend

    def then_down(*given, **options):
        answer = answered(*given, **options)
        reader.is_down = True
        return answer

    monkeypatch.setattr(lookup, "recommend", then_down)
    answer = preview(reader, "nobody", 2, now=NOW)
    assert (placed(answer), answer["has_own_list"]) == ("a:p b:p", None)


# The route


@pytest.fixture
def api(client):
    return support.fresh_function("api")


def ask(by="aws", customer_id=None, groups="viewer", **query):
    """Ask as the dashboard does, of a customer in the path where `by` names a cloud, else in the query."""
    in_path = customer_id if by == "ministack" else quote(customer_id or "", safe="")
    if by == "query":
        changes = {"resource": TWIN, "pathParameters": None}
        query |= {"customer_id": customer_id} if customer_id is not None else {}
    else:
        changes = {"resource": PATH, "pathParameters": {"customer_id": in_path}}
    cloud = "ministack" if by == "ministack" else "aws"
    event = support.event(f"{cloud}-rest-segments", queryStringParameters=query or None, **changes)
    event["requestContext"]["authorizer"] = {"claims": {"cognito:groups": groups, "sub": "s", "email": "v@x"}}
    return event


def body(answer):
    assert answer["statusCode"] == 200, answer["body"]
    return without(json.loads(answer["body"]), "age_seconds")


def give_list(table, customer_id):
    """Publish a list of the product d for a customer."""
    packed = pack([Candidate("d", 1.0, None, 0.0, 1)])
    table.put_all([{"pk": item_key("user", "run", customer_id), "packed": packed}])


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("customer_id", ODD)
def test_an_id_comes_whole_by_each_way_of_each_cloud(table, monkeypatch, customer_id):
    give_list(table, customer_id)
    on_aws = support.fresh_function("api")
    answers = [body(on_aws(ask(by, customer_id, k="2"))) for by in ("aws", "query")]
    monkeypatch.setenv("PATRONAGE_PATH_PARAMETERS", "decoded")
    local = support.fresh_function("api")
    answers += [body(local(ask(by, customer_id, k="2"))) for by in ("ministack", "query")]
    assert answers[0]["user_id"] == customer_id
    assert (answers[0]["items"][0]["product_id"], answers[0]["has_own_list"]) == ("d", True)
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("customer_id", ["ann", "eve", "nobody", None])
@pytest.mark.parametrize(
    "query", [{}, {"country": "Japan"}, {"min_price": "2.50", "exclude": "a#b", "k": "3"}]
)
def test_it_answers_as_the_lookup_function_answers_the_shop_s_server(api, customer_id, query):
    lookups = support.fresh_function("lookup")
    named = {"user_id": customer_id} if customer_id else {}
    event = support.event(
        "ministack-rest-recommendations-by-query", queryStringParameters=(query | named) or None
    )
    of_the_server = without(body(lookups(event)), "recommendation_id")
    seen = body(api(ask("query", customer_id, **query)))
    assert of_the_server["items"]
    assert without(seen, "is_preview", "has_own_list") == of_the_server
    assert seen["has_own_list"] == {"ann": True, "eve": False, "nobody": False, None: None}[customer_id]


@pytest.mark.usefixtures("published")
def test_the_holdout_is_empty_here_too(api, store, table):
    experiments.hold_out({"share": 1.0}, store=store, table=table, now=NOW, by="an admin")
    seen = body(api(ask("aws", "ann")))
    assert (seen["items"], seen["control"], seen["user_id"]) == ([], True, "ann")
    assert seen["has_own_list"] is True
    assert "control" not in body(api(ask("query"))), "a guest without a visit is held out of nothing"


@pytest.mark.usefixtures("published")
def test_nothing_is_written_and_nothing_counted(api, capsys):
    outage = support.Outage(runtime.impatient_dynamodb())
    body(api(ask("aws", "ann")))
    assert set(outage.calls) == {"BatchGetItem"}, "all that the function's role needs"
    assert "_aws" not in capsys.readouterr().out, "a line of the embedded metric format counts a lookup"


@pytest.mark.usefixtures("published")
def test_an_equal_answer_is_not_sent_again_and_no_cache_shares_it(api):
    first = api(ask("aws", "ann"))
    assert first["headers"]["Cache-Control"] == "private, no-cache"
    again = ask("aws", "ann")
    again["headers"] = again["headers"] | {"If-None-Match": first["headers"]["ETag"]}
    assert api(again)["statusCode"] == 304


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("event", "status", "said"),
    [
        (ask("aws", "ann", groups="admin"), 200, None),
        (ask("aws", "ann", groups=""), 403, None),
        (ask("aws", "ann", groups="buyer"), 403, None),
        (ask("aws", "ann") | {"requestContext": {}}, 401, None),
        (ask("aws", "ann", k="0"), 400, "k"),
        (ask("aws", "ann", session_id="s1"), 400, "session_id"),
        (ask("aws", "ann", placement="home"), 400, "placement"),
        (ask("aws", "ann", customer_id_="ann"), 400, "customer_id_"),
        (ask("query", ""), 400, "customer_id"),
        (ask("aws", ""), 400, "customer_id"),
    ],
)
def test_who_may_ask_and_what(api, event, status, said):
    answer = api(event)
    assert answer["statusCode"] == status
    assert json.loads(answer["body"]).get("field") == said


def test_before_the_first_run_the_answer_says_so(api):
    answer = api(ask("aws", "ann"))
    assert (answer["statusCode"], json.loads(answer["body"])["title"]) == (503, "No generation yet")
