from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from patronage.cli.experiment_power import power
from patronage.errors import BadInput

app = typer.Typer(pretty_exceptions_enable=False)
app.command("power")(power)


def told(*words: str) -> dict[str, list[str]]:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    lines = (line.rsplit(maxsplit=2) for line in done.output.splitlines() if line.strip())
    return {words[0].strip(): words[1:] for words in lines if len(words) == 3}


def test_visitors_and_days_of_a_lift():
    found = told("--conversion", "0.04", "--lift", "0.1", "--daily-visitors", "3000")
    assert found["Visitors of the control"] == ["91,391", "39,472"]
    assert found["Visitors of all arms"] == ["182,782", "78,944"]
    assert found["Days"] == ["61", "27"]


def test_a_permanent_holdout_and_several_treatments():
    found = told(
        "--mean", "2.5", "--deviation", "18", "--lift", "0.1", "--arms", "3", "--control-share", "0.2"
    )
    control, each = (found[f"Visitors of {name}"] for name in ("the control", "each treatment"))
    assert [int(one.replace(",", "")) * 2 for one in control] == [int(one.replace(",", "")) for one in each]
    assert "Days" not in found


def test_the_lift_that_so_many_visitors_find():
    assert told("--conversion", "0.04", "--visitors", "39472")["Lift that is found"] == ["15.0%", "10.0%"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--conversion", "0.04"), "either --lift"),
        (("--conversion", "0.04", "--lift", "0.1", "--visitors", "9"), "either --lift"),
        (("--lift", "0.1"), "either --conversion"),
        (("--mean", "3", "--lift", "0.1"), "either --conversion"),
        (("--conversion", "0.04", "--lift", "0.1", "--control-share", "1"), "between 0 and 1"),
    ],
)
def test_what_is_lacking_is_told(words, said):
    with pytest.raises(BadInput, match=said):
        CliRunner().invoke(app, words, catch_exceptions=False)
