from __future__ import annotations

from datetime import UTC, datetime

import boto3
import pytest

import serving_support as support
from patronage.errors import BadInput
from patronage.stores.objects import S3Store

RUN = "280bb4c3-8d3f-4cb3-a5d1-b3c5ecc132eb"  # the run of the stored events


@pytest.fixture
def lake(client):
    opened = S3Store("lake", client=boto3.client("s3"))
    support.make_recommendations(opened, RUN)
    yield opened
    opened.close()


@pytest.fixture
def publish(lake):
    return support.fresh_function("publish")


def test_a_run_is_published_retired_and_never_while_it_is_live(publish, lake, table):
    for shard in support.RECOMMENDATION_SHARDS:
        assert publish(support.event("states-publish-shard", shard=shard))["shard"] == shard
    assert publish(support.event("states-publish-flip"))["flipped"]
    retired = publish(support.event("states-publish-shard", step="retire"))
    assert retired == {"retired": 0}
    support.make_recommendations(lake, "next")
    support.publish_all(lake, table, "next", "recommendations", now=datetime.now(UTC))
    assert publish(support.event("states-publish-shard", step="retire")) == {"retired": 2}
    assert publish(support.event("states-publish-flip", step="rollback"))["live_run"] == RUN


def test_an_unknown_step_is_refused(publish):
    with pytest.raises(BadInput, match="none of shard, flip, retire, rollback"):
        publish(support.event("states-publish-flip", step="nonsense"))
