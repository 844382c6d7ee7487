"""What journeys are sliced by: the RFM segment of whose they are, and the channel that they came by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.choices import check_choice
from patronage.logic.segments.rfm import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_CHANNELS = 8
"""Channels that are told apart, the largest; the others share one slice, and what names none another."""
ANONYMOUS, NONE = "anonymous", "none"
"""Who is in no segment, as `journey_slices.sql` says it: somebody not known, and known without an order."""
SEGMENT_NAMES = {
    **{segment.segment_id: segment.name for segment in SEGMENTS.values()},
    ANONYMOUS: "Anonymous",
    NONE: "In no segment",
}
OTHER, UNSAID = "(other)", "(none)"
"""Ids of the channels that share a slice, and of none; as Google Analytics writes both."""
FILTERS = ("segments", "channels")
"""What a document of slices lists: those that it has rows of."""

Row = dict[str, Any]


def named(rows: Iterable[Mapping[str, Any]], kept: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """Name the channels of rows that have a ``channel_place``, as `journey_slices.sql` gives it.

    Parameters
    ----------
    rows : iterable of mapping
        What is counted; a place of None is no channel's, and stays None.
    kept : sequence of str
        The channels that are told apart, by place.

    Returns
    -------
    tuple
        The rows with a ``channel_id`` instead, and the channels that they name: ``channel_id``, ``channel``
        (null for those that share one and for none) and ``is_folded``.
    """
    channels = [_channel(name, name) for name in kept]
    places = [*range(len(kept)), MAX_CHANNELS, MAX_CHANNELS + 1]
    channels += [_channel(_free(OTHER, kept), None, is_folded=True), _channel(_free(UNSAID, kept), None)]
    by_place = dict(zip(places, channels, strict=True))
    found, used = [], set()
    for row in rows:
        place = row["channel_place"]
        used.add(place)
        rest = {name: value for name, value in row.items() if name != "channel_place"}
        found.append({**rest, "channel_id": None if place is None else by_place[place]["channel_id"]})
    return found, [channel for place, channel in by_place.items() if place in used]


def _channel(channel_id: str, channel: str | None, *, is_folded: bool = False) -> Row:
    return {"channel_id": channel_id, "channel": channel, "is_folded": is_folded}


def _free(channel_id: str, kept: Sequence[str]) -> str:
    """Return an id that is not what the shop calls one of its channels."""
    while channel_id in kept:
        channel_id = f"({channel_id})"
    return channel_id


def segments_in(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """List the segments that rows have, with what they are called, in the order of RFM."""
    found = {row["segment_id"] for row in rows}
    return [
        {"segment_id": segment_id, "name": name}
        for segment_id, name in SEGMENT_NAMES.items()
        if segment_id in found
    ]


def check_segment(segment_id: str | None) -> None:
    """Refuse a segment that there is not; None is all of them."""
    if segment_id is not None:
        check_choice("segment_id", segment_id, SEGMENT_NAMES)


def check_channel(channel: str | None, channels: Sequence[Mapping[str, Any]], *, source: str) -> None:
    """Refuse a channel that has no slice; None is all of them.

    Parameters
    ----------
    channel : str or None
        A ``channel_id``.
    channels : sequence of mapping
        Those that have one, as `named` lists them.
    source : str
        What says the channel: "event" or "order".

    Raises
    ------
    BadField
        The message names the channels, or says that nothing names one.
    """
    if channel is None:
        return
    if all(each["channel"] is None and not each["is_folded"] for each in channels):
        raise BadField(
            f"channel is {channel!r}, and no {source} names a channel; leave the parameter out, "
            f"or upload {source}s with a channel",
            field="channel",
            rule="one-of",
        )
    check_choice("channel", channel, [each["channel_id"] for each in channels])


def chosen(rows: Iterable[Row], *, segment_id: str | None, channel: str | None) -> list[Row]:
    """Return the rows of a segment and a channel; None is all of them."""
    return [
        row
        for row in rows
        if (segment_id is None or row["segment_id"] == segment_id)
        and (channel is None or row["channel_id"] == channel)
    ]
