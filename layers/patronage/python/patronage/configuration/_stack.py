"""How a shop's stack is deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.settings import typed_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

FEWEST_SPARK_VCPUS = 12
"""A driver of 8 and one executor of 4."""
_MOST = 99_999
_CONTEXT_NAMES = {"name": "stack"}
_NOT_FOR_THE_APP = {"account", "region"}
"""The template is the same in every account and Region: what `make deploy` checks before."""


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """What differs from deployment to deployment.

    Parameters
    ----------
    name : str
        Name of the CloudFormation stack. Two names are two stacks side by side, which share nothing.
    account : str
        The AWS account that the stack belongs in, 12 digits as a text. With credentials of another account
        `make deploy` stops before it changes anything.
    region : str
        The AWS Region that the stack belongs in, such as ``eu-central-1``. With another one set `make deploy`
        stops. It chooses no Region: ``AWS_REGION`` or your profile does.
    alert_email : str
        Address to subscribe to the alert topic. AWS sends it a message to confirm.
    schedule : bool
        Monitoring and upkeep run each night, and new orders start monitoring.
    upkeep_at : str
        When the lake is compacted and catalogued each day, in the shop's zone.
    stale_days : int
        After how many days live segments are stale, which raises an alarm; for recommendations five times
        that.
    requests_per_second : int
        How much each usage plan of the API may ask, 1 to 99999; twice as much in a burst.
    dashboard : bool
        Make a dashboard in CloudWatch. It is free where the account has no more than three.
    waf : bool
        Put a web ACL before the API. It bills each month.
    keep_data : bool
        Buckets, tables, people and secrets stay when the stack is deleted.
    spark : bool
        Make an application of EMR Serverless for runs that are too large for functions. It bills while a job
        runs.
    spark_vcpus : int
        How many virtual processors a job on Spark may have, 12 to 99999.
    runbook_url : str
        Address of the page of runbooks that alarms name.
    pandas_layer : str
        ARN of AWS's layer with the SDK for pandas, for a Region whose layer is of another account than usual.
    """

    name: str = "Patronage"
    account: str = ""
    region: str = ""
    alert_email: str = ""
    schedule: bool = True
    upkeep_at: str = "03:17"
    stale_days: int = 3
    requests_per_second: int = 100
    dashboard: bool = True
    waf: bool = False
    keep_data: bool = True
    spark: bool = False
    spark_vcpus: int = 16
    runbook_url: str = "docs/runbooks.md"
    pandas_layer: str = ""

    def __post_init__(self) -> None:
        for name, (pattern, rule) in _FORMS.items():
            value = getattr(self, name)
            if not re.fullmatch(pattern, value):
                raise BadInput(f"{name} = {value!r} is {rule}")
        for name, (least, why) in _LEAST.items():
            value = getattr(self, name)
            if value < least:
                raise BadInput(f"{name} = {value} is less than {least}{why}; write {least} or more")
            if value > _MOST:
                raise BadInput(f"{name} = {value} is more than {_MOST}; write {_MOST} or less")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> StackSettings:
        """Build settings from plain values; an unknown name is refused, not ignored."""
        return cls(**typed_values(cls, values))

    def context(self) -> dict[str, str]:
        """Return the context of the CDK app that says the same."""
        told = {name: value for name, value in vars(self).items() if name not in _NOT_FOR_THE_APP}
        return {_CONTEXT_NAMES.get(name, name): _written(value) for name, value in told.items()}

    def under(self, context: Mapping[str, object]) -> StackSettings:
        """Return the settings that hold where a context of the CDK app stands above them.

        Raises
        ------
        BadInput
            The context says what breaks a rule.
        """
        said = {}
        for setting in fields(self):
            value = context.get(_CONTEXT_NAMES.get(setting.name, setting.name))
            if setting.name not in _NOT_FOR_THE_APP and value not in (None, ""):
                said[setting.name] = _read(setting, str(value))
        return replace(self, **said)


_FORMS = {
    "name": (
        "[A-Za-z][A-Za-z0-9-]{0,127}",
        "no name of a stack; take letters, digits and hyphens, a letter first, 128 at most",
    ),
    "account": ("([0-9]{12})?", "no AWS account; write its 12 digits as a text, as in '123456789012'"),
    "region": ("([a-z]{2,5}(-[a-z]+)+-[0-9]+)?", "no AWS Region; write it as in 'eu-central-1'"),
    "alert_email": (r"([^\s@]+@[^\s@]+\.[^\s@]+)?", "no e-mail address; write it as in 'ops@shop.example'"),
    "upkeep_at": ("([01][0-9]|2[0-3]):[0-5][0-9]", "no time of day; write it as in '03:17'"),
    "runbook_url": (r"\S+", "no address of a page; write it as in 'https://shop.example/runbooks'"),
    "pandas_layer": (
        "(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+)?",
        "no ARN of a version of a layer; write it as in 'arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION'",
    ),
}
_LEAST = {
    "stale_days": (1, ""),
    "requests_per_second": (1, ""),
    "spark_vcpus": (FEWEST_SPARK_VCPUS, ", a driver and one executor"),
}


def _read(setting: Field[Any], value: str) -> Any:
    """Read a value of the context as the setting's type."""
    if isinstance(setting.default, bool):
        if value not in {"on", "off"}:
            name = _CONTEXT_NAMES.get(setting.name, setting.name)
            raise BadInput(f"context {name}={value!r} is unknown; write {name}=on or {name}=off")
        return value == "on"
    if isinstance(setting.default, int):
        if not value.isdecimal():
            raise BadInput(f"context {setting.name}={value!r} must be a whole number")
        return int(value)
    return value


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
