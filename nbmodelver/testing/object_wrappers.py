"""Object storages around another one, for tests: one counts requests, one is slow, one denies, one fails as networks.

They need neither obstore nor paramiko, and no pytest.
"""

from __future__ import annotations

import enum
import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from nbmodelver.errors import RemoteDenied, RemoteUnreachable, Truncated
from nbmodelver.model.remotes import Listed, Tagged
from nbmodelver.store.objects.ranges import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model.remotes import ObjectStorage

T = TypeVar("T")
KINDS = ("read", "read_many", "read_tagged", "size", "create", "replace", "put", "list", "delete")
WRITES = frozenset({"create", "replace", "put", "delete"})
PAGE = 1000
"""Objects of one request for a listing, and keys of one request that deletes."""


class Wrapper:
    """An ObjectStorage that forwards each call, through `_call`, which a subclass overrides."""

    def __init__(self, storage: ObjectStorage) -> None:
        self.storage = storage

    @property
    def where(self) -> str:
        """The address of the wrapped storage."""
        return self.storage.where

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        return self._call("read", key, lambda: self.storage.read(key, start, length))

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return self._call("read_many", key, lambda: self.storage.read_many(key, ranges), requests=len(together(ranges)))

    def read_tagged(self, key: str) -> Tagged:
        return self._call("read_tagged", key, lambda: self.storage.read_tagged(key))

    def size(self, key: str) -> int:
        return self._call("size", key, lambda: self.storage.size(key))

    def create(self, key: str, data: bytes) -> bool:
        return self._call("create", key, lambda: self.storage.create(key, data), sent=len(data))

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        return self._call("replace", key, lambda: self.storage.replace(key, data, tag), sent=len(data))

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        return self._call("put", key, lambda: self.storage.put(key, chunks, size_bytes), sent=size_bytes)

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        # The listing is complete before this returns, so that its requests are counted and fail here.
        return iter(self._call("list", prefix, lambda: list(self.storage.list(prefix, after))))

    def delete(self, keys: Sequence[str]) -> None:
        requests = -(-len(keys) // PAGE)
        return self._call("delete", " ".join(keys), lambda: self.storage.delete(keys), requests=requests)

    def close(self) -> None:
        self.storage.close()

    def _call(self, kind: str, key: str, act: Callable[[], T], *, requests: int = 1, sent: int = 0) -> T:
        """Call `act`. kind: the name of the method. key: a key, a prefix, or keys. sent: the bytes of a write."""
        raise NotImplementedError


class Counting(Wrapper):
    """Counts requests by kind, and bytes. A listing or a deletion counts one request for each 1000 objects."""

    def __init__(self, storage: ObjectStorage) -> None:
        super().__init__(storage)
        self._guard = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Set all counts to zero."""
        self.requests: Counter[str] = Counter()
        self.calls: list[tuple[str, str]] = []
        self.sent_bytes = 0
        self.received_bytes = 0

    @property
    def total(self) -> int:
        """The number of all requests."""
        return sum(self.requests.values())

    @property
    def writes(self) -> int:
        """The number of requests that write or delete."""
        return sum(self.requests[kind] for kind in WRITES)

    def _call(self, kind: str, key: str, act: Callable[[], T], *, requests: int = 1, sent: int = 0) -> T:
        with self._guard:
            self.calls.append((kind, key))
            if kind != "list":
                self.requests[kind] += requests
            self.sent_bytes += sent
        try:
            answer = act()
        except BaseException:
            with self._guard:
                self.requests[kind] += kind == "list"
            raise
        with self._guard:
            self.received_bytes += _received(answer)
            if kind == "list":
                self.requests[kind] += max(1, -(-len(answer) // PAGE))  # type: ignore[arg-type]
        return answer


class Slow(Wrapper):
    """Waits before each request, and for the bytes that it sends and receives.

    latency_s: of each request. bytes_per_s: None for no limit. sleep: replaced by a test that counts the time only.
    """

    def __init__(
        self,
        storage: ObjectStorage,
        latency_s: float,
        bytes_per_s: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(storage)
        self.latency_s, self.bytes_per_s, self.sleep = latency_s, bytes_per_s, sleep

    def _call(self, kind: str, key: str, act: Callable[[], T], *, requests: int = 1, sent: int = 0) -> T:
        del kind, key
        self.sleep(self.latency_s * max(requests, 1) + (sent / self.bytes_per_s if self.bytes_per_s else 0))
        answer = act()
        if self.bytes_per_s and (received := _received(answer)):
            self.sleep(received / self.bytes_per_s)
        return answer


class Denying(Wrapper):
    """Denies writes below a prefix, as credentials without these rights do."""

    def __init__(self, storage: ObjectStorage, prefix: str) -> None:
        super().__init__(storage)
        self.prefix = prefix

    def _call(self, kind: str, key: str, act: Callable[[], T], *, requests: int = 1, sent: int = 0) -> T:
        del requests, sent
        if kind in WRITES and any(one.startswith(self.prefix) for one in key.split()):
            raise RemoteDenied(f"{self.where} refuses to {kind} {key}", "ask for more rights")
        return act()


class Fault(enum.Enum):
    """What happens to one request."""

    LOST_ANSWER = "the request takes effect, and its answer is lost"
    REFUSED_OWN = "a conditional write takes effect, and its answer says that another was first (412)"
    SERVER_ERROR = "the server answers 500, and the request has no effect"
    THROTTLED = "the server answers 503 or 429, and the request has no effect"
    TRUNCATED = "the answer ends too early, and this is noticed"
    SHORT = "the answer of a read has half of its bytes, and this is not noticed"
    KILLED_BEFORE = "the process ends before the request takes effect"
    KILLED_AFTER = "the process ends after the request took effect"


NETWORK = (Fault.LOST_ANSWER, Fault.SERVER_ERROR, Fault.THROTTLED, Fault.TRUNCATED)
"""The faults after which another attempt may succeed."""


class Killed(BaseException):
    """The end of the process at a request. Not an Exception, so that no handler of errors catches it."""


class Faulty(Wrapper):
    """Fails by a plan, or at random.

    plan: number of a request, counted from 1 -> fault. probability, faults, seed: of every other request; the same seed
    gives the same faults for the same calls. only: the kinds of requests that are counted and can fail, all by default.
    skew_s: added to the ages of listings: the clock of the place differs by so much.
    `requests` is the number so far, and `happened` lists (number, kind, key, fault).
    """

    def __init__(
        self,
        storage: ObjectStorage,
        plan: Mapping[int, Fault] | None = None,
        *,
        probability: float = 0.0,
        faults: Sequence[Fault] = NETWORK,
        seed: int = 0,
        only: Iterable[str] = KINDS,
        skew_s: float = 0.0,
    ) -> None:
        super().__init__(storage)
        self.plan = dict(plan or {})
        self.probability, self.faults, self.only, self.skew_s = probability, tuple(faults), frozenset(only), skew_s
        self.requests = 0
        self.happened: list[tuple[int, str, str, Fault]] = []
        self._random = random.Random(seed)  # noqa: S311  # the same faults in each run of a test
        self._guard = threading.Lock()

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the listing, with skewed ages."""
        whole = list(super().list(prefix, after))
        return iter([Listed(one.key, one.size_bytes, _skewed(one.age_s, self.skew_s)) for one in whole])

    def _call(self, kind: str, key: str, act: Callable[[], T], *, requests: int = 1, sent: int = 0) -> T:
        del requests, sent
        fault = self._next(kind, key)
        if fault is None:
            return act()
        if fault in (Fault.SERVER_ERROR, Fault.THROTTLED):
            raise self._error(kind, key, "HTTP 500" if fault is Fault.SERVER_ERROR else "HTTP 503, slow down")
        if fault is Fault.KILLED_BEFORE:
            raise Killed(f"before {kind} {key}")
        answer = act()
        if fault is Fault.KILLED_AFTER:
            raise Killed(f"after {kind} {key}")
        if fault is Fault.REFUSED_OWN and kind in ("create", "replace"):
            return False if kind == "create" else None  # type: ignore[return-value]
        if fault is Fault.SHORT:
            return _half(answer)
        if fault is Fault.TRUNCATED and kind not in WRITES:
            raise Truncated(f"the answer of {self.where} to {kind} {key} was cut", "run the same command again")
        raise self._error(kind, key, "the connection was closed before the answer")

    def _next(self, kind: str, key: str) -> Fault | None:
        """Count a request and return its fault."""
        if kind not in self.only:
            return None
        with self._guard:
            self.requests += 1
            fault = self.plan.get(self.requests)
            if fault is None and self._random.random() < self.probability:
                fault = self._random.choice(self.faults)
            if fault is not None:
                self.happened.append((self.requests, kind, key, fault))
            return fault

    def _error(self, kind: str, key: str, why: str) -> RemoteUnreachable:
        return RemoteUnreachable(f"{self.where} did not answer {kind} {key}: {why}", "run the same command again")


def _received(answer: object) -> int:
    """Return the bytes of an answer."""
    if isinstance(answer, bytes):
        return len(answer)
    if isinstance(answer, Tagged):
        return len(answer.data)
    if isinstance(answer, list):
        return sum(len(piece) for piece in answer if isinstance(piece, bytes))
    return 0


def _half(answer: T) -> T:
    """Return the first half of what was read; other answers unchanged."""
    if isinstance(answer, bytes):
        return answer[: len(answer) // 2]  # type: ignore[return-value]
    if isinstance(answer, Tagged):
        return Tagged(answer.data[: len(answer.data) // 2], answer.tag)  # type: ignore[return-value]
    if isinstance(answer, list) and all(isinstance(piece, bytes) for piece in answer):
        return [piece[: len(piece) // 2] for piece in answer]  # type: ignore[return-value]
    return answer


def _skewed(age_s: float | None, skew_s: float) -> float | None:
    return None if age_s is None else age_s + skew_s
