from __future__ import annotations

import re

import pytest

from patronage.errors import BadInput
from patronage.logic.ingest.quality_measures import MEASURES
from patronage.logic.ingest.quality_rules import parse_rules
from tests_support import REPOSITORY

OWN = '[[rules]]\nname = "own"\ntable = "orders"\nmeasure = "null_share"\ncolumn = "country"\nabove = 0.1\n'


def rule(name: str, text: str = ""):
    return next(each for each in parse_rules(text).rules if each.name == name)


def test_a_lake_without_settings_has_the_shipped_rules():
    assert parse_rules("") == parse_rules("# nothing")


def test_a_setting_changes_only_the_keys_that_it_gives():
    before, after = rule("old-orders"), rule("old-orders", '[[rules]]\nname = "old-orders"\nabove = 30\n')
    assert (before.above, after.above) == (7, 30)
    assert (after.measure, after.table, after.severity) == (before.measure, before.table, before.severity)
    assert len(parse_rules('[[rules]]\nname = "old-orders"\nabove = 30\n').rules) == len(parse_rules().rules)


def test_a_rule_can_be_added_and_takes_the_least_rows_of_all():
    added = rule("own", f"least_rows = 7\n{OWN}")
    assert (added.column, added.above, added.severity, added.least_rows) == ("country", 0.1, "warning", 7)


def test_a_rule_can_be_turned_off():
    names = [each.name for each in parse_rules('[[rules]]\nname = "old-orders"\nenabled = false\n').rules]
    assert "old-orders" not in names
    assert "row-count" in names


def test_a_rule_of_every_table_is_one_of_each():
    for table in ("orders", "calendar"):
        assert "row-count" in [each.name for each in parse_rules().of_table(table)]
    assert "old-orders" not in [each.name for each in parse_rules().of_table("calendar")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules = [", " is no TOML"),
        ("rules = 3", r", line 1, column 1: rules = 3 must be tables, each below its own \[\[rules\]\]"),
        ("rules = [3]", r"each \[\[rules\]\] needs a name"),
        (
            "[[rules]]\nname = 'a'\n[[rules]]\nabove = 3",
            r", line 3, column 1: each \[\[rules\]\] needs a name",
        ),
        (OWN + OWN, ", line 8, column 1: the rule own stands here once more"),
        (OWN.replace("0.1", "nan"), "above = nan must be a number"),
        ("[[rules]]\nname = 'quality-settings'", "is taken; give the rule another"),
        ("trailing = 3", ", line 1, column 1: trailing is unknown; known are trailing_uploads"),
        ("least_rows = 0", "least_rows = 0 must be a whole number of at least 1"),
        ("least_rows = true", "least_rows = True must be a whole number"),
        ("trailing_uploads = 31", "at most 30 are remembered"),
        (OWN + "limit = 3", ", line 7, column 1, rule own: limit is unknown; known are above, below"),
        (OWN.replace("null_share", "mean"), "measure = 'mean' is none of refused_share"),
        (OWN.replace("orders", "invoices"), r"table = 'invoices' is none of \*, orders"),
        (OWN.replace("country", "shade"), r"column = 'shade' is none of \*, channel"),
        (OWN.replace("null_share", "age_days"), "age_days is of the whole upload; leave column out"),
        (OWN.replace('column = "country"\n', ""), r", line 1, column 1, rule own: column = '' is none of \*"),
        (OWN.replace("above = 0.1", ""), "give it a limit, above or below"),
        (OWN.replace("0.1", "'much'"), "above = 'much' must be a number"),
        (OWN + "severity = 'fatal'", "severity = 'fatal' is none of alarm, warning"),
        (OWN + "severity = 3", "severity = 3 must be a text"),
        (OWN + "enabled = 'no'", "enabled = 'no' must be true or false"),
        (OWN + "least_rows = 1.5", "least_rows = 1.5 must be a whole number, 0 or more"),
    ],
)
def test_a_faulty_setting_is_refused_with_its_place_and_what_is_allowed(text, says):
    with pytest.raises(BadInput) as told:
        parse_rules(text)
    assert re.match(r"settings/quality\.toml( is no TOML|, line \d+, column \d+)", str(told.value))
    assert re.search(says, str(told.value))


@pytest.mark.parametrize("name", sorted(each.name for each in parse_rules().rules))
def test_a_sentence_names_the_value_the_rule_and_the_next_step(name):
    found = rule(name)
    value = found.above + 0.05 if found.above is not None else found.below / 2
    said = found.says(value, found.column)
    assert name in said
    assert "allows at most" in said
    assert said.endswith(MEASURES[found.measure].advice)


def test_a_value_below_a_limit_is_told_as_such():
    assert "the rule row-count allows at least 0.3333" in rule("row-count").says(0.1, "")


def test_the_docs_list_the_shipped_rules_as_they_are():
    text = (REPOSITORY / "docs" / "quality.md").read_text(encoding="utf-8")
    section = text.split("## The rules")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `([a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", section, re.M)
    assert listed == [
        (
            each.name,
            "each" if each.table == "*" else each.table,
            f"`{each.measure}`" + (f" of `{each.column}`" if each.column else ""),
            _limits(each),
            each.severity,
            str(each.least_rows),
        )
        for each in parse_rules().rules
    ]


def _limits(found) -> str:
    given = {"below": found.below, "above": found.above}
    return ", ".join(f"{name} {limit:g}" for name, limit in given.items() if limit is not None)


def test_the_docs_explain_every_measure():
    text = (REPOSITORY / "docs" / "quality.md").read_text(encoding="utf-8")
    section = text.split("## What is measured")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.M)) == set(MEASURES)
