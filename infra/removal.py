"""What goes with the stack where its owner wants that: by default the data stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

if TYPE_CHECKING:
    from aws_cdk import Stack


_HOLDING_DATA = (s3.CfnBucket, dynamodb.CfnTable, cognito.CfnUserPool, secretsmanager.CfnSecret)


def let_data_go(stack: Stack) -> None:
    """Let the stack's own buckets, tables, people and secrets be deleted with it.

    S3 deletes no bucket that holds an object, so the owner empties the buckets first. An update that replaces
    one of them still keeps the old one, and what the account shares stays.
    """
    for each in stack.node.find_all():
        if not isinstance(each, _HOLDING_DATA):
            continue
        each.apply_removal_policy(RemovalPolicy.DESTROY, apply_to_update_replace_policy=False)
        if isinstance(each, dynamodb.CfnTable):
            each.deletion_protection_enabled = False
        elif isinstance(each, cognito.CfnUserPool):
            each.deletion_protection = "INACTIVE"
