"""What the dashboard's bucket holds after an upload, and what the page is told of its stack."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from patronage.cli import publish_dashboard as command
from patronage.cloud import Cloud, Stack, publish_site, site_config
from patronage.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = "site"
OUTPUTS = {
    "ApiUrl": "https://a1.execute-api.eu-central-1.amazonaws.com/live",
    "DashboardBucketName": BUCKET,
    "DashboardDistributionId": "E1",
    "DashboardUrl": "https://d1.cloudfront.net",
    "BrowserKeyId": "k1",
    "ShopTimezone": "Europe/Berlin",
    "UserPoolClientId": "client",
    "UserPoolId": "eu-central-1_abc",
}


class Edges:
    """CloudFront, as far as an upload asks it."""

    def __init__(self) -> None:
        self.forgotten: list[tuple[str, list[str]]] = []

    def create_invalidation(self, *, DistributionId: str, InvalidationBatch: Any) -> None:  # noqa: N803
        self.forgotten.append((DistributionId, InvalidationBatch["Paths"]["Items"]))


class Keys:
    """API Gateway, as far as an upload asks it."""

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> dict[str, str]:  # noqa: N803
        assert includeValue
        return {"value": f"value of {apiKey}"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    for name, text in {
        "index.html": "<!doctype html>",
        "icon.svg": "<svg/>",
        "assets/main-1a2b.js": "1",
        "assets/main-1a2b.css": "a{}",
        ".vite/manifest.json": "{}",
    }.items():
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (dist / name).write_text(text)
    return dist


def stack_on_aws(s3: Any, edges: Edges | None = None, **outputs: str) -> Stack:
    return Stack(
        Cloud(None, {"s3": s3, "cloudfront": edges or Edges(), "apigateway": Keys()}),
        "Patronage",
        OUTPUTS | outputs,
    )


def keys(s3: Any) -> set[str]:
    return {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_files_arrive_with_their_type_and_how_long_they_may_be_kept(s3: Any, dist: Path) -> None:
    assert publish_site(stack_on_aws(s3), dist) == "https://d1.cloudfront.net"
    told = {
        key: (found["ContentType"], found["CacheControl"])
        for key in keys(s3)
        for found in [s3.head_object(Bucket=BUCKET, Key=key)]
    }
    for_ever = "public, max-age=31536000, immutable"
    assert told == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "icon.svg": ("image/svg+xml", "no-cache"),
        "config.json": ("application/json", "no-cache"),
        "assets/main-1a2b.js": ("text/javascript; charset=utf-8", for_ever),
        "assets/main-1a2b.css": ("text/css; charset=utf-8", for_ever),
    }


def test_the_page_is_told_where_to_ask_and_nothing_that_is_secret(s3: Any, dist: Path) -> None:
    publish_site(stack_on_aws(s3), dist)
    told = json.loads(s3.get_object(Bucket=BUCKET, Key="config.json")["Body"].read())
    assert told == {
        "api": "https://a1.execute-api.eu-central-1.amazonaws.com/live/api/v1",
        "client_id": "client",
        "user_pool_id": "eu-central-1_abc",
        "cognito": "https://cognito-idp.eu-central-1.amazonaws.com",
        "is_local": False,
        "timezone": "Europe/Berlin",
        "browser_key": "value of k1",
    }


def test_the_page_of_a_local_cloud_asks_that_cloud() -> None:
    stack = Stack(Cloud("http://127.0.0.1:4566", {"apigateway": Keys()}), "Patronage", OUTPUTS)
    told = site_config(stack)
    assert told["api"] == "http://127.0.0.1:4566/restapis/a1/live/_user_request_/api/v1"
    assert told["cognito"] == "http://127.0.0.1:4566"
    assert told["is_local"] is True


@pytest.mark.parametrize(
    ("named", "endpoint"), [("http://127.0.0.1:4566", "http://127.0.0.1:4566"), ("", None)]
)
def test_the_command_takes_the_local_cloud_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, named: str, endpoint: str | None
) -> None:
    asked = []
    monkeypatch.setenv("AWS_ENDPOINT_URL", named)
    monkeypatch.setattr(command, "open_stack", lambda cloud, _: asked.append(cloud.endpoint))
    monkeypatch.setattr(command, "publish_site", lambda *_: "https://d1.cloudfront.net")
    command.publish_dashboard("Patronage", Path("dist"))
    assert asked == [endpoint]


def test_china_has_a_domain_of_its_own() -> None:
    stack = stack_on_aws(None, UserPoolId="cn-north-1_abc")
    assert site_config(stack)["cognito"] == "https://cognito-idp.cn-north-1.amazonaws.com.cn"


def test_the_page_comes_last_so_that_who_opens_it_meanwhile_finds_all_its_parts(
    s3: Any, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = s3.put_object
    monkeypatch.setattr(s3, "put_object", lambda **asked: (written.append(asked["Key"]), put(**asked)))
    publish_site(stack_on_aws(s3), dist)
    assert written[-1] == "index.html"


def test_cloudfront_forgets_its_copies(s3: Any, dist: Path) -> None:
    edges = Edges()
    publish_site(stack_on_aws(s3, edges), dist)
    assert edges.forgotten == [("E1", ["/*"])]


@pytest.fixture
def publish_on(s3: Any, dist: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], set[str]]:
    """Upload what is built on a day, counted from today; return what the bucket then holds."""

    def publish(day: int) -> set[str]:
        class Then(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime.now(tz) + timedelta(days=day)

        monkeypatch.setattr("patronage.cloud._site.datetime", Then)
        publish_site(stack_on_aws(s3), dist)
        return keys(s3)

    return publish


OLD, NEW = "assets/main-1a2b.js", "assets/main-3c4d.js"


def test_parts_of_a_build_stay_a_month_after_a_newer_one_for_pages_that_are_open(
    dist: Path, publish_on: Callable[[int], set[str]]
) -> None:
    publish_on(-40)
    (dist / OLD).rename(dist / NEW)
    assert {OLD, NEW} <= publish_on(0), "it was live until now"
    assert {OLD, NEW} <= publish_on(29)
    found = publish_on(31)
    assert OLD not in found
    assert {NEW, "index.html", "config.json"} <= found


def test_a_part_that_a_later_build_has_again_counts_anew(
    dist: Path, publish_on: Callable[[int], set[str]]
) -> None:
    publish_on(0)
    (dist / OLD).rename(dist / NEW)
    publish_on(1)
    (dist / NEW).rename(dist / OLD)
    publish_on(2)
    (dist / OLD).rename(dist / NEW)
    publish_on(40)
    assert OLD in publish_on(69)
    assert OLD not in publish_on(71)


def test_a_dashboard_that_nobody_built_is_named_with_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(
        NotFound, match=r"holds no index.html: the dashboard is not built; .*: make dashboard"
    ):
        publish_site(Stack(Cloud(), "Patronage", OUTPUTS), tmp_path)
