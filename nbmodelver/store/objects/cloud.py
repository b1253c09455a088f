"""Objects in S3, Google Cloud Storage, Azure Blob Storage, and read-only behind a web server, by obstore.

A request that fails is not repeated here, with one exception: parts of a large upload, whose chunks cannot be read
again. retrying.py repeats the others, because only it can find out what a lost answer was.
"""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, HTTPStore, S3Store

from nbmodelver.errors import NotSupported, RemoteDenied, RemoteError, RemoteUnreachable
from nbmodelver.model.remotes import Listed, Tagged
from nbmodelver.store.backends.keys import check, check_prefix, is_key
from nbmodelver.store.objects import clocks
from nbmodelver.store.objects.cloud_faults import is_beyond_end, is_conflict, is_missing_key, translate
from nbmodelver.store.objects.cloud_options import CloudSettings, timeouts
from nbmodelver.store.objects.ranges import cut, together, truncated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MULTIPART_BYTES = 64 << 20
"""Larger objects are sent in parts. Radosgw ignores conditions of uploads in parts, so only `put` uses them."""
PART_BYTES = 16 << 20
PARTS_AT_ONCE = 4
MOST_PARTS = 9000
"""S3 allows 10 000 parts: above 140 GB parts are larger."""
_PUT_RETRIES = 5
_OF_KEYS = ("read", "read the size of", "delete")
"""Operations that fail with KeyError if the object is missing."""
_RAISED = (BaseError, OSError, ValueError)
"""What obstore raises. FileNotFoundError is an OSError, and an invalid path or setting a ValueError."""


class CloudStorage:
    """The ObjectStorage protocol over a bucket or container. where: the address, for messages."""

    def __init__(self, where: str, settings: CloudSettings) -> None:
        self.where = where
        self._settings = settings
        self._is_web = settings.scheme in ("http", "https")
        reading, writing = timeouts(settings.stalled_s)
        try:
            self._reading = _store(settings, reading, 0)
            self._creating = self._reading if self._is_web else _store(settings, writing, 0)
            self._putting = self._reading if self._is_web else _store(settings, writing, _PUT_RETRIES)
        except _RAISED as error:
            raise RemoteError(f"{where} cannot be opened: {type(error).__name__}", "check its options") from None
        self._one_by_one: Any = None
        self._strips_quotes: bool | None = None
        self._ahead_s: float | None = None

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError, Truncated."""
        check(key)
        if length is not None and length <= 0:
            self.size(key)
            return b""
        if start == 0 and length is None:
            return self._whole(key).data
        span: Any = {"offset": start} if length is None else (start, start + length)
        try:
            with self._translated("read", key):
                got = obstore.get(self._reading, key, options={"range": span})
                data, (first, end) = bytes(got.bytes()), got.range
        except _BeyondEndError:
            return b""
        if len(data) != end - first:
            raise truncated(self._path(key), end, first + len(data))
        return data

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. Raises KeyError, Truncated."""
        check(key)
        asked = together(ranges)
        if not asked:
            return [b"" for _ in ranges]
        starts, lengths = [start for start, _ in asked], [length for _, length in asked]
        try:
            with self._translated("read", key):
                pieces = obstore.get_ranges(self._reading, key, starts=starts, lengths=lengths, coalesce=0)
                got = [bytes(piece) for piece in pieces]
        except _BeyondEndError:
            raise truncated(self._path(key), asked[-1][0] + asked[-1][1], self.size(key)) from None
        return cut(ranges, asked, got, self._path(key))

    def read_tagged(self, key: str) -> Tagged:
        """Return the object and its ETag, or its generation at Google. Raises KeyError, Truncated."""
        return self._whole(check(key))

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        check(key)
        with self._translated("read the size of", key):
            return int(obstore.head(self._reading, key)["size"])

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`. 1000 a request.

        Ages are by the clock of the server. Raises NotSupported for a web server, and for a place that lists in no
        order (S3 directory buckets).
        """
        folder = check_prefix(prefix).rpartition("/")[0]
        if self._is_web:
            raise NotSupported(f"{self.where} cannot be listed", "use the address of the bucket or of the folder")
        return self._listed(folder, prefix, after)

    def _listed(self, folder: str, prefix: str, after: str) -> Iterator[Listed]:
        last = ""
        offset = max(after, "") or None
        with self._translated("list", prefix):
            pages = iter(obstore.list(self._reading, folder or None, offset=offset, chunk_size=1000))
        while True:
            with self._translated("list", prefix):
                page = next(pages, None)
            if page is None:
                return
            now = datetime.datetime.now(datetime.UTC).timestamp() + self._ahead()
            for one in page:
                key = one["path"]
                if key <= last:
                    raise NotSupported(f"{self.where} lists objects in no order", "use a bucket of another type")
                last = key
                if key.startswith(prefix) and key > after and is_key(key):
                    yield Listed(key, one["size"], now - one["last_modified"].timestamp())

    # -- writing

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object by a conditional request. Return False if the key exists."""
        check(key)
        self._refuse_web()
        try:
            with self._translated("create", key):
                obstore.put(self._creating, key, data, mode="create", use_multipart=False)
        except _ConflictError:
            return False
        return True

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Replace an object if it has this tag, and return the new tag. Return None if it has another or is missing.

        Old versions of radosgw compare the ETag without its quotes: after a refusal the other form is tried, until it
        is known which one the server takes.
        """
        check(key)
        self._refuse_web()
        plain = tag.strip('"')
        both = [tag] if plain == tag or self._settings.scheme != "s3" else [tag, plain]
        forms = both if self._strips_quotes is None else [both[-1] if self._strips_quotes else tag]
        for form in forms:
            try:
                new = self._replaced(key, data, form)
            except _ConflictError:
                continue
            if len(both) == 2:
                self._strips_quotes = form == plain
            return new
        return None

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object, replacing an existing one. Above MULTIPART_BYTES in parts, of which few are in memory.

        Parts of an upload that was killed stay at the server, invisible, until a lifecycle rule removes them.
        """
        check(key)
        self._refuse_web()
        if size_bytes <= MULTIPART_BYTES:
            data = b"".join(chunks)
            with self._translated("write", key):
                obstore.put(self._putting, key, data, use_multipart=False)
            return
        source = _Source(chunks)
        with self._translated("write", key):
            try:
                obstore.put(
                    self._putting,
                    key,
                    iter(source),
                    use_multipart=True,
                    chunk_size=max(PART_BYTES, -(-size_bytes // MOST_PARTS)),
                    max_concurrency=PARTS_AT_ONCE,
                )
            except BaseException as error:
                if source.failure is None:
                    raise
                failed = error
            else:
                return
        raise source.failure from failed

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, 1000 a request; missing ones are not an error. One by one if the server cannot do that."""
        for key in keys:
            check(key)
        if not keys:
            return
        self._refuse_web()
        if self._one_by_one is None:
            try:
                with self._translated("delete", keys[0]):
                    obstore.delete(self._reading, list(keys))
                return
            except KeyError:
                pass
            except (RemoteUnreachable, RemoteDenied):
                raise
            except RemoteError:  # Some servers answer a bulk request in a form that cannot be parsed.
                pass
            reading, _ = timeouts(self._settings.stalled_s)
            self._one_by_one = _store(self._settings, reading, 0, bulk=False)
        for key in keys:
            try:
                with self._translated("delete", key):
                    obstore.delete(self._one_by_one, key)
            except KeyError:
                continue

    def close(self) -> None:
        """Drop the clients. Their connections are closed when no request uses them."""
        self._reading = self._creating = self._putting = self._one_by_one = None

    # -- internal

    def _path(self, key: str) -> str:
        return f"{self.where.rstrip('/')}/{key}"

    def _whole(self, key: str) -> Tagged:
        with self._translated("read", key):
            got = obstore.get(self._reading, key)
            data, meta = bytes(got.bytes()), got.meta
        if len(data) != meta["size"]:
            raise truncated(self._path(key), meta["size"], len(data))
        return Tagged(data, self._tag(meta))

    def _tag(self, meta: Any) -> str:
        """Return what `replace` needs of the answer to a request: Google compares generations, others ETags."""
        return str(meta["version" if self._settings.scheme == "gs" else "e_tag"] or "")

    def _replaced(self, key: str, data: bytes, tag: str) -> str:
        mode: Any = {"version" if self._settings.scheme == "gs" else "e_tag": tag}
        with self._translated("replace", key):
            result = obstore.put(self._creating, key, data, mode=mode, use_multipart=False)
            return self._tag(result) or self._tag(obstore.head(self._reading, key))

    def _refuse_web(self) -> None:
        if self._is_web:
            raise NotSupported(f"{self.where} is read-only", "push to the bucket or the folder that it shows")

    def _ahead(self) -> float:
        """Return by how much the server's clock is ahead, asked once."""
        if self._ahead_s is None:
            self._ahead_s = clocks.ahead_s(self._settings.url)
        return self._ahead_s

    @contextmanager
    def _translated(self, operation: str, key: str) -> Iterator[None]:
        """Turn errors of obstore into KeyError, a conflict, a range beyond the end, or a RemoteError."""
        if self._reading is None:
            raise RemoteError(f"{self.where} is closed", "open it again")
        try:
            yield
        except _RAISED as error:
            if operation in _OF_KEYS and is_missing_key(error):
                raise KeyError(key) from None
            if operation in ("create", "replace") and is_conflict(error):
                raise _ConflictError from None
            if operation == "read" and is_beyond_end(error):
                raise _BeyondEndError from None
            raise translate(error, operation, self._path(key), self._settings.bucket) from None


class _Source:
    """Chunks for obstore. failure: the error that the chunks raised, which is not one of the place."""

    def __init__(self, chunks: Iterable[bytes | memoryview]) -> None:
        self._chunks = chunks
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            # Parts are sent while the next chunks are made, so memory that is reused has to be copied.
            yield from (bytes(chunk) for chunk in self._chunks if len(chunk))
        except BaseException as error:
            self.failure = error
            raise


class _ConflictError(Exception):
    """A conditional write was refused."""


class _BeyondEndError(Exception):
    """A range begins behind the end of the object."""


def _store(settings: CloudSettings, limits: dict[str, str], retries: int, *, bulk: bool = True) -> Any:
    """Return a store of obstore."""
    client: Any = {**settings.client, **limits}
    retry: Any = {"max_retries": retries, "retry_timeout": datetime.timedelta(seconds=settings.stalled_s * 5)}
    prefix, config = settings.prefix or None, dict(settings.config)
    if settings.scheme == "s3":
        config["disable_bulk_delete"] = not bulk
        return S3Store(settings.bucket, prefix=prefix, config=config, client_options=client, retry_config=retry)
    if settings.scheme == "gs":
        return GCSStore(settings.bucket, prefix=prefix, config=config, client_options=client, retry_config=retry)
    if settings.scheme == "az":
        return AzureStore(settings.bucket, prefix=prefix, config=config, client_options=client, retry_config=retry)
    return HTTPStore.from_url(settings.url, client_options=client, retry_config=retry)
