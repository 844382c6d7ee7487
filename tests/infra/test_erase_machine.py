"""The machine of erasure: what it waits for, and that nothing of it fails in silence."""

from __future__ import annotations

from patronage.steps.erase.requests import LONGEST


def test_events_on_their_way_are_waited_for_before_the_last_round() -> None:
    from infra.collect import BUFFER_SECONDS
    from infra.erase import definition

    states = definition()["States"]
    assert states["Left"]["Next"] == "WaitForEvents"
    assert states["WaitForEvents"] == {"Type": "Wait", "Seconds": 1_200, "Next": "Going"}
    assert states["WaitForEvents"]["Seconds"] > BUFFER_SECONDS
    assert definition(seconds_for_events=1)["States"]["WaitForEvents"]["Seconds"] == 1


def test_every_state_that_calls_the_function_tells_that_it_failed() -> None:
    from infra.erase import definition

    states = definition()["States"]
    calling = {name for name, state in states.items() if state["Type"] in {"Task", "Map"}} - {"Failed"}
    assert "Export" in calling
    assert {states[name]["Catch"][0]["Next"] for name in calling} == {"Failed"}


def test_the_machine_ends_when_the_erasure_may_be_begun_anew() -> None:
    from infra.erase import definition

    assert definition()["TimeoutSeconds"] == LONGEST.total_seconds()
