"""Encrypted remotes: who can read one, and the key of this user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model.remotes import OwnKey, RemoteMembers
from nbmodelver.remote.opening import open_remote
from nbmodelver.remote.remotes import RemoteConfig, Remotes, require_age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.repo import Repo


def own_key() -> OwnKey:
    """Return the key of this user, and create it at the first call. Raises MissingLibrary, UsageError, StoreError."""
    require_age()
    from nbmodelver.remote.own_keys import OwnKeys

    own = OwnKeys()
    public = own.public()
    return OwnKey(public, own.path if own.path.exists() else None)


def members(repo: Repo, name: str) -> RemoteMembers:
    """Return who can read a remote. Raises UsageError if it is not encrypted, RemoteDenied, RemoteError."""
    return _with_members(_encrypted(repo, name), ())


def share(repo: Repo, name: str, keys: Sequence[str]) -> RemoteMembers:
    """Let the owners of public keys read a remote: age1..., ssh-ed25519 ..., or a file with public keys.

    Raises UsageError for a malformed key or a remote that is not encrypted, RemoteDenied, RemoteError.
    """
    return _with_members(_encrypted(repo, name), keys)


def _with_members(config: RemoteConfig, keys: Sequence[str]) -> RemoteMembers:
    require_age()
    from nbmodelver.remote import encryption

    storage = open_remote(config)
    try:
        new = tuple(key for given in keys for key in encryption.share(storage, config.name, given))
        every = encryption.members(storage, config.name)
    finally:
        storage.close()
    return RemoteMembers(config.name, every, own_key().public, new)


def _encrypted(repo: Repo, name: str) -> RemoteConfig:
    config = Remotes(repo).get(name)
    if not config.encryption:
        raise UsageError(
            f"remote '{config.name}' is not encrypted", "make an encrypted one: %mv_remote add NAME ADDRESS --encrypt"
        )
    return config
