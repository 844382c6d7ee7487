"""Spark is there where it is asked for, scaled to nothing while idle, and reaches the lake alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.names import JOB_PACKAGES
from infra.packages import PYTHON_VERSION
from template_support import flat, listed, of_type, statements_of
from tests_support import REPOSITORY

MACHINES = {"SegmentationStateMachine": "GatePassed", "TrainingStateMachine": "JobGatePassed"}
"""The state in which each machine goes on after its job."""
JOBS = (*MACHINES, "MonitoringStateMachine")


def _machine(template, name):
    return of_type(template, "AWS::StepFunctions::StateMachine")[name]


def _states(template, name):
    return json.loads(_machine(template, name)["DefinitionString"])["States"]


def _allowed(template, role):
    return {
        (action, flat(resource))
        for statement in statements_of(template, role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


@pytest.fixture
def parameters(second_template):
    names = _machine(second_template, "SegmentationStateMachine")["DefinitionSubstitutions"]
    parts = names["SparkParameters"]["Fn::Join"][1]
    given = "".join(part if isinstance(part, str) else part["Fn::Sub"] for part in parts)
    return dict(pair.split("=", 1) for pair in re.findall(r"--conf (\S+)", given))


def test_without_the_context_there_is_nothing_of_it(template):
    text = json.dumps(template).lower()
    for word in ("emr-serverless", "emrserverless", "runonspark", "patronage_spark_application"):
        assert word not in text
    for machine in JOBS:
        chosen = {each["StringEquals"] for each in _states(template, machine)["ChooseEngine"]["Choices"]}
        assert chosen == {"duckdb", "none", "busy"}


def test_cfn_lint_finds_nothing(assembly):
    command = [Path(sys.executable).parent / "cfn-lint", assembly / "Second.template.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_application_has_no_worker_until_a_job_starts_and_never_more_than_its_limit(second_template):
    (application,) = of_type(second_template, "AWS::EMRServerless::Application").values()
    assert application["ReleaseLabel"] == "emr-spark-8.0.0"
    assert application["Architecture"] == "ARM64"
    assert application["AutoStartConfiguration"] == {"Enabled": True}
    assert application["AutoStopConfiguration"] == {"Enabled": True, "IdleTimeoutMinutes": 5}
    assert "InitialCapacity" not in application
    assert application["MaximumCapacity"] == {"Cpu": "24 vCPU", "Memory": "180 GB", "Disk": "600 GB"}


def test_a_driver_and_all_executors_fit_into_the_limit(parameters):
    def gb(kind):
        names = (f"spark.{kind}.memory", f"spark.{kind}.memoryOverhead")
        return sum(int(parameters[name].removesuffix("g")) for name in names)

    executors = int(parameters["spark.dynamicAllocation.maxExecutors"])
    assert executors == 4
    assert int(parameters["spark.driver.cores"]) + executors * int(parameters["spark.executor.cores"]) == 24
    assert gb("driver") + executors * gb("executor") <= 180
    assert (gb("driver"), gb("executor")) == (56, 24)  # EMR Serverless: up to 60 GB for 8 vCPU, 30 for 4


@pytest.mark.parametrize("machine", MACHINES)
def test_a_run_goes_to_the_job_and_back_to_the_states_that_publish(second_template, machine):
    states = _states(second_template, machine)
    chosen = {each["StringEquals"]: each["Next"] for each in states["ChooseEngine"]["Choices"]}
    way = [chosen["spark"]]
    while (state := states[way[-1]])["Type"] != "Map":
        way.append(state["Choices"][0]["Next"] if state["Type"] == "Choice" else state["Next"])
    assert way == [
        *("RunOnSpark", "JobAnswers", "AnyAnswer", "TakeUp"),
        *(MACHINES[machine], "PublishShards"),
    ]
    assert states["AnyAnswer"]["Default"] == "NothingToDo"
    assert states[MACHINES[machine]]["Default"] == "Notify"
    taken = states["TakeUp"]["Parameters"]
    assert taken == {"pin.$": "$.pin", "gate.$": "$.job.gate", "plan.$": "$.job.plan"}
    assert set(states["JobAnswers"]["ResultSelector"]) == {"done.$", "gate.$", "plan.$"}


def test_monitoring_goes_to_the_job_and_back_to_what_decides(second_template):
    states = _states(second_template, "MonitoringStateMachine")
    chosen = {each["StringEquals"]: each["Next"] for each in states["ChooseEngine"]["Choices"]}
    assert (chosen["duckdb"], chosen["spark"]) == ("Measure", "RunOnSpark")
    way = ["JobAnswers"]
    while (state := states[way[-1]])["Type"] != "Map":
        way.append(state["Choices"][0]["Next"] if state["Type"] == "Choice" else state["Next"])
    assert way == ["JobAnswers", "AnyAnswer", "TakeUp", "Decide", "PublishShards"]
    assert states["TakeUp"]["Parameters"] == {"pin.$": "$.pin", "measured.$": "$.job.measured"}
    assert states["Decide"]["Parameters"]["Payload"]["measured.$"] == "$.measured"


@pytest.mark.parametrize("machine", JOBS)
def test_the_job_is_waited_for_tried_twice_and_says_where_its_log_is(second_template, machine):
    states = _states(second_template, machine)
    job = states["RunOnSpark"]
    assert job["Resource"] == "arn:aws:states:::emr-serverless:startJobRun.sync"
    asked = job["Parameters"]
    name = machine.removesuffix("StateMachine").lower()
    assert asked["JobDriver"]["SparkSubmit"]["EntryPointArguments.$"] == (
        f"States.Array('{name}', $$.Execution.Name, '--lake', 's3://${{LakeBucket}}')"
    )
    assert asked["ExecutionTimeoutMinutes"] * 60 < job["TimeoutSeconds"]
    assert [each["MaxAttempts"] for each in job["Retry"]] == [1]
    log = asked["ConfigurationOverrides"]["MonitoringConfiguration"]["CloudWatchLoggingConfiguration"]
    assert log["LogGroupName"] == "${SparkLogs}"
    (caught,) = job["Catch"]
    failed = states[caught["Next"]]
    assert (failed["Type"], failed["Error"]) == ("Fail", "RunFailed")
    assert "${SparkLogs}" in failed["CausePath"]
    placeholders = set(re.findall(r"\$\{(\w+)\}", _machine(second_template, machine)["DefinitionString"]))
    assert placeholders == set(_machine(second_template, machine)["DefinitionSubstitutions"])


def test_the_job_reads_the_lake_and_writes_its_runs_and_models(second_template):
    (role,) = {
        flat(_machine(second_template, machine)["DefinitionSubstitutions"]["SparkRole"]) for machine in JOBS
    }
    allowed = _allowed(second_template, role)
    shipped = {pair for pair in allowed if "cdk-hnb659fds-assets" in pair[1]}
    assert {action for action, _ in shipped} == {"s3:GetObject"}
    assert len(shipped) == 3  # the entry, our library, its packages
    assert not [resource for _, resource in shipped if "*" in resource]
    assert {pair for pair in allowed - shipped if not pair[0].startswith("logs:")} == {
        ("s3:ListBucket", "LakeBucket"),
        ("s3:GetObject", "LakeBucket/lake/*"),
        ("s3:GetObject", "LakeBucket/settings/*"),
        *(
            (action, f"LakeBucket/{folder}/*")
            for action in ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
            for folder in ("runs", "models")
        ),
    }
    (trust,) = of_type(second_template, "AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
    assert set(trust["Condition"]) == {"StringEquals", "ArnEquals"}


@pytest.mark.parametrize("machine", JOBS)
def test_a_machine_may_start_jobs_of_this_application_under_this_role_alone(second_template, machine):
    role = flat(_machine(second_template, machine)["RoleArn"])
    may = {
        pair for pair in _allowed(second_template, role) if pair[0].startswith(("emr-serverless:", "iam:"))
    }
    job_role = flat(_machine(second_template, machine)["DefinitionSubstitutions"]["SparkRole"])
    assert may == {
        ("emr-serverless:StartJobRun", "SparkApplication"),
        ("emr-serverless:GetJobRun", "SparkApplication/jobruns/*"),
        ("emr-serverless:CancelJobRun", "SparkApplication/jobruns/*"),
        ("iam:PassRole", job_role),
    }
    (passing,) = [each for each in statements_of(second_template, role) if each["Action"] == "iam:PassRole"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}}


def test_what_pins_a_run_knows_of_the_application(second_template):
    told = {
        name
        for name, function in of_type(second_template, "AWS::Lambda::Function").items()
        if "PATRONAGE_SPARK_APPLICATION" in function["Environment"]["Variables"]
    }
    assert told == {"SegmentFunction", "TrainTablesFunction", "MonitorFunction"}


def test_what_keeps_the_ends_of_runs_may_read_the_jobs_of_this_application_and_nobody_else(second_template):
    functions = of_type(second_template, "AWS::Lambda::Function")
    roles = {name: flat(function["Role"]) for name, function in functions.items()}
    may = {
        name: {pair for pair in _allowed(second_template, role) if pair[0].startswith("emr-serverless:")}
        for name, role in roles.items()
    }
    assert {name: pairs for name, pairs in may.items() if pairs} == {
        "MonitorFunction": {("emr-serverless:GetJobRun", "SparkApplication/jobruns/*")}
    }


def test_driver_and_executors_see_the_packages_under_the_python_that_they_are_built_for(parameters):
    archives = [each.rpartition("#")[2] for each in parameters["spark.archives"].split(",")]
    assert archives == ["packages", "library"]
    for of in ("spark.emr-serverless.driverEnv", "spark.executorEnv"):
        assert parameters[f"{of}.PYTHONPATH"] == "./packages/python:./library"
        assert parameters[f"{of}.PYSPARK_PYTHON"] == f"python{PYTHON_VERSION}"


WITHOUT_THE_REST = """
import sys
from importlib.metadata import packages_distributions

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

there = set(sys.argv[1:])
missing = {name for name, owners in packages_distributions().items() if not there & set(owners)}
sys.meta_path.insert(0, Missing())
import patronage.spark_job, patronage.engines.spark, boto3
"""


def test_the_job_imports_nothing_but_its_packages_and_spark():
    requirements = (REPOSITORY / "layers" / "spark" / "requirements.txt").read_text()
    installed = re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)
    assert set(installed) >= set(JOB_PACKAGES)
    # arro3-core wants typing_extensions under Pythons before the job's.
    besides = ("patronage", "pyspark", "py4j", "typing_extensions")
    command = [sys.executable, "-c", WITHOUT_THE_REST, *installed, *besides]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("asked", ["11", "0", "many"])
def test_too_few_processors_are_told(asked):
    from infra.app import _spark_vcpus

    class App:
        class node:  # noqa: N801 - as the CDK names it
            @staticmethod
            def try_get_context(_name):
                return asked

    with pytest.raises(SystemExit, match=f"spark_vcpus=.*{asked}"):
        _spark_vcpus(App)
