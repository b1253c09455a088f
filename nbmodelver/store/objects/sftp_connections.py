"""Connections of SFTP: one SSH connection with a few channels, so that any thread may call.

Like the ssh command: hosts, users, ports, keys and jump hosts of ~/.ssh/config, keys of the agent, and host keys of
known_hosts, which are never added here. No password is asked for. `Match exec` and `CanonicalizeHostname` of the
configuration are not supported.
"""

from __future__ import annotations

import getpass
import os
import shlex
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko

from nbmodelver.errors import RemoteDenied, RemoteError, RemoteUnreachable
from nbmodelver.store.objects.faults import RETRY, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHANNELS = 4
"""At once. OpenSSH allows ten a connection by default."""
_KEEP_ALIVE_S = 30
_SYSTEM_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts"


@dataclass(frozen=True)
class Target:
    """Where to connect to, after ~/.ssh/config was applied. name: the host as it was given, for messages and hints."""

    name: str
    host: str
    port: int
    user: str
    keys: tuple[str, ...] = ()
    known_hosts: tuple[str, ...] = ()
    only_these_keys: bool = False
    proxy: str = ""
    connect_s: float = 10.0
    stalled_s: float = 60.0
    command: str = field(default="", repr=False)
    """The command with which a person logs in to the same host."""


def target(name: str, user: str, port: int, connect_s: float, stalled_s: float) -> Target:
    """Return the target for a host. Raises RemoteError if ~/.ssh/config is malformed."""
    file = Path("~/.ssh/config").expanduser()
    try:
        configuration = paramiko.SSHConfig.from_path(str(file)) if file.is_file() else paramiko.SSHConfig()
        found = configuration.lookup(name)
    except (paramiko.SSHException, OSError, ValueError) as error:
        raise RemoteError(f"{file} cannot be read: {type(error).__name__}", "correct it: `ssh` checks it") from error
    chosen_user = user or found.get("user") or getpass.getuser()
    chosen_port = port or int(found.get("port", 22))
    host = found.get("hostname", name)
    jump = found.get("proxyjump", "none")
    proxy = found.get("proxycommand") or ""  # paramiko gives None for "none".
    if not proxy and jump.lower() != "none":
        first, _, rest = jump.rpartition(",")
        through = f"-J {shlex.quote(first)} " if first else ""
        last = f"ssh://{rest}" if ":" in rest and "://" not in rest else rest
        proxy = f"ssh {through}-W {shlex.quote(f'{host}:{chosen_port}')} {shlex.quote(last)}"
    files = found.get("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2").split()
    login = f"ssh {f'-p {port} ' if port else ''}{f'{user}@' if user else ''}{name}"
    return Target(
        name, host, chosen_port, chosen_user,
        tuple(key for key in map(os.path.expanduser, found.get("identityfile", [])) if os.path.exists(key)),
        tuple(map(os.path.expanduser, files)),
        found.get("identitiesonly", "no") == "yes",
        "" if proxy == "none" else proxy,
        connect_s, stalled_s, login,
    )  # fmt: skip


class Connections:
    """A pool of SFTP channels. `lend` connects when needed, also after the connection was dropped."""

    def __init__(self, where: str, target: Callable[[], Target]) -> None:
        """target: called when the first connection is made."""
        self.where = where
        self._find_target = target
        self._room = threading.BoundedSemaphore(CHANNELS)
        self._guard = threading.Lock()
        self._client: Any = None
        self._idle: list[Any] = []
        self._is_closed = False

    @contextmanager
    def lend(self) -> Iterator[Any]:
        """Lend a channel (paramiko.SFTPClient) for the block. After an error of the block it is not used again.

        Raises RemoteUnreachable, RemoteDenied.
        """
        with self._room:
            channel = self._take()
            try:
                yield channel
            except BaseException as error:
                if isinstance(error, OSError) and not is_dropped(error):
                    self._give_back(channel)  # The server answered; the channel works.
                else:
                    _close(channel)
                    if is_dropped(error) and not isinstance(error, TimeoutError):
                        self._drop()
                raise
            self._give_back(channel)

    def close(self) -> None:
        """Close the connection. `lend` raises RemoteError from then on."""
        self._is_closed = True
        self._drop()

    def _drop(self) -> None:
        """Close the connection and its idle channels."""
        with self._guard:
            idle, client, self._idle, self._client = self._idle, self._client, [], None
        for channel in idle:
            _close(channel)
        _close(client)

    def _take(self) -> Any:
        if self._client is not None and not _is_alive(self._client):
            self._drop()
        with self._guard:
            if self._is_closed:
                raise RemoteError(f"{self.where} is closed", "open it again")
            if self._idle:
                return self._idle.pop()
            aim = self._find_target()
            if self._client is not None:
                with suppress(paramiko.SSHException, EOFError, OSError):
                    return _open_channel(self._client, aim)
                _close(self._client)
                self._client = None
            client = connect(aim, self.where)
            try:
                channel = _open_channel(client, aim)
            except (paramiko.SSHException, EOFError, OSError) as error:
                _close(client)
                raise dropped(error, "connect to", self.where) from error
            self._client = client
            return channel

    def _give_back(self, channel: Any) -> None:
        with self._guard:
            if not self._is_closed and self._client is not None:
                self._idle.append(channel)
                return
        _close(channel)


def connect(aim: Target, where: str) -> Any:
    """Return a connected paramiko.SSHClient. Raises RemoteDenied for an unknown host or key, RemoteUnreachable."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    for file in (_SYSTEM_KNOWN_HOSTS, *aim.known_hosts):
        with suppress(OSError, paramiko.SSHException):
            client.load_system_host_keys(file)
    proxy = None
    try:
        proxy = paramiko.ProxyCommand(_filled(aim)) if aim.proxy else None
        client.connect(
            aim.host, aim.port, aim.user, key_filename=list(aim.keys) or None, timeout=aim.connect_s, sock=proxy,
            banner_timeout=aim.connect_s, auth_timeout=aim.stalled_s,
            allow_agent=not aim.only_these_keys and _has_agent(),
            look_for_keys=not aim.only_these_keys,
        )  # fmt: skip
        client.get_transport().set_keepalive(_KEEP_ALIVE_S)
    except BaseException as error:
        _close(client)
        if proxy is not None:
            _close(proxy)
        refused = _refused(error, aim, where)
        if refused is None:
            raise
        raise refused from error
    return client


def is_dropped(error: BaseException) -> bool:
    """Return True if the connection was lost, so that the outcome of the operation is unknown."""
    if isinstance(error, paramiko.SSHException | EOFError | ConnectionError | TimeoutError):
        return True
    return isinstance(error, OSError) and "closed" in str(error).lower()


def dropped(error: BaseException, operation: str, where: str) -> RemoteError:
    """Return the error for a lost connection."""
    if isinstance(error, OSError) and error.errno is not None:
        return translate(error, operation, where)
    reason = "no answer in time" if isinstance(error, TimeoutError) else str(error) or "the connection was closed"
    return RemoteUnreachable(f"cannot {operation} {where}: {reason}", f"check the network and the host, then {RETRY}")


def _refused(error: BaseException, aim: Target, where: str) -> RemoteError | None:
    """Return the error for a connection that was not made; None for one that is not about connections."""
    if isinstance(error, paramiko.BadHostKeyException):
        return RemoteDenied(
            f"cannot connect to {where}: the host has another key than known_hosts says",
            f"ask its administrator why; then remove the old key: ssh-keygen -R {shlex.quote(aim.name)}",
        )
    if isinstance(error, paramiko.PasswordRequiredException | paramiko.AuthenticationException):
        return RemoteDenied(
            f"cannot connect to {where}: no key was accepted for the user {aim.user}",
            f"add your key to the agent (ssh-add), and make sure that `{aim.command}` works without a password",
        )
    if isinstance(error, paramiko.SSHException) and "known_hosts" in str(error):
        return RemoteDenied(
            f"cannot connect to {where}: the host is not in known_hosts",
            f"run `{aim.command}` once, and compare the key that it shows",
        )
    if isinstance(error, paramiko.SSHException | EOFError | OSError):
        number = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(number) if number is not None and number > 0 else str(error)
        return RemoteUnreachable(
            f"cannot connect to {where}: {reason or 'the connection was closed'}",
            f"check the network and the address: does `{aim.command}` work?",
        )
    return None


def _has_agent() -> bool:
    """Return False if the agent has ended: paramiko would leave a socket open."""
    agent = os.environ.get("SSH_AUTH_SOCK")
    return agent is None or os.path.exists(agent)


def _open_channel(client: Any, aim: Target) -> Any:
    channel = client.open_sftp()
    channel.get_channel().settimeout(aim.stalled_s)
    return channel


def _filled(aim: Target) -> str:
    """Return the proxy command with its host, port and user."""
    return aim.proxy.replace("%h", aim.host).replace("%p", str(aim.port)).replace("%r", aim.user)


def _is_alive(client: Any) -> bool:
    transport = client.get_transport()
    return transport is not None and bool(transport.is_active())


def _close(closable: Any) -> None:
    if closable is not None:
        with suppress(Exception):  # It is not used again, whatever its state.
            closable.close()
