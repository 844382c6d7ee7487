"""The stack's own secrets: what signs visitor tokens, and what erased people's ids are remembered under."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.grants import Grant, allow
from infra.nag import acknowledge

_CHARACTERS = 48


class Secrets(Construct):
    """Two secrets that CloudFormation draws and nobody needs to see, but for the shop's server the first."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.visitor = self._build(
            "Visitor",
            "Signs the visitor tokens of Patronage; the shop's server mints them with it.",
            "Every open page of the shop holds tokens that were signed with it, so an owner replaces it when "
            "it leaks, by a new value, and not on a schedule.",
        )
        self.erasure = self._build(
            "Erasure",
            "Under it Patronage remembers the ids of erased customers, to flag them in later uploads.",
            "What was remembered under a secret can be compared under the same secret alone; with a rotated "
            "one a later upload of an erased person would go unnoticed.",
        )

    def _build(self, name: str, description: str, unrotated: str) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            name,
            description=description,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=_CHARACTERS, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(secret, "SMG4", unrotated)
        return secret


def arn_of(secret: secretsmanager.Secret) -> str:
    """Return a secret's ARN; by its attribute, for what refers to it is its name in the local cloud."""
    return cast("secretsmanager.CfnSecret", secret.node.default_child).attr_id


def on_secret(secret: secretsmanager.Secret) -> Grant:
    """Grant reading a secret."""
    return Grant(statement=allow(["secretsmanager:GetSecretValue"], arn_of(secret)))
