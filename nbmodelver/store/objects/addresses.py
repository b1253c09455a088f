"""Addresses of remotes, such as s3://bucket/prefix, ssh://user@host/path and /mnt/team/models, and what they open.

An address never has a password: each provider's own ways are used (environment variables, profiles, agents).
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.store.objects.address_parts import RemoteAddress, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.remotes import ObjectStorage

EXAMPLES = (
    "write s3://bucket/prefix, gs://bucket/prefix, az://container/prefix, ssh://user@host/path, https://host/path, "
    "or the path of a folder"
)
ALIASES = {"s3a": "s3", "gcs": "gs", "azure": "az", "sftp": "ssh"}
CLOUD = ("s3", "gs", "az", "https", "http")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:.*")
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,254}")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


def parse(text: str) -> RemoteAddress:
    """Return the parts of an address. Raises UsageError for an invalid one, also for one with a password."""
    text = text.strip()
    if not text or not text.isprintable():
        raise _bad(text, "is empty or has control characters")
    found = _SCHEME.match(text)
    if found is None:
        return _of_folder(text)
    scheme = ALIASES.get(found[1].lower(), found[1].lower())
    if scheme not in (*CLOUD, "ssh", "file", "memory"):
        raise _bad(_without_secrets(text), f"has the scheme {found[1]}://, which is not supported")
    try:
        parts = urlsplit(text)
        port = parts.port or 0
    except ValueError:
        raise _bad(_without_secrets(text), "is malformed") from None
    _refuse_secrets(scheme, parts, text)
    if scheme == "file":
        return _of_file(parts, text)
    host = parts.hostname or "" if scheme in ("ssh", "https", "http") else parts.netloc
    address = RemoteAddress(scheme, host, _prefix(parts.path, text), "", unquote(parts.username or ""), port)
    _check_host(address, text)
    if scheme == "ssh":
        address = replace(address, path=_ssh_path(parts.path, text))
    return replace(address, text=_text(address))


def open_storage(address: RemoteAddress, *, options: Mapping[str, str] | None = None) -> ObjectStorage:
    """Open the storage of an address. Nothing is requested from it, and nothing is repeated (see retrying.py).

    options: strings that the configuration of a remote keeps; cloud_options.py and sftp.py list them. Credentials are
    none of them. Raises UsageError for an unknown or invalid option, MissingLibrary, RemoteDenied.
    """
    given = dict(options or {})
    if address.scheme in CLOUD:
        return _cloud(address, given)
    if address.scheme == "ssh":
        return _sftp(address, given)
    if given:
        raise UsageError(
            f"{address.text} takes no options, but {', '.join(sorted(given))} was given", "leave the options out"
        )
    if address.scheme == "memory":
        from nbmodelver.store.objects import memory

        return memory.named(address.host)
    from nbmodelver.store.objects.folder import FolderStorage

    return FolderStorage(Path(address.path))


def _cloud(address: RemoteAddress, options: dict[str, str]) -> ObjectStorage:
    from nbmodelver.store.objects.cloud_options import settings

    chosen = settings(address, options, os.environ)
    try:
        from nbmodelver.store.objects import cloud
    except ModuleNotFoundError as error:
        raise _missing("obstore", "remote", address, error) from error
    return cloud.CloudStorage(address.text, chosen)


def _sftp(address: RemoteAddress, options: dict[str, str]) -> ObjectStorage:
    try:
        from nbmodelver.store.objects import sftp
    except ModuleNotFoundError as error:
        raise _missing("paramiko", "ssh", address, error) from error
    return sftp.opened(address, options)


def _missing(library: str, extra: str, address: RemoteAddress, error: ModuleNotFoundError) -> Exception:
    if (error.name or "").partition(".")[0] != library:
        return error
    return MissingLibrary(
        f"{address.text} needs {library}, which is not installed", f'pip install "nbmodelver[{extra}]"'
    )


def _of_folder(text: str) -> RemoteAddress:
    if _SCP.fullmatch(text) and not os.path.exists(text):
        host, _, path = text.partition(":")
        raise UsageError(
            f"{text!r} is not an address that nbmodelver knows", f"write ssh://{host}/{path.lstrip('/') or 'path'}"
        )
    path = os.path.abspath(os.path.expanduser(text))
    return RemoteAddress("file", "", path, path)


def _of_file(parts: SplitResult, text: str) -> RemoteAddress:
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/"):
        raise _bad(text, "is not the address of a folder on this machine", "write file:///path, with three slashes")
    if re.match(r"/[A-Za-z]:", path):
        path = path[1:]
    return RemoteAddress("file", "", os.path.abspath(path), os.path.abspath(path))


def _refuse_secrets(scheme: str, parts: SplitResult, text: str) -> None:
    """Refuse passwords, users where they are credentials, and signed query strings."""
    safe = _without_secrets(text)
    if parts.password is not None:
        way_out = (
            "use a key of ssh-agent or ~/.ssh instead"
            if scheme == "ssh"
            else "set the credentials in the environment or in the provider's own files instead"
        )
        raise _bad(safe, "has a password in it, which would be written to the configuration", way_out)
    if parts.username is not None and scheme != "ssh":
        raise _bad(safe, "has a user in it", "leave out everything before @, and set credentials in the environment")
    if parts.query or parts.fragment:
        raise _bad(safe, "has a ? or #, and signed addresses are not supported", "leave out everything from ? or # on")


def _check_host(address: RemoteAddress, text: str) -> None:
    scheme, host = address.scheme, address.host
    if not host:
        raise _bad(text, "names no bucket or host")
    pattern = _HOST if scheme in ("ssh", "https", "http") else _BUCKET
    if not pattern.fullmatch(host) or host.startswith("-"):
        raise _bad(text, f"has an invalid bucket or host {host!r}")
    if address.user.startswith("-"):
        raise _bad(text, f"has an invalid user {address.user!r}")
    if scheme == "http" and not is_loopback(host):
        raise _bad(text, "is not encrypted", "write https:// (http:// is for servers on this machine)")


def _prefix(path: str, text: str) -> str:
    """Return a prefix without empty steps at its ends. Raises UsageError for steps that lead elsewhere."""
    steps = unquote(path).strip("/").split("/")
    if steps != [""] and any(step in ("", ".", "..") for step in steps):
        raise _bad(text, "has an empty step, . or .. in its path")
    return "/".join(steps)


def _ssh_path(path: str, text: str) -> str:
    """Return an absolute path, or one relative to the home folder for /~/path."""
    if not path.strip("/"):
        raise _bad(text, "names no folder", "write ssh://user@host/path, or ssh://user@host/~/path for your home")
    prefix = _prefix(path, text)
    if prefix == "~":
        return "."
    return prefix.removeprefix("~/") if prefix.startswith("~/") else f"/{prefix}"


def _text(address: RemoteAddress) -> str:
    user = f"{address.user}@" if address.user else ""
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = f":{address.port}" if address.port else ""
    path = address.path
    if address.scheme == "ssh":
        path = path.lstrip("/") if path.startswith("/") else f"~/{path}".removesuffix("/.")
    return f"{address.scheme}://{user}{host}{port}{'/' if path else ''}{path}"


def _without_secrets(text: str) -> str:
    """Return an address without user, password, query and fragment."""
    scheme, _, rest = text.partition("://")
    return re.split(r"[?#]", f"{scheme}://{rest.rpartition('@')[2]}", maxsplit=1)[0]


def _bad(text: str, why: str, hint: str = EXAMPLES) -> UsageError:
    return UsageError(f"the address {text!r} {why}", hint)
