"""A server of a folder in a process of its own, and a client of it. Nothing but loopback is reached."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import Message
    from pathlib import Path


@dataclass(frozen=True)
class Reply:
    """An answer. body: its JSON."""

    status: int
    headers: Message
    body: Any


@dataclass(frozen=True)
class Client:
    """Asks the server on a port of loopback."""

    port: int

    def get(self, path: str) -> Reply:
        return self._asked(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, path: str, body: Any) -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._asked(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers))

    def _asked(self, request: urllib.request.Request) -> Reply:
        try:
            with urllib.request.urlopen(request, timeout=60) as found:
                return Reply(found.status, found.headers, json.load(found))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, json.load(error))


@contextmanager
def serving(
    folder: Path, command: Sequence[str] = ("app.py",), variables: Mapping[str, str] | None = None
) -> Iterator[Client]:
    """Run a Python command in a folder where nbmodelver cannot be imported, until the block ends."""
    blocked = folder.with_name(f"{folder.name}-blocked")
    blocked.mkdir(exist_ok=True)
    (blocked / "nbmodelver.py").write_text("raise ImportError('the server needs nothing of nbmodelver')\n")
    client = Client(_free_port())
    environment = {
        **os.environ, "PYTHONPATH": str(blocked), "PYTHONDONTWRITEBYTECODE": "1", "NBMV_HOST": "127.0.0.1",
        "NBMV_PORT": str(client.port), **(variables or {}),
    }  # fmt: skip
    log = blocked / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: _answers(client) or process.poll() is not None, "the server did not start")
        assert process.poll() is None, log.read_text()
        yield client
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(client: Client) -> bool:
    try:
        return client.get("/health").status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
