"""The delivery stream: few records, each line whole, nothing given up at the first refusal."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from patronage.errors import TryAgain
from patronage.stores.stream import RECORD_BYTES, RECORDS_AT_ONCE, EventStream

ROLE = "arn:aws:iam::123456789012:role/firehose"


class Answering:
    """A client that answers each call with the next fate: codes by record, or an error."""

    def __init__(self, *fates):
        self.fates = list(fates)
        self.batches = []

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803
        assert DeliveryStreamName == "events"
        self.batches.append([each["Data"] for each in Records])
        fate = self.fates.pop(0) if self.fates else [""] * len(Records)
        if isinstance(fate, Exception):
            raise fate
        answers = [{"ErrorCode": code} if code else {"RecordId": "1"} for code in fate]
        return {"FailedPutCount": len([code for code in fate if code]), "RequestResponses": answers}


def stream(client):
    waits = []
    made = EventStream("events", client=client, sleep=waits.append)
    return made, waits


def refusal(code):
    return ClientError({"Error": {"Code": code}}, "PutRecordBatch")


def test_lines_arrive_in_the_bucket_as_they_are(client):
    s3, firehose = boto3.client("s3"), boto3.client("firehose")
    destination = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": "raw/events/"}
    firehose.create_delivery_stream(
        DeliveryStreamName="events", ExtendedS3DestinationConfiguration=destination
    )

    EventStream("events", client=firehose).send([b'{"a":"Zo\xc3\xab"}\n', b'{"a":2}\n'])

    (listed,) = s3.list_objects_v2(Bucket="lake", Prefix="raw/events/")["Contents"]
    body = s3.get_object(Bucket="lake", Key=listed["Key"])["Body"].read()
    assert body == b'{"a":"Zo\xc3\xab"}\n{"a":2}\n'


def test_nothing_is_sent_for_no_line():
    client = Answering()
    stream(client)[0].send([])

    assert client.batches == []


def test_lines_share_records_within_firehoses_limits():
    lines = [bytes([65 + n]) * 300_000 + b"\n" for n in range(20)]
    client = Answering()

    stream(client)[0].send(lines)

    records = [record for batch in client.batches for record in batch]
    assert b"".join(records) == b"".join(lines)
    assert all(record.endswith(b"\n") for record in records)
    assert max(map(len, records)) <= RECORD_BYTES < 1_024_000
    assert max(sum(map(len, batch)) for batch in client.batches) <= 4 << 20
    assert [len(batch) for batch in client.batches] == [RECORDS_AT_ONCE, 3]


def test_only_what_was_refused_is_sent_again():
    lines = [bytes([65 + n]) * 900_000 + b"\n" for n in range(3)]
    client = Answering(
        ["", "ServiceUnavailableException", "InternalFailure"], ["", "ServiceUnavailableException"]
    )
    made, waits = stream(client)

    made.send(lines)

    assert client.batches == [lines, lines[1:], lines[2:]]
    assert len(waits) == 2


def test_a_busy_service_is_asked_again():
    client = Answering(refusal("ServiceUnavailableException"))
    made, waits = stream(client)

    made.send([b"{}\n"])

    assert (len(client.batches), len(waits)) == (2, 1)


def test_what_is_refused_to_the_end_is_to_be_posted_again():
    client = Answering(*[["ServiceUnavailableException"]] * 99)
    made, waits = stream(client)

    with pytest.raises(TryAgain, match="post them again"):
        made.send([b"{}\n"])
    assert len(client.batches) == len(waits) == 5
    assert sum(waits) < 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (refusal("ResourceNotFoundException"), "answered ResourceNotFoundException"),
        (EndpointConnectionError(endpoint_url="https://firehose"), "could not be reached"),
    ],
)
def test_other_failures_are_told_at_once(error, message):
    client = Answering(error)

    with pytest.raises(TryAgain, match=message):
        stream(client)[0].send([b"{}\n"])
    assert len(client.batches) == 1
