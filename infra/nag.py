"""Acknowledge a finding of cdk-nag beside the construct it concerns, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept one finding of one rule on a construct and what is below it.

    Parameters
    ----------
    construct : IConstruct
        The narrowest construct that the finding concerns.
    rule : str
        The rule without its pack: ``S1``, or ``IAM5[Resource::*]`` for one finding of many.
    reason : str
        What would convince a reviewer.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
