"""The probe of a place: what it can do is observed and never assumed from its name.

Of eight S3 servers that were tried, five ignored If-Match without an error, and four of them If-None-Match as well. One
checked and then wrote, so that two of eight concurrent creations succeeded in one of 27 rounds.
"""

from __future__ import annotations

import datetime
import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import NotSupported, RemoteDenied, RemoteError
from nbmodelver.model.remotes import Abilities
from nbmodelver.store.objects.retrying import Patience, Retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model.remotes import ObjectStorage

PATIENCE = Patience(attempts=4, total_s=30.0)
RACERS = 8
ROUNDS = 3


def probe(storage: ObjectStorage, prefix: str = "probe/", rounds: int = ROUNDS, known: str = "format") -> Abilities:
    """Return what a place can do. Writes a few small objects under `prefix`, and deletes them.

    known: a key that a remote has, if there is one: credentials may allow to read it and nothing else.
    Credentials that only read give writes=False, and nothing else is tried. Raises RemoteDenied if they do not even
    read, RemoteError if the place cannot be reached, is missing or is full.
    """
    patient = storage if isinstance(storage, Retrying) else Retrying(storage, PATIENCE)
    return _Probe(patient, f"{prefix}{secrets.token_hex(6)}", rounds, known).result()


class _Probe:
    def __init__(self, storage: ObjectStorage, stem: str, rounds: int, known: str) -> None:
        self.storage, self.stem, self.rounds, self.known = storage, stem, rounds, known
        self.keys: list[str] = []

    def result(self) -> Abilities:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            try:
                creates = self._creates()
            except (RemoteDenied, NotSupported) as error:
                ranges = self._reads_ranges(error)
                return Abilities(False, False, False, ranges, writes=False, checked_at_utc=now)
            swaps = self._swaps()
            wins_once = (creates or swaps) and self._wins_once(creates=creates, swaps=swaps)
            return Abilities(creates, swaps, wins_once, self._ranges(), checked_at_utc=now)
        finally:
            with suppress(RemoteError):  # What remains under the prefix harms nothing.
                self.storage.delete(self.keys)

    def _key(self, name: str) -> str:
        key = f"{self.stem}-{name}"
        self.keys.append(key)
        return key

    def _creates(self) -> bool:
        """Create twice: the second must be refused, and the first must still be there."""
        key = self._key("create")
        first = self.storage.create(key, b"first")
        second = self.storage.create(key, b"second")
        return first and not second and self.storage.read(key) == b"first"

    def _swaps(self) -> bool:
        """Swap with a good tag and with a stale one, and swap a missing object."""
        key = self._key("swap")
        self.storage.put(key, [b"one"], 3)
        stale = self.storage.read_tagged(key).tag
        try:
            good = self.storage.replace(key, b"two", stale)
            if good is None or self.storage.read(key) != b"two":
                return False
            if self.storage.replace(key, b"three", stale) is not None or self.storage.read(key) != b"two":
                return False
            missing = self._key("missing")
            return bool(
                self.storage.replace(missing, b"four", good) is None
                and self.storage.replace(key, b"five", good) is not None
                and self.storage.read(key) == b"five"
            )
        except NotSupported:
            return False

    def _wins_once(self, *, creates: bool, swaps: bool) -> bool:
        """Race in several rounds. What the place cannot do at all is not raced."""
        return all(
            (not creates or _decided(self._create_race)) and (not swaps or _decided(self._swap_race))
            for _ in range(self.rounds)
        )

    def _create_race(self) -> bool | None:
        key = self._key(f"race-{len(self.keys)}")
        return self._one_winner(key, lambda data: self.storage.create(key, data))

    def _swap_race(self) -> bool | None:
        key = self._key(f"race-{len(self.keys)}")
        self.storage.put(key, [b"start"], 5)
        tag = self.storage.read_tagged(key).tag
        return self._one_winner(key, lambda data: self.storage.replace(key, data, tag) is not None)

    def _one_winner(self, key: str, write: Callable[[bytes], bool]) -> bool | None:
        """Run all racers at once. Return True if one of them won and the object has its content, None if none won."""
        contents = [b"%d" % number for number in range(RACERS)]
        winners = [data for data, won in zip(contents, _at_once(write, contents), strict=True) if won]
        if not winners:
            return None
        return len(winners) == 1 and self.storage.read(key) == winners[0]

    def _ranges(self) -> bool:
        key = self._key("ranges")
        data = bytes(range(256))
        self.storage.put(key, [data], len(data))
        return self._has_ranges(key, data)

    def _has_ranges(self, key: str, data: bytes) -> bool:
        try:
            many = self.storage.read_many(key, [(3, 4), (200, 9)])
            return self.storage.read(key, 10, 5) == data[10:15] and many == [data[3:7], data[200:209]]
        except RemoteError:
            return False

    def _reads_ranges(self, denied: RemoteError) -> bool:
        """Return True if a range of an object that is there can be read. Raises `denied` if nothing can be read."""
        for key in (self.known, self._first_listed(), f"{self.stem}-missing"):
            try:
                whole = self.storage.read(key, 0, 8)
                return self.storage.read(key, 1, 4) == whole[1:5]
            except KeyError:
                return True
            except NotSupported:
                return False
            except RemoteDenied:
                continue
        raise denied

    def _first_listed(self) -> str:
        """Return the key of an object, or of a missing one if the place is empty or cannot be listed."""
        found = f"{self.stem}-missing"
        with suppress(RemoteDenied, NotSupported):
            found = next((one.key for one in self.storage.list("") if one.size_bytes > 1), found)
        return found


def _decided(race: Callable[[], bool | None]) -> bool:
    """Return the result of a race that somebody won. A place may refuse all racers, which is safe, but not always."""
    for _ in range(3):
        result = race()
        if result is not None:
            return result
    return False


def _at_once(write: Callable[[bytes], bool], contents: Sequence[bytes]) -> list[bool]:
    """Call `write` in a thread for each content, all at the same time. Raises the first error of one of them."""
    barrier = threading.Barrier(len(contents))
    won = [False] * len(contents)
    failed: list[BaseException] = []

    def race(index: int) -> None:
        try:
            barrier.wait()
            won[index] = write(contents[index])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=race, args=(index,), daemon=True) for index in range(len(contents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return won
