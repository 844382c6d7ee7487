"""Errors over HTTP as RFC 9457 wants them: `application/problem+json`."""

from __future__ import annotations

from typing import Any

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:problem-type:patronage:"


def problem(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """Describe a problem; its type is made from the title.

    Examples
    --------
    >>> problem(503, "No generation yet", "Nothing was published yet.")["type"]
    'urn:problem-type:patronage:no-generation-yet'
    """
    slug = title.lower().replace(" ", "-")
    return {"type": f"{_TYPE}{slug}", "title": title, "status": status, "detail": detail, **more}
