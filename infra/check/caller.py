"""Who asks AWS, and where: credentials, account and Region."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.check.findings import Asked, Finding, missing, well

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boto3 import Session

CREDENTIALS, REGION = "credentials", "Region"
CONFIG = Config(connect_timeout=4, read_timeout=8, retries={"total_max_attempts": 2, "mode": "standard"})
"""A check that hangs is worse than none."""
SERVICES = (
    *("apigateway", "cloudformation", "cloudwatch", "cognito-idp", "dynamodb", "events", "firehose", "glue"),
    *("lambda", "logs", "s3", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts"),
)
"""What a stack is made of, but for what is of no Region (CloudFront, IAM)."""
_ANY_REGION = "us-east-1"
_HOW_TO_SIGN_IN = (
    "set AWS_PROFILE to a profile of ~/.aws/config and sign in (aws sso login), or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY"
)
_CAUSES = {
    "ExpiredToken": ("have expired", "sign in again: aws sso login, or fetch new keys"),
    "ExpiredTokenException": ("have expired", "sign in again: aws sso login, or fetch new keys"),
    "RequestExpired": ("have expired, or this machine's clock is wrong", "sign in again, and set the clock"),
    "InvalidClientTokenId": (
        "are not known to AWS: the key is wrong or deleted, or the Region is one that the account has not "
        "turned on",
        "compare AWS_ACCESS_KEY_ID with the key in IAM, and the Region with the account's settings",
    ),
    "SignatureDoesNotMatch": (
        "do not fit each other: the secret key is not that of the key id, or this machine's clock is wrong",
        "copy both keys again, and set the clock",
    ),
}
_CAUSES["UnrecognizedClientException"] = _CAUSES["InvalidClientTokenId"]


def new_session() -> Session:
    """Return a session with the usual chain of credentials, which asks no metadata service for long.

    Raises
    ------
    BotoCoreError
        The profile does not exist, or a configuration file cannot be read.
    """
    core = botocore.session.get_session()
    core.set_config_variable("metadata_service_timeout", 1)
    core.set_config_variable("metadata_service_num_attempts", 1)
    if region := os.environ.get("AWS_REGION"):
        core.set_config_variable("region", region)
    return boto3.Session(botocore_session=core)


def check_credentials(asked: Asked) -> Finding:
    """Say whose credentials they are, and whether they are of the account that the settings name."""
    if asked.session.get_credentials() is None:
        return missing(CREDENTIALS, "none found", _HOW_TO_SIGN_IN)
    region = asked.session.region_name
    is_known = region in _known_regions(asked)
    sts = asked.session.client("sts", region_name=region if is_known else _ANY_REGION, config=CONFIG)
    try:
        caller = sts.get_caller_identity()
    except ClientError as exc:
        code = exc.response["Error"]["Code"]
        if code not in _CAUSES:
            raise
        cause, next_step = _CAUSES[code]
        return missing(CREDENTIALS, cause, next_step)
    account = caller["Account"]
    if asked.stack.account and asked.stack.account != account:
        return missing(
            CREDENTIALS,
            f"of account {account}, and the settings name account {asked.stack.account}",
            f"take credentials of {asked.stack.account} (AWS_PROFILE), or mend [stack] account",
        )
    return well(CREDENTIALS, f"{caller['Arn']}, account {account}")


def unusable(exc: BotoCoreError) -> Finding:
    """Return why no session, or no credentials, can be made."""
    return missing(CREDENTIALS, f"they cannot be used: {exc}", _HOW_TO_SIGN_IN)


def check_region(asked: Asked) -> Finding:
    """Say which Region it is, and whether it has every service."""
    region = asked.session.region_name
    if not region:
        return missing(REGION, "none is set", "export AWS_REGION=eu-central-1, or set region in the profile")
    other = os.environ.get("AWS_DEFAULT_REGION")
    if os.environ.get("AWS_REGION") and other and other != region:
        return missing(
            REGION,
            f"AWS_REGION is {region} and AWS_DEFAULT_REGION is {other}",
            "set both to one Region, or one of them alone",
        )
    if asked.stack.region and asked.stack.region != region:
        return missing(
            REGION,
            f"{region}, and the settings name {asked.stack.region}",
            f"export AWS_REGION={asked.stack.region}, or mend [stack] region",
        )
    return _served(asked, region, [*SERVICES, *_asked_services(asked)])


def _asked_services(asked: Asked) -> list[str]:
    wanted = {"emr-serverless": asked.stack.spark, "wafv2": asked.stack.waf}
    return [service for service, is_wanted in wanted.items() if is_wanted]


def _served(asked: Asked, region: str, services: Sequence[str]) -> Finding:
    known = _known_regions(asked)
    if region not in known:
        near = difflib.get_close_matches(region, known, n=1)
        return missing(
            REGION,
            f"{region} is no Region that this version of boto3 knows",
            f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}",
        )
    regions_of, partition = (
        asked.session.get_available_regions,
        asked.session.get_partition_for_region(region),
    )
    lacking = [each for each in services if region not in regions_of(each, partition)]
    if lacking:
        return missing(
            REGION, f"{region} has no {', '.join(lacking)}", "choose a Region that has every service"
        )
    return well(REGION, f"{region}, which has every service")


def _known_regions(asked: Asked) -> list[str]:
    partitions = asked.session.get_available_partitions()
    return sorted({each for name in partitions for each in asked.session.get_available_regions("sts", name)})
