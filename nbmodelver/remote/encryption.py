"""Encryption at a remote: every object but the marker is a file of age for one key, which belongs to the remote.

The private key of the remote lies at the remote too, in the object `keys/remote`: a file of age for the keys of all
members. So a member can be added without writing anything else again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyrage

from nbmodelver.errors import Damaged, NotSupported, RemoteChanged, RemoteDenied, RemoteError
from nbmodelver.remote import own_keys
from nbmodelver.store.objects.age_files import AgeKey
from nbmodelver.store.objects.encrypting import EncryptingStorage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model.remotes import ObjectStorage, Tagged

KEYS = "keys/remote"
ROUNDS = 5
FORMAT = 1


@dataclass(frozen=True)
class _Keys:
    """The content of `keys/remote`. identity: AGE-SECRET-KEY-1... of the remote. members: public keys."""

    identity: str
    members: tuple[str, ...]

    @property
    def public(self) -> str:
        """The public key of the remote, as age1.... Raises IdentityError of pyrage."""
        return str(pyrage.x25519.Identity.from_str(self.identity).to_public())

    def encrypted(self) -> bytes:
        """Return a file of age for all members."""
        content = {"format": FORMAT, "identity": self.identity, "members": list(self.members)}
        keys = [recipient for key in self.members for recipient in own_keys.recipients(key).values()]
        return bytes(pyrage.encrypt(json.dumps(content, sort_keys=True).encode(), keys))


def encrypting(storage: ObjectStorage, name: str, public: str) -> EncryptingStorage:
    """Return a storage that encrypts. Nothing is requested yet.

    name: of the remote, for messages. public: the public key that the remote had when it was added: whoever may write
    to the place could give it another one, and read what is sent then. Its first use raises RemoteDenied if none of
    your keys opens the remote, RemoteChanged if it has another key, Damaged, UsageError.
    """
    return EncryptingStorage(storage, lambda: _unlocked(storage, name, public))


def _unlocked(storage: ObjectStorage, name: str, public: str) -> AgeKey:
    keys = _decrypted(_read(storage), storage, name)
    if keys.public != public:
        raise RemoteChanged(
            f"{storage.where} has another key than when '{name}' was added, so nothing is sent or read",
            f"ask who changed it; to accept that, add it again: %mv_remote remove {name}",
        )
    return AgeKey.of_text(keys.identity)


def create(storage: ObjectStorage, given: Iterable[str] = ()) -> None:
    """Make the key of a new remote, for this user and the given keys. A key that is there already stays.

    given: age1..., ssh-ed25519 ..., or files with public keys. Raises UsageError, StoreError, RemoteError.
    """
    own = own_keys.OwnKeys().public()
    members = {key: None for text in (own, *given) for key in own_keys.recipients(text)}
    storage.create(KEYS, _Keys(str(pyrage.x25519.Identity.generate()), tuple(members)).encrypted())


def public_key(storage: ObjectStorage, name: str) -> str:
    """Return the public key of a remote, as age1.... Raises RemoteDenied if none of your keys opens it."""
    return _decrypted(_read(storage), storage, name).public


def members(storage: ObjectStorage, name: str) -> tuple[str, ...]:
    """Return the public keys of those who can read a remote. Raises RemoteDenied if none of your keys opens it."""
    return _decrypted(_read(storage), storage, name).members


def share(storage: ObjectStorage, name: str, given: str) -> tuple[str, ...]:
    """Let the owners of more public keys read a remote. Returns the keys that are new.

    given: as in `create`. Raises UsageError for a malformed key, RemoteDenied, RemoteError.
    """
    wanted = own_keys.recipients(given)
    added: dict[str, None] = {}
    for _ in range(ROUNDS):
        tagged = _read(storage)
        keys = _decrypted(tagged, storage, name)
        lacking = dict.fromkeys(key for key in wanted if key not in keys.members)
        if not lacking:
            return tuple(added)
        added |= lacking
        data = _Keys(keys.identity, (*keys.members, *lacking)).encrypted()
        try:
            storage.replace(KEYS, data, tagged.tag)
        except NotSupported:
            storage.put(KEYS, [data], len(data))
    raise RemoteError(f"the keys of {storage.where} were changed by others at the same time", "run it again")


def _read(storage: ObjectStorage) -> Tagged:
    try:
        return storage.read_tagged(KEYS)
    except KeyError:
        raise Damaged(
            f"{storage.where} is encrypted, but its object {KEYS} is missing, without which nobody can read it",
            "restore it from a backup; or push everything to a new remote from a complete store",
        ) from None


def _decrypted(tagged: Tagged, storage: ObjectStorage, name: str) -> _Keys:
    own = own_keys.OwnKeys()
    try:
        content = json.loads(pyrage.decrypt(tagged.data, own.all()))
        found = _Keys(str(content["identity"]), tuple(map(str, content["members"])))
        assert found.public
    except pyrage.DecryptError:
        raise RemoteDenied(
            f"{storage.where} is encrypted, and none of your keys opens it",
            f"ask a member of the team: %mv_remote share {name} {own.public()}",
        ) from None
    except (ValueError, KeyError, TypeError, pyrage.IdentityError):
        raise Damaged(f"{KEYS} of {storage.where} is malformed", "restore it from a backup of the place") from None
    return found
