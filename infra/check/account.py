"""What the account must have: the CDK's own stack, room for the functions, and the layer that AWS builds."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.asl import SHARDS_AT_ONCE
from infra.check.caller import CONFIG
from infra.check.findings import Asked, Finding, missing, note, well
from infra.names import FUNCTIONS, MANAGED_LAYERS, UPLOADS_AT_ONCE

BOOTSTRAP, CONCURRENCY, MEMORY = "CDK bootstrap", "Lambda at once", "Lambda memory"
LAYER, SPARK = "AWS's pandas layer", "Spark's processors"
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = 6
"""What a template of the CDK asks for at least."""
FEWEST_AT_ONCE = SHARDS_AT_ONCE + UPLOADS_AT_ONCE
"""As many functions as one publishing run and the queue of uploads run at once."""
MEMORY_FOR_ALL_MB = 3_008
"""What the newest accounts may give a function; AWS tells nobody what an account may."""


def check_bootstrap(asked: Asked) -> Finding:
    """Say whether the CDK has made what it deploys through."""
    ssm = asked.session.client("ssm", config=CONFIG)
    try:
        version = int(ssm.get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]["Value"])
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return missing(BOOTSTRAP, f"{asked.session.region_name} is not prepared", "run once: make bootstrap")
    if version < BOOTSTRAP_VERSION:
        return missing(
            BOOTSTRAP,
            f"version {version}, and the template asks for {BOOTSTRAP_VERSION} at least",
            "bring it up to date: make bootstrap",
        )
    return well(BOOTSTRAP, f"version {version}")


def check_concurrency(asked: Asked) -> Finding:
    """Say whether as many functions may run at once as a run and uploads need."""
    settings = asked.session.client("lambda", config=CONFIG).get_account_settings()
    free = settings["AccountLimit"]["UnreservedConcurrentExecutions"]
    if free < FEWEST_AT_ONCE:
        return missing(
            CONCURRENCY,
            f"the account may run {free} functions at once beside what it reserves, and a run with uploads "
            f"beside it takes {FEWEST_AT_ONCE}: answers would be refused meanwhile",
            "ask in Service Quotas, AWS Lambda, for more Concurrent executions; 1,000 are usual",
        )
    return well(CONCURRENCY, f"{free:,}, and a run with uploads beside it takes {FEWEST_AT_ONCE}")


def check_memory(_: Asked) -> Finding:
    """Say whether any account may give the functions their memory."""
    most = max(spec.memory_mb for spec in FUNCTIONS)
    if most > MEMORY_FOR_ALL_MB:
        return note(
            MEMORY,
            f"a function takes {most:,} MB, and new accounts may give {MEMORY_FOR_ALL_MB:,} MB",
            "where the deploy fails for MemorySize, ask AWS support for more",
        )
    return well(MEMORY, f"{most:,} MB at most, which every account may give")


def check_layer(asked: Asked) -> Finding:
    """Say whether AWS's layer with the SDK for pandas is there."""
    account, name, version = MANAGED_LAYERS["pandas"]
    region = asked.session.region_name or ""
    partition = asked.session.get_partition_for_region(region)
    arn = asked.stack.pandas_layer or f"arn:{partition}:lambda:{region}:{account}:layer:{name}:{version}"
    next_step = (
        "where the deploy fails for it, take the Region's ARN of "
        "https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html as [stack] pandas_layer"
    )
    try:
        asked.session.client("lambda", config=CONFIG).get_layer_version_by_arn(Arn=arn)
    except ClientError as exc:
        code = exc.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            return missing(LAYER, f"{arn} is not there", next_step.partition(", ")[2])
        if code in {"AccessDenied", "AccessDeniedException"}:
            return note(LAYER, f"{arn} is not there, or these credentials may not look at it", next_step)
        raise
    return well(LAYER, arn)


def check_spark(asked: Asked) -> Finding:
    """Say whether EMR Serverless may have as many virtual processors as a job may ask for."""
    wanted = asked.stack.spark_vcpus
    client = asked.session.client("service-quotas", config=CONFIG)
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="emr-serverless")
    quotas = [quota for page in pages for quota in page["Quotas"] if "vcpu" in quota["QuotaName"].lower()]
    if not quotas:
        return note(SPARK, "Service Quotas tells none of EMR Serverless")
    most = int(min(quota["Value"] for quota in quotas))
    if most < wanted:
        return missing(
            SPARK,
            f"the account may have {most} at once, and [stack] spark_vcpus is {wanted}",
            f"ask in Service Quotas, Amazon EMR Serverless, for more vCPUs, or set spark_vcpus = {most}",
        )
    return well(SPARK, f"{most}, and a job takes {wanted} at most")
