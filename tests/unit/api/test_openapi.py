"""The OpenAPI document: valid, complete, committed."""

from __future__ import annotations

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from patronage.logic.api.openapi import openapi
from patronage.logic.api.route import ADMIN, API, PREFIX, VIEWER
from patronage.logic.api.routes import ROUTES, routes_of
from patronage.logic.api.schemas import SCHEMAS
from patronage.logic.segments import overview
from patronage.logic.segments.methods import METHODS
from patronage.logic.segments.sales_question import BY, GRAINS
from patronage.steps.analytics.cohorts import MEASURES
from patronage.steps.analytics.journeys import GRAPHS
from tests_support import REPOSITORY

COMMITTED = REPOSITORY / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document():
    return openapi()


def test_the_committed_document_is_what_the_code_says(document):
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document, (
        "write it again: python docs/write_openapi.py"
    )


def test_it_is_valid_openapi(document):
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_and_every_twin_is_described(document):
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    wanted = {(route.method, path) for route in ROUTES for path in (route.path, route.twin) if path}
    assert described == wanted


def test_every_schema_is_used_and_every_used_one_is_there(document):
    text = json.dumps(document)
    for name in SCHEMAS:
        assert f'"#/components/schemas/{name}"' in text, name


def test_no_two_routes_share_a_method_and_a_path():
    for function in ("lookup", "api", "collect"):
        routes = [route for route in ROUTES if route.function == function]
        paths = sum(2 if route.twin else 1 for route in routes)
        assert len(routes_of(function)) == paths
        assert all(path.startswith(PREFIX) for _, path in routes_of(function))


def test_what_changes_needs_an_admin_and_what_is_read_a_viewer():
    for route in ROUTES:
        if route.function == API and route.method != "GET" and route.operation != "assign":
            assert route.access == ADMIN, route.operation
    signed_in = {route.operation for route in ROUTES if route.access in {VIEWER, ADMIN}}
    assert {"segments", "members", "sales", "cohorts", "journey", "assign", "erase"} <= signed_in


def test_the_choices_of_a_parameter_are_those_that_its_step_knows():
    """The hot path imports the routes, and so cannot take the choices from where they are made."""
    choices = {
        (route.operation, each.name): set(each.choices) for route in ROUTES for each in route.parameters
    }
    for operation in ("segments", "members", "performance", "segment_products"):
        assert choices[operation, "method"] == set(METHODS)
    assert choices["sales", "by"] == set(BY)
    assert choices["sales", "grain"] == set(GRAINS)
    assert choices["cohorts", "measure"] == set(MEASURES)
    assert choices["paths", "of"] == set(GRAPHS)
    assert choices["overview", "grain"] == set(overview.GRAINS)
