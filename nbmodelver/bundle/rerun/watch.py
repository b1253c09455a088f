"""Runs inside the kernel of a re-run: watches connections, and commits what came out, with the files that were read.

It is imported in the environment of the version, which may have old releases of everything.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 200
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104  # compared with, not bound


class Offline(OSError):
    """A connection that `--offline` refuses."""


class Watch:
    """What the code of the cells touched. hosts: addresses that it connected to."""

    def __init__(self, *, is_offline: bool) -> None:
        self._is_offline = is_offline
        self.hosts: dict[str, None] = {}
        self.is_active = False

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an audit event of Python. Raises Offline for a connection that is not allowed."""
        if not self.is_active:
            return
        if event in ("socket.connect", "socket.getaddrinfo"):
            address = arguments[1] if event == "socket.connect" else arguments[0]
            host = str(address[0] if isinstance(address, tuple) else address)
            if isinstance(address, tuple | str) and not host.startswith(_LOOPBACK) and not host.startswith("/"):
                self._connected(host)

    def _connected(self, host: str) -> None:
        if len(self.hosts) < MOST:
            self.hosts[host] = None
        if self._is_offline:
            raise Offline(f"no network in this re-run: {host}")


_watch: Watch | None = None


def start(*, is_offline: bool) -> None:
    """Watch the process from now on. Every connection beyond loopback is refused if offline."""
    global _watch  # noqa: PLW0603  # an audit hook stays until the process ends
    _watch = Watch(is_offline=is_offline)
    sys.addaudithook(_watch.hook)


def cell_begins(shell: Any, count: int | None) -> None:
    """Watch the code of a cell. count: its recorded execution count, so that `Out[3]` is the output that it was."""
    if count is not None:
        shell.execution_count = count
    if _watch is not None:
        _watch.is_active = True


def finish(namespace: dict[str, Any], names: Sequence[str], metrics: Mapping[str, str], report: str) -> None:
    """Commit the variables and metrics of the run into its store, and write what was seen as JSON.

    names: the variables of the record. metrics: name -> the code that measured it. report: the path of the JSON file.
    """
    if _watch is not None:
        _watch.is_active = False
    measured, failed = {}, {}
    for name, code in metrics.items():
        try:
            measured[name] = float(eval(code, namespace))  # noqa: S307  # the user's own code
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"[:200]
    words = [name for name in names if name in namespace]
    words += [f"--metric '{name}={value!r}'" for name, value in measured.items()]
    done = namespace["get_ipython"]().run_line_magic("mv_commit", " ".join(words))
    found = {
        "version": getattr(done, "id", ""),
        "absent": [name for name in names if name not in namespace],
        "metrics": measured,
        "failed_metrics": failed,
        "hosts": [*(_watch.hosts if _watch else ())],
    }
    Path(report).write_text(json.dumps(found), encoding="utf-8")
