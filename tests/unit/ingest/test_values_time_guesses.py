"""Which date format a column has: from a sample, and from the count of the whole column."""

from __future__ import annotations

import pytest

from patronage.logic.ingest.values import TimeGuess, guess_times, settle_times, time_candidates

AMBIGUOUS = ["1/2/2010 3:04", "11/12/2010 23:59"]


def names(samples: list[str]) -> list[str]:
    return [form.name for form in time_candidates(samples)]


@pytest.mark.parametrize("prefers_day_first", [True, False])
@pytest.mark.parametrize(
    ("decisive", "name"), [("13/12/2010 0:00", "day/month/year"), ("12/13/2010 0:00", "month/day/year")]
)
def test_one_row_that_can_only_be_read_one_way_decides_the_column(prefers_day_first, decisive, name):
    guess = guess_times([*AMBIGUOUS * 50, decisive], prefers_day_first=prefers_day_first)
    assert (guess.chosen.name, guess.rivals, guess.doubt) == (name, (), "")
    assert guess.chosen.patterns[0].endswith("/%Y %H:%M")


def test_without_such_a_row_the_preference_decides_and_the_other_is_a_rival():
    day, month = (guess_times(AMBIGUOUS, prefers_day_first=each) for each in (True, False))
    assert (day.chosen.name, [each.name for each in day.rivals]) == ("day/month/year", ["month/day/year"])
    assert (month.chosen.name, [each.name for each in month.rivals]) == ("month/day/year", ["day/month/year"])
    assert day.doubt == "the sampled dates can be read day first or month first; read as day/month/year"


def test_candidates_come_with_the_one_that_reads_most_first():
    assert names(["13/12/2010", "12/13/2010", "14/12/2010", "1/1/2010"]) == [
        "day/month/year",
        "month/day/year",
    ]
    assert names(["hello", "", "40513.35", "12"]) == []


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (["2019-10-01 00:00:00 UTC", "2019-10-01"], "ISO 8601"),
        (["2025/12/31"], "ISO 8601"),
        (["20160801", "20101301"], "YYYYMMDD"),
        (["2026.11.02"], "year.month.day"),
        (["2026. 11. 22."], "year.month.day"),
        (["202512061037"], "YYYYMMDD"),
        (["631152000"], "epoch seconds"),
        (["Sat, 06 Dec 2025 10:37:33 +0000"], "day Month year"),
        (["Dec-31-10"], "Month day, year"),
    ],
)
def test_formats_are_told_by_their_look(samples, expected):
    assert guess_times(samples, prefers_day_first=True).chosen.name == expected


def test_a_guess_says_how_many_samples_do_not_fit():
    guess = guess_times(["2025-01-02", "2025-01-03", "unknown", "", " "], prefers_day_first=True)
    assert guess.doubt == "1 of 3 sampled texts are not written as ISO 8601"
    nothing = guess_times(["unknown", "never"], prefers_day_first=True)
    assert nothing == TimeGuess(
        None,
        (),
        "no known form of times fits 'unknown'; state it by `times` in the file's sidecar or in a dialect",
    )
    assert guess_times(["", " "], prefers_day_first=True) == TimeGuess(None, (), "")


def settled(evidence: dict[str, int], *, prefers_day_first: bool = True) -> TimeGuess:
    guess = guess_times(AMBIGUOUS, prefers_day_first=prefers_day_first)
    return settle_times(guess, evidence, prefers_day_first=prefers_day_first)


@pytest.mark.parametrize("name", ["day/month/year", "month/day/year"])
@pytest.mark.parametrize("prefers_day_first", [True, False])
def test_evidence_of_the_whole_column_for_one_format_settles_it(name, prefers_day_first):
    found = settled(
        {"day/month/year": 0, "month/day/year": 0} | {name: 3}, prefers_day_first=prefers_day_first
    )
    assert (found.chosen.name, found.rivals, found.doubt) == (name, (), "")


def test_evidence_for_both_takes_the_commoner_and_says_what_is_refused():
    found = settled({"day/month/year": 2, "month/day/year": 1500})
    assert (found.chosen.name, found.rivals) == ("month/day/year", ())
    assert "1,500 texts can only be read as month/day/year and 2 as day/month/year" in found.doubt
    assert found.doubt.endswith("the others are refused")
    assert settled({"day/month/year": 2, "month/day/year": 2}).chosen.name == "day/month/year"


def test_no_evidence_leaves_the_preference_its_rival_and_the_doubt():
    found = settled({"day/month/year": 0, "month/day/year": 0}, prefers_day_first=False)
    assert (found.chosen.name, [each.name for each in found.rivals]) == ("month/day/year", ["day/month/year"])
    assert found.doubt == "every date can be read day first or month first; read as month/day/year"


def test_what_was_no_question_stays_as_it_is():
    guess = guess_times(["2025-01-02"], prefers_day_first=True)
    assert settle_times(guess, {}, prefers_day_first=True) is guess
