"""`patronage journey` as a person gives it."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from patronage.cli import outputs
from patronage.cli.journey import journey
from patronage.errors import BadInput, NotFound
from patronage.steps.pin import pin
from patronage.steps.segment.journeys import journeys
from tests_support import NOW

ORDERS = (
    "order_id,customer_id,product_id,quantity,unit_price,ordered_at,channel,kind\n"
    "[b]1,007,p1,1,1234.50,2026-01-04T10:00:00Z,web,\n"
    "o2,007,p1,-1,4.50,2026-01-05T10:00:00Z,,\n"
    "o3,007,POST,1,3,2026-01-06T10:00:00Z,,fee\n"
    "o4,007,POST,1,3,2026-01-07T10:00:00Z,,fee\no4,007,M,1,1,2026-01-07T10:00:00Z,,fee\n"
)


@pytest.fixture
def shown(ingest_text, lake, shop, monkeypatch):
    """Ingest a few order lines, run the step; return what calls the command and gives what it prints."""
    ingest_text(ORDERS)
    lake.store.write_bytes("shop.json", shop.to_json().encode())
    pin("run", "segments", lake, shop, now=NOW)
    journeys("run", lake)
    monkeypatch.setattr(outputs.console, "width", 120)
    app = typer.Typer()
    app.command()(journey)

    def call(*arguments):
        given = [*arguments, "--lake", str(lake.store.root)]
        return CliRunner().invoke(app, given, catch_exceptions=False).output

    return call


def test_the_timeline_is_a_table(shown):
    text = shown("007", "--run", "run")
    assert "Journey of customer 007" in text
    rows = [line.split(None, 1) for line in text.splitlines() if line.startswith("2026-01-0")]
    assert [(day, " ".join(rest.split())) for day, rest in rows] == [
        ("2026-01-04", "acquired by purchase, web"),
        ("2026-01-04", "purchase order [b]1, 1 product, web 1,234.50"),
        ("2026-01-05", "refund order o2 -4.50"),
        ("2026-01-06", "fee order o3, POST 3.00"),
        ("2026-01-07", "fee order o4, several fees 4.00"),
    ]
    assert "purchases 1, fees 2, refunds 1\n" in text
    assert "visits" not in text
    assert "No visit, recommendation seen, recommendation taken: the lake has no event" in " ".join(
        text.split()
    )


def test_the_timeline_goes_to_a_file(shown, tmp_path):
    shown("007", "--run", "run", "--output", str(tmp_path / "new" / "a.json"))
    found = json.loads((tmp_path / "new" / "a.json").read_text())
    assert [entry["net_minor"] for entry in found["entries"]] == [None, 123_450, -450, 300, 400]
    assert found["entries"][1]["occurred_at"] == "2026-01-04T10:00:00Z"


def test_what_cannot_be_shown_is_said(shown):
    with pytest.raises(NotFound, match="knows no customer '7'"):
        shown("7", "--run", "run")
    with pytest.raises(NotFound, match="no run with segments yet"):
        shown("007")
    with pytest.raises(BadInput, match=r"must end in \.json"):
        shown("007", "--output", "a.csv")
