"""Alarms, the messages that people get, the dashboard, and what all of it costs while nobody comes."""

from __future__ import annotations

import json
import re

import pytest

from infra.alerts import anchor
from infra.names import FUNCTIONS
from infra.watch import STALE_DAYS
from patronage.logic.cost.estimate import ALARMS, DASHBOARDS, SECRETS
from patronage.logic.monitor.advice import STALE_HOURS
from patronage.logic.monitor.emf import NAMESPACE
from patronage.logic.monitor.metrics import METRICS, MOST_METRICS
from template_support import flat, listed, of_type
from tests_support import REPOSITORY

LINK = re.compile(r"What to do: (?P<page>\S+)#(?P<anchor>[a-z-]+)$")


def alarms_of(template):
    """Return the alarms by their name in the code."""
    found = of_type(template, "AWS::CloudWatch::Alarm")
    return {re.sub(r"^Alerts|[0-9A-F]{8}$", "", name): alarm for name, alarm in found.items()}


def dimensions_of(alarm):
    return {each["Name"]: flat(each["Value"]) for each in alarm.get("Dimensions", [])}


def widgets_of(template):
    (dashboard,) = of_type(template, "AWS::CloudWatch::Dashboard").values()
    return json.loads(flat(dashboard["DashboardBody"]))["widgets"]


def headings():
    """Return the anchors of the runbooks' headings, made as GitHub makes them."""
    text = (REPOSITORY / "docs" / "runbooks.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_few_alarms(template):
    assert len(alarms_of(template)) <= 10, "an alarm beyond the account's first ten costs $0.10 a month"
    assert alarms_of(template).keys() == {
        "UploadsGivenUp",
        "UploadsFailing",
        "QualityBreaches",
        "EventsUndelivered",
        "RunsFailed",
        "StaleSegments",
        "StaleRecommendations",
        "ServerErrors",
        "SlowAnswers",
        "Fallbacks",
    }


def test_each_alarm_ends_with_a_link_to_a_runbook_that_is_there(template):
    for name, alarm in alarms_of(template).items():
        link = LINK.search(alarm["AlarmDescription"])
        assert link, name
        assert link["page"] == "docs/runbooks.md"
        assert link["anchor"] == anchor(name)
        assert link["anchor"] in headings(), f"docs/runbooks.md has no section for {name}"


def test_the_runbooks_may_lie_elsewhere(second_template):
    for alarm in alarms_of(second_template).values():
        assert "What to do: https://shop.example/runbooks#" in alarm["AlarmDescription"]


def test_what_is_tried_again_by_itself_tells_nobody_before_it_is_given_up(template):
    (topic,) = of_type(template, "AWS::SNS::Topic")
    silent = {name for name, alarm in alarms_of(template).items() if not alarm.get("AlarmActions")}
    assert silent == {"UploadsFailing", "RunsFailed"}
    for name, alarm in alarms_of(template).items():
        assert name in silent or alarm["AlarmActions"] == [{"Ref": topic}]
    of_functions = {name for name, alarm in alarms_of(template).items() if alarm["Namespace"] == "AWS/Lambda"}
    assert of_functions == {"UploadsFailing"}, "a function of a run: the failed execution is the alert"


def test_a_run_that_fails_sends_one_message_with_its_runbook(template):
    (topic,) = of_type(template, "AWS::SNS::Topic")
    rules = [
        rule
        for rule in of_type(template, "AWS::Events::Rule").values()
        if any(flat(target["Arn"]) == topic for target in rule["Targets"])
    ]
    (rule,) = rules
    assert rule["EventPattern"]["source"] == ["aws.states"]
    assert rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    machines = {flat(arn) for arn in rule["EventPattern"]["detail"]["stateMachineArn"]}
    assert machines == set(of_type(template, "AWS::StepFunctions::StateMachine"))
    (target,) = rule["Targets"]
    assert "docs/runbooks.md#runs-failed" in target["InputTransformer"]["InputTemplate"]
    assert "input" not in str(target["InputTransformer"]["InputPathsMap"]), (
        "what a run was given stays inside"
    )


@pytest.mark.parametrize(("family", "times"), [("segments", 1), ("recommendations", 5)])
def test_what_nobody_measures_for_two_days_is_stale(template, family, times):
    alarm = alarms_of(template)[f"Stale{family.capitalize()}"]
    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (86_400, 2)
    days = int(re.search(r"over (\d+) days old", alarm["AlarmDescription"])[1])
    assert days == STALE_DAYS * times == STALE_HOURS[family] / 24
    days_between = alarm["EvaluationPeriods"] - 1  # a value a day, and all of them are over
    assert alarm["Threshold"] / 24 + days_between == days
    assert dimensions_of(alarm) == {"stack": "Patronage", "family": family}
    others = {name: each["TreatMissingData"] for name, each in alarms_of(template).items()}
    assert {name for name, missing in others.items() if missing == "breaching"} == {
        "StaleSegments",
        "StaleRecommendations",
    }


def test_other_days_can_be_asked_for(second_template):
    found = {name: each["Threshold"] for name, each in alarms_of(second_template).items()}
    assert (found["StaleSegments"], found["StaleRecommendations"]) == (24 * 7, 24 * 39)


def test_an_upload_that_breaks_a_grave_quality_rule_writes_to_a_person(template):
    alarm = alarms_of(template)["QualityBreaches"]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)
    assert dimensions_of(alarm) == {"stack": "Patronage"}


def test_latency_is_that_of_one_answer_in_twenty(template):
    alarm = alarms_of(template)["SlowAnswers"]
    assert (alarm["MetricName"], alarm["ExtendedStatistic"]) == ("Latency", "p95")


def test_our_own_metrics_are_those_that_the_functions_write_and_keep_stacks_apart(template, second_template):
    known = {metric.name: set(metric.families) for metric in METRICS}
    for stack, name in ((template, "Patronage"), (second_template, "Second")):
        variables = [
            each["Environment"]["Variables"] for each in of_type(stack, "AWS::Lambda::Function").values()
        ]
        assert {each["PATRONAGE_STACK"] for each in variables} == {name}
        assert all(of_stack == name for _, of_stack, _ in own_metrics(stack))
    for name, _, family in own_metrics(template):
        assert name in known
        assert (family in known[name]) if known[name] else not family


def own_metrics(template):
    """Return name, stack and family of each metric of our own that an alarm or the dashboard needs."""
    found = set()
    for alarm in alarms_of(template).values():
        if alarm["Namespace"] == NAMESPACE:
            named = dimensions_of(alarm)
            found.add((alarm["MetricName"], named["stack"], named.get("family", "")))
    for metric in shown_metrics(template):
        if metric[0] == NAMESPACE:
            named = dict(zip(metric[2::2], metric[3::2], strict=True))
            found.add((metric[1], named["stack"], named.get("family", "")))
    return found


def shown_metrics(template):
    """Return namespace, name and dimensions of each metric on the dashboard."""
    listed_metrics = [
        metric for each in widgets_of(template) for metric in each["properties"].get("metrics", [])
    ]
    return [[part for part in metric if isinstance(part, str)] for metric in listed_metrics]


def test_few_metrics_of_our_own(template):
    assert len(own_metrics(template)) <= MOST_METRICS, "each beyond ten costs $0.30 a month"


def test_the_dashboard_is_one_of_three_that_are_free(template):
    assert len(of_type(template, "AWS::CloudWatch::Dashboard")) == 1
    assert len(shown_metrics(template)) <= 50, "a larger dashboard is billed"
    shown = {(metric[0], metric[1]) for metric in shown_metrics(template)}
    assert shown >= {
        ("AWS/States", "ExecutionTime"),
        ("AWS/ApiGateway", "Latency"),
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits"),
        ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"),
        ("AWS/Lambda", "Errors"),
        *((NAMESPACE, metric.name) for metric in METRICS),
    }


def test_what_the_estimate_calls_idle_is_what_the_template_has(template):
    assert len(of_type(template, "AWS::CloudWatch::Alarm")) == ALARMS
    assert len(of_type(template, "AWS::CloudWatch::Dashboard")) == DASHBOARDS
    assert len(of_type(template, "AWS::SecretsManager::Secret")) == SECRETS
    assert len(of_type(template, "AWS::Scheduler::Schedule")) == 2


def test_each_machine_s_ends_are_kept_and_counted(template):
    kept = {
        flat(arn)
        for rule in of_type(template, "AWS::Events::Rule").values()
        if any('"ended"' in str(target.get("InputTransformer")) for target in rule["Targets"])
        for arn in rule["EventPattern"]["detail"]["stateMachineArn"]
    }
    assert kept == set(of_type(template, "AWS::StepFunctions::StateMachine"))


def test_the_memory_of_each_function_is_known_to_what_reckons_a_run(template):
    functions = of_type(template, "AWS::Lambda::Function")
    told = json.loads(functions["MonitorFunction"]["Environment"]["Variables"]["PATRONAGE_MEMORY_MB"])
    assert told == {name: each["MemorySize"] for name, each in functions.items()}
    assert len(told) == len(FUNCTIONS)


def test_the_api_is_told_of_each_alarm_and_each_machine(template):
    variables = of_type(template, "AWS::Lambda::Function")["ApiFunction"]["Environment"]["Variables"]
    alarms = {flat(each) for each in listed(variables["PATRONAGE_ALARMS"]["Fn::Join"][1])}
    assert alarms == set(of_type(template, "AWS::CloudWatch::Alarm"))
    machines = json.loads(flat(variables["PATRONAGE_MACHINES"]))
    assert set(machines.values()) == set(of_type(template, "AWS::StepFunctions::StateMachine"))
