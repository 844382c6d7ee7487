"""The functions behind the API: each AWS call of each route is refused, left without answer, or kills."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from chaos_support import Fault

if TYPE_CHECKING:
    from chaos_shop_support import Shop
    from patronage.cloud import Answer

pytestmark = pytest.mark.local_cloud


class Route(NamedTuple):
    """One route as somebody asks for it, and the function that answers."""

    function: str
    method: str
    path: str
    body: Any = None


VIEW = {"event_type": "view", "event_id": "seen", "product_id": "A-p0", "session_id": "visit"}
ROUTES = {
    "recommendations": Route("Lookup", "GET", "/recommendations/A0?k=5"),
    "recommendations of a visit": Route("Lookup", "GET", "/recommendations?session_id=visit&k=5"),
    "many at once": Route("Lookup", "POST", "/recommendations/batch", {"user_ids": ["A0", "B1"], "k": 3}),
    "similar": Route("Lookup", "GET", "/products/A-p0/similar?k=5"),
    "events": Route("Collect", "POST", "/events", VIEW),
    "segments": Route("Api", "GET", "/segments"),
    "customers of a segment": Route("Api", "GET", "/segments/need_attention/customers"),
    "a customer's segment": Route("Api", "POST", "/customers/A0/segment", {}),
    "a journey": Route("Api", "GET", "/analytics/customers/A0/journey"),
    "sales": Route("Api", "GET", "/analytics/sales"),
    "cohorts": Route("Api", "GET", "/analytics/cohorts"),
    "metrics": Route("Api", "GET", "/analytics/recommendations/metrics"),
    "experiments": Route("Api", "GET", "/experiments"),
}
KINDS = {
    "throttled": "each call throttled",
    "failed": "each call failed",
    "denied": "each call refused",
    "hang": "no call answered",
    "kill_before": "killed at its first call",
}
OF_A_REQUEST = {"age_seconds", "recommendation_id", "request_id"}
WHOLE, BUSY = {200, 202}, {429, 500, 502, 503, 504}
SHORT = {("recommendations", "throttled"), ("events", "failed"), ("segments", "throttled")}


def ask(shop: Shop, route: Route) -> Answer:
    api = shop.api
    headers = {"x-api-key": api.key} if route.function != "Api" else {"Authorization": api.token}
    return api.ask(route.method, f"/api/v1{route.path}", headers=headers, body=route.body)


def same(value: Any) -> Any:
    """Return what was answered without what each request has of its own."""
    if isinstance(value, dict):
        return {name: same(each) for name, each in value.items() if name not in OF_A_REQUEST}
    return [same(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=() if (name, kind) in SHORT else pytest.mark.slow)
        for name in ROUTES
        for kind in KINDS
    ],
)
def test_a_route_answers_with_words_and_is_well_again(shop, record, name, kind):
    route = ROUTES[name]
    shop.restart(route.function)  # it may know the generation before
    before = ask(shop, route)
    assert before.status in WHOLE, before.body
    shop.restart(route.function)  # what an environment keeps in memory would hide the fault
    fault = Fault(kind, function=f"*-{route.function}Function-*", actions=("*",), repeated=True, attempts=99)
    with shop.faults.planned(fault):
        during = ask(shop, route)
    struck = Counter(hit["action"] for hit in shop.faults.last)
    assert struck, "the fault struck nothing"
    assert during.status in WHOLE | BUSY, during
    assert "Traceback" not in json.dumps(during.body)
    if during.status == 503:
        assert during.body["detail"], during.body
    after = ask(shop, route)
    assert after.status == before.status, after.body
    if route.function != "Collect":
        assert same(after.body) == same(before.body)
    calls = ", ".join(sorted({action.partition(":")[2] for action in struck}))
    record(
        f"{route.method} {route.path.partition('?')[0]}",
        f"{KINDS[kind]} ({calls})",
        struck.total(),
        f"{during.status}; then as before",
    )
