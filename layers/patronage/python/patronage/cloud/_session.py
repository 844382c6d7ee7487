"""Clients of one AWS endpoint: the local cloud, or AWS itself."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound, RunFailed
from patronage.stores.objects import S3Store, delta_credentials
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from boto3 import Session

REGION = "us-east-1"
ACCOUNT = "000000000000"
ACCESS_KEY = "test"  # MiniStack's root caller; it deploys, as an administrator does on AWS


@dataclass(frozen=True)
class Cloud:
    """An endpoint and its clients; without an endpoint, AWS with the caller's own credentials."""

    endpoint: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def environment(self) -> dict[str, str]:
        """What leads boto3, and with it our command line, to a local cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint or "",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        }

    def delta_options(self) -> dict[str, str]:
        """Return the credentials of the clients as Delta Lake takes them."""
        if self.endpoint is not None:
            return {
                "aws_access_key_id": ACCESS_KEY,
                "aws_secret_access_key": ACCESS_KEY,
                "aws_region": REGION,
            }
        return delta_credentials(self._session)

    @cached_property
    def _session(self) -> Session:
        """Make the session that every client and Delta Lake have their credentials from."""
        import boto3

        return boto3.Session(region_name=os.environ.get("AWS_REGION") or None)  # which the CDK takes, too

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, made once."""
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str) -> Any:
        from botocore.config import Config

        if self.endpoint is None:
            return self._session.client(service)  # type: ignore[call-overload]
        return self._session.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=ACCESS_KEY,
            config=Config(proxies={}, s3={"addressing_style": "path"}, retries={"mode": "standard"}),
        )


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its name, where it is, and its outputs."""

    cloud: Cloud
    name: str
    outputs: Mapping[str, str]

    def output(self, name: str) -> str:
        """Return an output's value.

        Raises
        ------
        NotFound
            The stack has no such output.
        """
        try:
            return self.outputs[name]
        except KeyError as exc:
            raise NotFound(f"stack {self.name} has no output {name}; deploy this version of it") from exc

    def serving_table(self) -> ServingTable:
        """Return the table that answers are served from."""
        return ServingTable(self.output("ServingTableName"), client=self.cloud.client("dynamodb"))

    def lake_store(self) -> S3Store:
        """Return a store over the lake bucket; close it when it is done with."""
        return S3Store(
            self.output("LakeBucketName"),
            client=self.cloud.client("s3"),
            delta_options=self.cloud.delta_options(),
        )


def open_stack(cloud: Cloud, name: str) -> Stack:
    """Read a deployed stack's outputs.

    Raises
    ------
    NotFound
        There is no stack of that name.
    """
    from botocore.exceptions import ClientError, EndpointConnectionError

    try:
        described = cloud.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as exc:
        raise NotFound(f"stack {name}: {exc.response['Error']['Message']}; deploy it first") from exc
    except EndpointConnectionError as exc:
        raise NotFound(
            f"nothing answers at {cloud.endpoint}; start the local cloud with: patronage demo"
        ) from exc
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    return Stack(cloud, name, outputs)


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of an AWS call that nobody expected into one sentence."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    try:
        yield
    except (NoRegionError, NoCredentialsError) as exc:
        lacks = "Region" if isinstance(exc, NoRegionError) else "credentials"
        raise RunFailed(
            f"no AWS {lacks} to ask with; set AWS_PROFILE, or AWS_DEFAULT_REGION and the keys of the stack's "
            "account (for a demo that is running, those that it printed)"
        ) from exc
    except ClientError as exc:
        error = exc.response["Error"]
        raise RunFailed(f"{exc.operation_name} was refused ({error['Code']}): {error['Message']}") from exc
    except BotoCoreError as exc:
        raise RunFailed(f"a call to the cloud failed: {exc}") from exc
