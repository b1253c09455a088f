"""Opens the storage of a remote by its address, with retries."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.probing import probe
from nbmodelver.store.objects.retrying import Retrying

__all__ = ["made_folder", "open_address", "open_remote", "probe", "usual_form"]

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.remote.remotes import RemoteConfig


def open_remote(config: RemoteConfig) -> ObjectStorage:
    """Return the storage of a remote. Nothing is requested yet. Raises UsageError, MissingLibrary, RemoteError."""
    return open_address(config.address, config.options)


def open_address(address: str, options: Mapping[str, str]) -> ObjectStorage:
    """Return the storage of an address. Raises UsageError for an invalid one, MissingLibrary, RemoteError."""
    return Retrying(open_storage(parse(address), options=options))


def usual_form(address: str) -> str:
    """Return the address as configurations keep it: folders as absolute paths. Raises UsageError for an invalid one."""
    return parse(address).text


def made_folder(address: str) -> str:
    """Return the usual form of an address, and create the folder that it names if only the last part is missing.

    A missing parent may be a share that is not mounted, so it is not created.
    """
    parsed = parse(address)
    if parsed.scheme == "file":
        with suppress(OSError):
            Path(parsed.path).mkdir()
    return parsed.text
