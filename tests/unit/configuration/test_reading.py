"""Each fault of a settings file is told with its place, value, rule and next step; all of them at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.cli.lakes import chosen_shop
from patronage.configuration import SETTINGS_FILE, Settings, read_settings, settings_file
from patronage.errors import BadInput
from patronage.logic.toml_places import keys_to, place_of
from patronage.settings import Shop

WHOLE = """\
[shop]
currency = "GBP"
timezone = "Europe/London"
cors_origins = ["https://shop.example"]

[shop.rates]
USD = "0.79"

[stack]
name = "Tea"
account = "012345678901"
region = "eu-west-2"
spark = true
keep_data = false
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / SETTINGS_FILE


def told(file: Path, text: str) -> str:
    """Return what is said of a faulty file, without the folder in which it lies."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    return str(caught.value).replace(f"{file.parent}/", "")


def test_both_tables_are_read(file: Path):
    file.write_text(WHOLE, encoding="utf-8")
    settings = read_settings(file)
    assert (settings.shop.currency, settings.shop.rates) == ("GBP", {"USD": "0.79"})
    assert settings.stack.account == "012345678901"
    assert settings.stack.context() == {
        "stack": "Tea",
        "alert_email": "",
        "schedule": "on",
        "upkeep_at": "03:17",
        "stale_days": "3",
        "requests_per_second": "100",
        "dashboard": "on",
        "waf": "off",
        "keep_data": "off",
        "spark": "on",
        "spark_vcpus": "16",
        "runbook_url": "docs/runbooks.md",
        "pandas_layer": "",
    }


@pytest.mark.parametrize("text", ["", "[shop]\n", "[stack]\n"])
def test_what_a_file_leaves_out_has_its_default(file: Path, text: str):
    file.write_text(text, encoding="utf-8")
    assert read_settings(file) == Settings()


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf[shop]\ncurrency = 'GBP'\n", b"[shop]\r\ncurrency = 'GBP'\r\n"]
)
def test_a_file_may_be_saved_by_notepad(file: Path, content: bytes):
    file.write_bytes(content)
    assert read_settings(file).shop.currency == "GBP"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[shop]\n\ncurrency = "pounds"\n',
            "line 3, column 1: [shop] currency 'pounds' is not an ISO 4217 code",
        ),
        (
            '[shop]\n  timezone = "London"\n',
            "line 2, column 3: [shop] timezone 'London' is not an IANA time zone",
        ),
        ("[shop]\ncurrency = 5\n", "line 2, column 1: [shop] setting currency = 5 must be a text"),
        ("[shop]\nrates = 5\n", "line 2, column 1: [shop] setting rates = 5 must be a table"),
        ("[shop.rates]\nUSD = 0.9\n", "line 2, column 1: [shop] the rate of USD is 0.9; write it as a text"),
        ('[shop]\nrates = { USD = "0.9", dollar = "1" }\n', "line 2, column 24: [shop] rates name 'dollar'"),
        (
            '[shop]\ncors_origins = [\n  "https://a.example",\n  "b.example",\n]\n',
            "line 2, column 1: [shop] cors_origins 'b.example' is no web origin",
        ),
        (
            '[shop]\ncurency = "GBP"\n',
            "line 2, column 1: 'curency' is no setting of [shop]; did you mean currency?",
        ),
        ('[stack]\nalert = "a@b.example"\n', "did you mean alert_email? known are account, alert_email,"),
        ("[shop]\nqwerty = 1\n", "'qwerty' is no setting of [shop]; known are cors_origins,"),
        ("[shp]\n", "line 1, column 2: [shp] is no table; did you mean [shop]? known are [shop], [stack]"),
        ("stack = 5\n", "line 1, column 1: stack = 5 must be a table; write [stack] and its settings below"),
        (
            'stack.name = "1st"\n',
            "line 1, column 7: [stack] name = '1st' is no name of a stack; take letters",
        ),
        (
            '[stack]\naccount = "12"\n',
            "[stack] account = '12' is no AWS account; write its 12 digits as a text",
        ),
        (
            '[stack]\nregion = "Frankfurt"\n',
            "region = 'Frankfurt' is no AWS Region; write it as in 'eu-central-1'",
        ),
        ('[stack]\nalert_email = "ops"\n', "alert_email = 'ops' is no e-mail address; write it as in"),
        ('[stack]\nupkeep_at = "25:00"\n', "upkeep_at = '25:00' is no time of day; write it as in '03:17'"),
        ('[stack]\nrunbook_url = ""\n', "runbook_url = '' is no address of a page"),
        ('[stack]\npandas_layer = "AWSSDKPandas"\n', "pandas_layer = 'AWSSDKPandas' is no ARN of a version"),
        (
            "[stack]\nspark_vcpus = 8\n",
            "spark_vcpus = 8 is less than 12, a driver and one executor; write 12 or",
        ),
        ("[stack]\nstale_days = 0\n", "stale_days = 0 is less than 1; write 1 or more"),
        ("[stack]\nrequests_per_second = 100000\n", "is more than 99999; write 99999 or less"),
        ('[stack]\nspark = "on"\n', "[stack] setting spark = 'on' must be true or false"),
        ("[shop\n", "line 1, column 6: '[shop' is no TOML: Expected ']'"),
        ("[shop]\ncurrency = GBP\n", "line 2, column 12: 'currency = GBP' is no TOML: Invalid value"),
        ('[shop]\nx = """abc\n\n', 'line 2, column 11: \'x = """abc\' is no TOML: '),
        (
            '[shop]\ncurrency = "A"\ncurrency = "B"\n',
            "line 3, column 15: 'currency = \"B\"' is no TOML: Cannot over",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_its_rule_and_the_next_step(file: Path, text: str, says: str):
    said = told(file, text)
    assert said.startswith(f"{SETTINGS_FILE}, line ")
    assert says in said
    assert "\n" not in said


def test_all_faults_are_told_in_the_order_of_the_file(file: Path):
    said = told(file, '[stack]\nspark_vcpus = 1\nnme = "x"\n[shop]\nexplore_share = 2\ncurrency = "x"\n')
    assert [line.partition(": ")[0].rpartition("line ")[2] for line in said.split("\n")] == [
        "2, column 1",
        "3, column 1",
        "5, column 1",
        "6, column 1",
    ]


def test_a_file_that_cannot_be_read_is_named_with_the_next_step(file: Path):
    with pytest.raises(BadInput, match=r"patronage\.toml cannot be read \(No such file .* patronage init"):
        read_settings(file)
    file.write_bytes(b'[shop]\ncurrency = "\xff"\n')
    with pytest.raises(
        BadInput, match=r"line 2, column 13: the byte 0xff is no UTF-8; save the file as UTF-8"
    ):
        read_settings(file)


KEYS = st.text("abcdef", min_size=1, max_size=4)
VALUES = st.sampled_from(["1", '"x"', '"""\na\n\n[b]\nc = 1\n"""', "[\n  1,\n  2,\n]", "{ z = 1 }", "true"])


@given(st.lists(st.tuples(KEYS, VALUES), unique_by=lambda pair: pair[0], min_size=1, max_size=6), st.data())
def test_every_key_is_found_where_it_was_written(pairs: list[tuple[str, str]], data: st.DataObject):
    lines, places = ["[t] # a table", ""], {}
    for key, value in pairs:
        indent = data.draw(st.integers(0, 3))
        places[key] = (len(lines) + 1, indent + 1)
        lines += [
            *f"{' ' * indent}{key} = {value}".split("\n"),
            *data.draw(st.sampled_from([[], ["# c = 2"]])),
        ]
    for key, place in places.items():
        assert place_of("\n".join(lines), ("t", key)) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("files", (1, 3)),
        ("files.0.match", (2, 1)),
        ("files.1", (4, 1)),
        ("files.1.match", (6, 2)),
        ("files.1.times.sent_at", (8, 1)),
        ("files.1.times.ordered_at", (9, 1)),
        ("files.1.strict", None),
        ("files.2", None),
    ],
)
def test_the_place_within_a_list_of_tables_is_that_of_its_own_table(path: str, place: tuple[int, int] | None):
    text = """\
[[files]]
match = "a"
strict = true
[[files]]
# match = "of all"
 match = "ordered_at"
[files.times]
sent_at = "iso"
ordered_at = [
  "%d.%m.%Y",
]
"""
    assert place_of(text, path.split(".")) == place


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ('files = [\n { match = "a", strict = 1 },\n { strict = 3, x = 1 },\n]\n', "files.1.strict", (3, 4)),
        ('files = [\n { match = "a", strict = 1 },\n { strict = 3, x = 1 },\n]\n', "files.1", (3, 2)),
        ("# x\n\n'a.b' = 3", "a.b", (3, 2)),
        ("[cells]\nNr = '.'\n'Best.-Nr.' = '('", "cells.Best.-Nr.", (3, 2)),
        ("[cells]\nNr = '.'", "cells.Best.-Nr.", (1, 2)),
    ],
)
def test_names_with_dots_and_tables_in_braces_have_their_place(text: str, path: str, place: tuple[int, int]):
    assert place_of(text, keys_to(tomllib.loads(text), path)) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [("a = " + "[" * 2000, "too deeply nested"), ("a = 1" + "0" * 5000, "a number of too many digits")],
)
def test_what_no_parser_reads_is_told(file: Path, text: str, said: str):
    assert said in told(file, text)


def test_the_file_of_the_folder_is_taken_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = tmp_path / "other.toml"
    other.write_text('[shop]\ncurrency = "JPY"\n')
    monkeypatch.chdir(tmp_path)
    assert settings_file(None, tmp_path) is None
    assert chosen_shop(None, None, None) == Shop()
    (tmp_path / SETTINGS_FILE).write_text('[shop]\ncurrency = "GBP"\ntimezone = "Europe/London"\n')
    assert chosen_shop(None, None, None).currency == "GBP"
    assert chosen_shop(other, None, None).currency == "JPY"
    assert chosen_shop(None, "USD", None) == Shop(currency="USD", timezone="Europe/London")
