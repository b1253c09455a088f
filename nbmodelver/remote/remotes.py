"""The remotes of a store: their names, addresses and what was found out about them. The refs `remotes/NAME`.

No credentials are kept: they come from the provider's own configuration at each use.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import (
    Damaged,
    MissingLibrary,
    RemoteChanged,
    RemoteError,
    RemoteMissing,
    RemoteTooNew,
    UsageError,
)
from nbmodelver.model.remotes import Abilities
from nbmodelver.remote.heads import AREAS, FORMAT, HeadPlace, ReadHead, is_remote_id
from nbmodelver.remote.known import Known
from nbmodelver.repo.core.named_versions import TRACKED
from nbmodelver.store.framed import broken, canonical, parse
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbmodelver.model.remotes import ObjectStorage, WriteRule
    from nbmodelver.remote.heads import Area, Head
    from nbmodelver.repo.core.open_store import OpenStore

PREFIX = "remotes/"
FORMAT_KEY = "format"
MOST_FORMAT_BYTES = 4096
AGE = "age"
"""The only encryption so far."""
OWN = ("format", "keys/", "packs/", "segments/", "work/", "registry/", "probe/")
"""The keys that a remote uses."""

Parts = Literal["all", "lazy"]


@dataclass(frozen=True)
class RemoteConfig:
    """A remote as a store remembers it.

    id: 32 random hex digits that name the remote itself. rule: how its heads move; the first writer decided it.
    options: endpoint, region and others, never credentials. lazy: values are loaded when they are needed. encryption:
    the public key of an encrypted remote, as age1..., "" for one that is not encrypted.
    """

    name: str
    address: str
    id: str
    rule: WriteRule
    options: Mapping[str, str] = field(default_factory=dict)
    lazy: bool = False
    abilities: Abilities | None = None
    encryption: str = ""

    def text(self) -> str:
        """Return the text of the ref."""
        return json.dumps({k: v for k, v in asdict(self).items() if k != "name"}, sort_keys=True)


class Remotes:
    """The remotes of a store by name."""

    def __init__(self, store: OpenStore) -> None:
        self._refs, self._parts = store.refs, store.parts

    def all(self) -> dict[str, RemoteConfig]:
        """Return name -> configuration. Raises Damaged."""
        return {ref.removeprefix(PREFIX): _config(ref, text) for ref, text in self._refs.all(PREFIX).items()}

    def get(self, name: str = "") -> RemoteConfig:
        """Return one remote. name: "" for the only one, or for "origin". Raises UsageError if it is unknown."""
        known = self.all()
        if not name and len(known) == 1:
            return next(iter(known.values()))
        found = known.get(name or "origin")
        if found is not None:
            return found
        if not known:
            raise UsageError("this store has no remote", "add one: %mv_remote add origin ADDRESS")
        named = f"no remote '{name}'" if name else "this store has several remotes"
        raise UsageError(named, f"write one of: {', '.join(known)}")

    def put(self, config: RemoteConfig) -> None:
        """Add or replace a remote. Raises BadName, StoreError."""
        ref = PREFIX + valid_name(config.name)
        self._refs.move(ref, self._refs.get(ref), config.text())
        self._parts.look_elsewhere_again()

    def remove(self, name: str) -> RemoteConfig:
        """Remove a remote from the store and return it. Nothing at the remote changes. Raises UsageError."""
        config = self.get(name)
        self._refs.delete(PREFIX + config.name)
        for ref in self._refs.all(f"{TRACKED}{config.name}/"):
            self._refs.delete(ref)
        return config


def _config(ref: str, text: str) -> RemoteConfig:
    try:
        data = json.loads(text)
        abilities = data.get("abilities")
        return RemoteConfig(
            ref.removeprefix(PREFIX), str(data["address"]), str(data["id"]), data["rule"],
            {str(k): str(v) for k, v in data["options"].items()}, bool(data["lazy"]),
            None if abilities is None else Abilities(**abilities), str(data.get("encryption", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"the ref {ref} is damaged", "remove the remote and add it again: %mv_remote") from error


@dataclass(frozen=True)
class Marker:
    """The object `format` of a remote."""

    id: str
    rule: WriteRule
    is_encrypted: bool = False


def read_marker(storage: ObjectStorage) -> Marker | None:
    """Return the marker of a remote, None if the place has no remote. Raises RemoteTooNew, Damaged, RemoteError."""
    what = f"{FORMAT_KEY} of {storage.where}"
    try:
        data = parse(storage.read(FORMAT_KEY, 0, MOST_FORMAT_BYTES), what)
    except KeyError:
        return None
    except Damaged as error:
        raise RemoteError(
            f"{storage.where} has an object '{FORMAT_KEY}' that is not one of nbmodelver",
            "give a prefix of its own: s3://bucket/nbmodelver",
        ) from error
    newest, readable_by = data.get("remote"), data.get("readable_by", data.get("remote"))
    if not isinstance(newest, int) or not isinstance(readable_by, int):
        raise RemoteError(
            f"{storage.where} is a store, which can be a remote only on this machine or on a mounted disk",
            "push from that store to a remote that both reach: %mv_push; or give another prefix",
        )
    if readable_by > FORMAT:
        raise RemoteTooNew(
            f"{storage.where} has format {newest}; this nbmodelver reads up to {FORMAT}", "upgrade nbmodelver"
        )
    if not is_remote_id(data.get("id")) or data.get("rule") not in ("swap", "numbered", "single writer"):
        raise broken(what, "it is malformed")
    if data.get("encryption") not in (None, AGE):
        raise RemoteTooNew(
            f"{storage.where} has an encryption that this nbmodelver does not know", "upgrade nbmodelver"
        )
    return Marker(data["id"], data["rule"], "encryption" in data)


def make_marker(storage: ObjectStorage, rule: WriteRule, make_key: Callable[[], None] | None = None) -> Marker:
    """Make a prefix a remote, and return its marker: that of another process if that one was faster.

    make_key: writes the key of an encrypted remote, which must be there before the marker. Raises RemoteError if the
    prefix has other objects.
    """
    foreign = next((one.key for one in storage.list("") if not one.key.startswith(OWN)), None)
    if foreign is not None:
        raise RemoteError(
            f"{storage.where} has other objects, such as {foreign}", "give a prefix of its own: .../nbmodelver"
        )
    marker = {"remote": FORMAT, "readable_by": FORMAT, "id": secrets.token_hex(16), "rule": rule, "by": "nbmodelver"}
    if make_key is not None:
        make_key()
        marker["encryption"] = AGE
    storage.create(FORMAT_KEY, canonical(marker))
    made = read_marker(storage)
    if made is None:
        raise RemoteError(f"{storage.where} does not keep what is written to it", "choose another place")
    return made


def add(
    store: OpenStore,
    name: str,
    address: str,
    storage: ObjectStorage,
    *,
    probe: Callable[[ObjectStorage], Abilities],
    options: Mapping[str, str] | None = None,
    lazy: bool = False,
    as_it_is: bool = False,
    encrypt: bool = False,
    recipients: Sequence[str] = (),
) -> RemoteConfig:
    """Add a remote to a store. An empty place becomes a remote if it can be written. Returns its configuration.

    probe: finds out what the place does. as_it_is: do not probe an existing remote. encrypt: make the new remote an
    encrypted one, for this user and for the public keys `recipients`. Raises UsageError if the name is taken by another
    address, or to encrypt a remote that exists and is not encrypted; MissingLibrary, RemoteDenied, RemoteError.
    """
    remotes = Remotes(store)
    other = remotes.all().get(valid_name(name))
    if other is not None and other.address != address:
        raise UsageError(f"remote '{name}' is {other.address}", f"remove it first: %mv_remote remove {name}")
    marker = read_marker(storage)
    abilities = probe(storage) if marker is None or not as_it_is else None
    if marker is None:
        assert abilities is not None
        if not abilities.writes:
            raise RemoteMissing(
                f"there is no remote at {storage.where}, and it cannot be written", "check the address, or your rights"
            )
        make_key = _key_maker(storage, recipients) if encrypt else None
        marker = make_marker(storage, abilities.rule, make_key)
    if encrypt and not marker.is_encrypted:
        raise UsageError(
            f"{storage.where} is a remote that is not encrypted", "give another prefix, and push everything there"
        )
    key = _public_key(storage, name) if marker.is_encrypted else ""
    if other is not None and other.encryption != key:
        raise RemoteChanged(
            f"{storage.where} has another key than when '{name}' was added", f"to accept that: %mv_remote remove {name}"
        )
    config = RemoteConfig(name, address, marker.id, marker.rule, dict(options or {}), lazy, abilities, key)
    remotes.put(config)
    return config


class RemoteConnection:
    """A remote that is in use: its storage, its heads, and what the store knows of it.

    storage: at its address. An encrypted remote is read and written through an encrypting one. Raises MissingLibrary.
    """

    def __init__(self, store: OpenStore, config: RemoteConfig, storage: ObjectStorage) -> None:
        self.config = config
        self.storage = _encrypting(storage, config) if config.encryption else storage
        self.known = Known(store.backend, config.id)
        self._places: dict[Area, HeadPlace] = {area: HeadPlace(self.storage, area, config.rule) for area in AREAS}

    def place(self, area: Area) -> HeadPlace:
        """Return where a head is."""
        return self._places[area]

    def read(self, area: Area, known: Head | None = None) -> ReadHead:
        """Return the current head of the remote. known: the one that was last seen, which shortens a listing.

        Raises RemoteError, Damaged if it belongs to another remote.
        """
        found = self._places[area].read(known)
        if found.head is not None and found.head.remote != self.config.id:
            raise RemoteError(
                f"{self.storage.where} is now another remote than the one that was added as '{self.config.name}'",
                f"remove it and add it again: %mv_remote remove {self.config.name}",
            )
        return found


def require_age() -> None:
    """Raise MissingLibrary if encrypted remotes cannot be used here. Otherwise `remote.encryption` can be imported."""
    missing = next((name for name in ("pyrage", "cryptography") if find_spec(name) is None), None)
    if missing is not None:
        raise MissingLibrary(
            f"encrypted remotes need {missing}, which is not installed", 'pip install "nbmodelver[encrypted]"'
        )


def _key_maker(storage: ObjectStorage, recipients: Sequence[str]) -> Callable[[], None]:
    require_age()
    from nbmodelver.remote import encryption

    return lambda: encryption.create(storage, recipients)


def _public_key(storage: ObjectStorage, name: str) -> str:
    require_age()
    from nbmodelver.remote import encryption

    return encryption.public_key(storage, name)


def _encrypting(storage: ObjectStorage, config: RemoteConfig) -> ObjectStorage:
    require_age()
    from nbmodelver.remote import encryption

    return encryption.encrypting(storage, config.name, config.encryption)


def now_utc() -> str:
    """Return the time as ISO 8601 with "Z", for display."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_json(config: RemoteConfig) -> dict[str, Any]:
    """Return the fields of a configuration."""
    return asdict(config)
