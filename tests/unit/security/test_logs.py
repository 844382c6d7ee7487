"""Nobody writes a line of a log, or to a terminal, with what they send."""

from __future__ import annotations

import json

import pytest

import serving_support as support
from patronage.cli import main
from patronage.cli.ingest import ingest
from patronage.cli.lines import say
from patronage.cli.outputs import print_rows
from patronage.cli.report import report
from patronage.logs import Logger
from patronage.runtime import logger

FORGED = 'x"}\r\n{"level":"ERROR","message":"forged","operation":"erase"}\n\x1b[2J\u2028'
CLEAR = "\x1b[2J\x1b]0;owned\x07\x9b1A\u202e"
GOOD = "".join(f"g{number},c1,p1,1,2.50,2026-01-02\n" for number in range(9))
HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def lines_of(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]


def test_a_value_with_line_ends_and_quotes_stays_within_its_line(capsys):
    logger.info(FORGED, extra={"value": FORGED, "nested": {FORGED: [FORGED]}})
    (line,) = lines_of(capsys)
    assert (line["level"], line["message"], line["value"]) == ("INFO", FORGED, FORGED)
    assert line["nested"] == {FORGED: [FORGED]}


def test_a_failure_that_quotes_what_was_sent_stays_within_its_line(capsys):
    try:
        raise ValueError(FORGED)
    except ValueError:
        Logger().exception("failed")
    (line,) = lines_of(capsys)
    assert (line["level"], line["message"], line["exception_name"]) == ("ERROR", "failed", "ValueError")


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("name", ["lookup", "collect", "api"])
def test_a_request_leaves_one_line_that_says_nothing_of_its_own(name, capsys):
    """Of its path, query, headers, body and token nothing is logged, and the route is one of ours."""
    function = support.fresh_function(name)
    resources = {
        "lookup": "/api/v1/recommendations",
        "collect": "/api/v1/events",
        "api": "/api/v1/models/rollback",
    }
    method = "GET" if name == "lookup" else "POST"
    event = support.event(
        "aws-rest-segments",
        resource=resources[name],
        httpMethod=method,
        headers={"x-api-key": FORGED, "User-Agent": FORGED, "Origin": FORGED},
        queryStringParameters={"user_id": FORGED, FORGED: FORGED},
        body=json.dumps({FORGED: FORGED}),
    )
    event["requestContext"]["identity"]["apiKeyId"] = FORGED
    function(event)
    function(event | {"headers": event["headers"] | {"x-visitor-token": FORGED}})
    function(event | {"resource": FORGED, "httpMethod": FORGED})
    found = [line for line in lines_of(capsys) if "_aws" not in line]
    assert [line["message"] for line in found] == ["answered"] * 3
    assert "forged" not in json.dumps(found)
    assert [line["operation"] for line in found][2] == ""


@pytest.fixture
def printed(capsys):
    def of(work):
        capsys.readouterr()
        work()
        return capsys.readouterr().out

    return of


def test_what_a_terminal_would_obey_is_written_out(printed):
    for text in (
        printed(lambda: say(f"mug {CLEAR}")),
        printed(lambda: print_rows("Products", ("Name",), [(f"mug {CLEAR}",)])),
    ):
        assert "\\x1b[2J\\x1b]0;owned\\x07\\x9b1A\\u202e" in text.replace("\n", "").replace(" ", "")
        assert not set(CLEAR[0] + "\x07\x9b\u202e") & set(text)
    assert printed(lambda: say("two\nlines, 1\u00a0000 €, Zoë")) == "two\nlines, 1\u00a0000 €, Zoë\n"


def test_an_error_of_the_command_line_tells_the_terminal_nothing(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["patronage", "inspect", f"gone{CLEAR}.csv"])
    with pytest.raises(SystemExit):
        main()
    assert not set("\x1b\x07\x9b\u202e") & set(capsys.readouterr().err)


def test_a_report_of_a_file_tells_the_terminal_nothing(tmp_path, monkeypatch, printed):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"orders{CLEAR[:4]}.csv"
    path.write_text(
        f"{HEADER}{GOOD}o2{CLEAR},c{CLEAR},p,many{CLEAR},2.50,2026-01-02\n",
        encoding="utf-8",
    )
    lake = tmp_path / "lake"
    said = printed(lambda: ingest([path], lake=lake, currency="GBP", timezone="Europe/London"))
    said += printed(lambda: report(None, lake=lake))
    said += printed(lambda: report(path.name, lake=lake))
    assert "the quantity is no decimal number" in said
    assert not set("\x1b\x07\x9b\u202e") & set(said)
