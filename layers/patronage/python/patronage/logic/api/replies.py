"""What a step may answer with, where a plain 200 does not say it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reply(NamedTuple):
    """An answer of the API.

    Parameters
    ----------
    body : mapping or str
        Plain values for JSON; a text is sent as it is, with a `Content-Type` among the headers.
    cache_seconds : int
        How long a cache may keep it; 0 for no time at all.
    is_public : bool
        Whether a cache that many share may keep it too.
    """

    body: Mapping[str, Any] | str
    status: int = 200
    headers: Mapping[str, str] = {}
    cache_seconds: int = 0
    is_public: bool = False
