"""The pages of the reference are what the code says: their writers make them anew, and nothing differs.

That of the metrics is held in tests/infra, where the template is.
"""

from __future__ import annotations

import ast

import pytest
from typer.main import get_command

import patronage
from docs.markdown import cell, parameters_of, table
from docs.write_cli import cli
from docs.write_queries import queries, users_of
from docs.write_reference import FOLDER, PAGES
from patronage.cli import app
from patronage.logic import recommenders
from patronage.logic.api.route import PREFIX
from patronage.logic.api.routes import ROUTES
from patronage.logic.api.schemas import SCHEMAS
from patronage.logic.collect.shapes import OWN_FIELDS
from patronage.logic.queries import query_names
from patronage.logic.recommenders import RatingRecommender, Recommender
from patronage.logic.recommenders.ratings import RATING_MODELS
from patronage.settings import Shop
from tests_support import REPOSITORY

_MODELS = (Recommender, RatingRecommender)


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"metrics"}))
def test_a_page_is_what_its_writer_writes(name: str):
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert page == PAGES[name](), f"write it again: python -m docs.write_reference {name}"


def test_every_command_is_on_its_page_with_an_example():
    page = cli()
    group = get_command(app)
    sections = page.split("\n## ")[1:]
    for name in group.list_commands(None):
        of_command = [each for each in sections if each.partition("\n")[0].split()[0] == name]
        assert of_command, name
        assert all("```sh\npatronage " in each for each in of_command), f"{name} shows no example"


def test_every_query_is_on_its_page_and_is_run_by_something():
    page = queries()
    for name in query_names():
        assert f"\n### {name}\n" in page
        assert users_of(name), name


def test_every_route_is_on_its_page():
    page = (FOLDER / "api.md").read_text(encoding="utf-8")
    for route in ROUTES:
        assert f"\n### {route.method} {route.path}\n" in page
        assert PREFIX in page


def test_a_posted_event_is_described_with_every_field_that_is_read():
    assert SCHEMAS["Event"]["properties"].keys() == set(OWN_FIELDS)


def test_the_page_of_the_library_has_every_name_of_the_package_and_every_model():
    page = (FOLDER / "library.md").read_text(encoding="utf-8")
    exported = vars(recommenders).items()
    models = {name for name, each in exported if isinstance(each, type) and issubclass(each, _MODELS)}
    ratings = {factory.__name__ for factory in RATING_MODELS.values()}
    assert len(models) > 12
    for name in {*models, *(f"ratings.{each}" for each in ratings)}:
        assert f".. autoclass:: patronage.logic.recommenders.{name}\n" in page
    for name in patronage.__all__:
        assert f":: patronage.{name}\n" in page


def test_a_docstring_is_read_by_its_parameters():
    told = parameters_of(Shop)
    assert told["count_shipping"] == "The shipping that a line states is revenue; the net takes it in."
    assert told.keys() == set(Shop.__dataclass_fields__)


def test_a_table_keeps_its_columns_whatever_a_cell_holds():
    assert cell("a | b\n  c") == r"a \| b c"
    assert table(("x", "y"), [("", "1")]) == "| x | y |\n| --- | --- |\n| — | 1 |\n"


def test_every_page_of_the_reference_names_its_writer_where_it_has_one():
    for name in PAGES:
        writer = (
            (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("written by ")[2].partition(",")[0]
        )
        tree = ast.parse((REPOSITORY / writer).read_text(encoding="utf-8"))
        assert "python -m docs.write_reference" in (ast.get_docstring(tree) or "")
