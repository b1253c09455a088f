"""Merging of small segments, so that a remote with many pushes is read by few requests."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from nbmodelver.remote import segments
from nbmodelver.remote.heads import Listing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.remote.segments import Segment

MANY = 16
"""With more segments than this in a head, small ones are merged by the next push."""

SMALL_BYTES = 4 << 20
"""A segment of this size is not merged again, so each record is written at most SMALL_BYTES / MANY times on average."""


def send_segment(connection: RemoteConnection, segment: Segment, gone: Collection[str] = ()) -> Listing:
    """Write a segment at the remote, keep a copy here, and return its listing. Raises RemoteError, StoreError.

    The copy is kept first: one that is here already was perhaps sent by an earlier round or an interrupted push.
    gone: names that are being deleted at the remote. A segment of such a name is written under another one.
    """
    data = segments.encode(segment)
    key, salts = segments.key_of(data), count(1)
    while key.rpartition("/")[2] in gone:
        data = segments.encode(segment, f"{next(salts)}")
        key = segments.key_of(data)
    if connection.known.keep(key, data) or not _is_there(connection, key, len(data)):
        connection.storage.create(key, data)
    return Listing(key, len(data), len(segment.records), len(segment.events), len(segment.packs))


def _is_there(connection: RemoteConnection, key: str, size: int) -> bool:
    with suppress(KeyError):
        return connection.storage.size(key) == size
    return False


def compacted(
    connection: RemoteConnection, listed: Sequence[Listing], gone: Collection[str] = ()
) -> tuple[Listing, ...]:
    """Return the segments of a head, small ones merged if there are many. All of them are here.

    gone: names that are being deleted at the remote; packs among them do not count any more. The merged segments are
    written; the old ones stay until they are collected.
    """
    if len(listed) <= MANY:
        return tuple(listed)
    small = [one for one in listed if one.size_bytes < SMALL_BYTES]
    merged = segments.merged([connection.known.segment(one) for one in small], gone)
    made = [send_segment(connection, run, gone) for run in segments.runs(merged)]
    rest = [one for one in listed if one.size_bytes >= SMALL_BYTES]
    return (*rest, *made)
