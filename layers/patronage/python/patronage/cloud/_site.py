"""Put the built dashboard where the deployed stack serves it, with what its page must know of the stack."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from patronage.cloud._access import api_key, local_url
from patronage.errors import NotFound
from patronage.stores.objects import S3Store, read_json, write_json

if TYPE_CHECKING:
    from patronage.cloud._session import Stack

CONFIG = "config.json"
SITE = Path("dashboard") / "dist"
"""Where `make dashboard` builds it, below the repository's root."""
_INDEX = "index.html"
_HASHED = "assets/"
"""Where the build puts files whose names change with their content."""
_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_ASKED_EACH_TIME = "no-cache"
_KEPT_BUILDS = timedelta(days=30)
"""How long files stay after a newer build has none of them: a page that is open still loads its parts."""
_SUPERSEDED = "superseded.json"
"""Since when files that are still there are of no current build, by key."""
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Not asked of this machine's table of types, which differs from one to the next."""


def publish_site(stack: Stack, dist: Path) -> str:
    """Upload a built dashboard and its `config.json`; return the address of the page.

    The page itself comes last: who opens it meanwhile gets the old one whole, or the new one whole.

    Parameters
    ----------
    stack : Stack
        The deployed stack, in the local cloud or on AWS.
    dist : Path
        The folder that `make dashboard` built.

    Raises
    ------
    NotFound
        The folder holds no built dashboard, or the stack is of a version that has none.
    """
    if not (dist / _INDEX).is_file():
        raise NotFound(f"{dist} holds no {_INDEX}: the dashboard is not built; build it with: make dashboard")
    bucket, s3 = stack.output("DashboardBucketName"), stack.cloud.client("s3")
    bodies = {name: (dist / name).read_bytes() for name in _names(dist)}
    bodies[CONFIG] = json.dumps(site_config(stack), indent=2).encode()
    for name in sorted(bodies, key=lambda name: (name == _INDEX, name)):
        s3.put_object(
            Bucket=bucket,
            Key=name,
            Body=bodies[name],
            ContentType=_KINDS.get(PurePosixPath(name).suffix, "application/octet-stream"),
            CacheControl=_KEPT_FOR_EVER if name.startswith(_HASHED) else _ASKED_EACH_TIME,
        )
    _drop_old_builds(S3Store(bucket, client=s3), set(bodies))
    if stack.cloud.endpoint is None:
        _forget_copies(stack)
    return stack.output("DashboardUrl")


def site_config(stack: Stack) -> dict[str, Any]:
    """Return what the page must know: where the API and Cognito answer, and as which client it signs in.

    Anybody may read it. The key of the browser plan stands on the pages of the storefront as well: it meters,
    and opens nothing personal.
    """
    pool, endpoint = stack.output("UserPoolId"), stack.cloud.endpoint
    region = pool.partition("_")[0]
    api = stack.output("ApiUrl") if endpoint is None else local_url(stack)
    return {
        "api": f"{api}/api/v1",
        "client_id": stack.output("UserPoolClientId"),
        "user_pool_id": pool,
        "cognito": endpoint or f"https://cognito-idp.{region}.{_suffix(region)}",
        "is_local": endpoint is not None,
        "timezone": stack.output("ShopTimezone"),
        "browser_key": api_key(stack, "browser"),
    }


def _names(dist: Path) -> list[str]:
    """List the files to serve; what the build notes for itself lies in hidden folders."""
    found = [path.relative_to(dist) for path in dist.rglob("*") if path.is_file()]
    return [name.as_posix() for name in found if not any(part.startswith(".") for part in name.parts)]


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _drop_old_builds(store: S3Store, current: set[str]) -> None:
    """Delete what has been of no build for long enough; note since when the rest is of none."""
    now = datetime.now(UTC)
    since = read_json(store, _SUPERSEDED) if store.exists(_SUPERSEDED) else {}
    left = {
        key: since.get(key, now.isoformat()) for key in store.keys("") if key not in {*current, _SUPERSEDED}
    }
    old = [key for key, moment in left.items() if datetime.fromisoformat(moment) < now - _KEPT_BUILDS]
    for key in old:
        store.delete(key)
    kept = {key: moment for key, moment in left.items() if key not in old}
    if kept != since:
        write_json(store, _SUPERSEDED, kept)


def _forget_copies(stack: Stack) -> None:
    """Have CloudFront's edges ask for the page anew; the local cloud keeps no copies."""
    stack.cloud.client("cloudfront").create_invalidation(
        DistributionId=stack.output("DashboardDistributionId"),
        InvalidationBatch={
            "CallerReference": f"patronage-{time.time_ns()}",
            "Paths": {"Quantity": 1, "Items": ["/*"]},
        },
    )
