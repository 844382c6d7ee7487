"""What a function stages of the local cloud's S3 is what was uploaded."""

from __future__ import annotations

import random

import pytest

from patronage.stores.objects import S3Store

pytestmark = pytest.mark.local_cloud


def test_a_version_of_many_megabytes_is_staged_whole(deployment):
    """boto3 reads from 8 MB on in parts; MiniStack gives the whole for each part of a version."""
    client, bucket = deployment.stack.cloud.client("s3"), "staged-in-parts"
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    content = random.Random(7).randbytes(9 * 1024**2)  # noqa: S311
    version = client.put_object(Bucket=bucket, Key="raw/orders/a.csv", Body=content)["VersionId"]
    store = S3Store(bucket, client=client)
    staged = store.staged_version("raw/orders/a.csv", version)
    assert staged.path.read_bytes() == content
    store.close()
