"""Hooks that a test allows, channels, and a server on the loopback interface that receives notifications."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from nbmodelver.registry import hooks, policy
from nbmodelver.repo.notices.queue import NoticeQueue, Waiting
from tests.registry.samples import adopted

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from nbmodelver.repo import Repo

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
KEY = b"012345678901234567890123"


def own_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty configuration and an empty queue, and start no process that sends."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "own-config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "own-state"))
    monkeypatch.setattr("nbmodelver.repo.notices.sender.start", lambda: None)


def hook(when: str, verb: str, source: str, limit_s: float = 60) -> str:
    """A hook that runs Python code, as a policy states it."""
    run = json.dumps([sys.executable, "-c", source])
    return f'[[hooks]]\n{when} = "{verb}"\nrun = {run}\ntime_limit_s = {limit_s}\n'


def allowed(repo: Repo, text: str) -> Repo:
    """The store with a policy whose hooks this user allowed."""
    adopted(repo, text)
    rules = policy.in_force(repo)
    for state in hooks.states(repo, rules):
        hooks.allow(repo, rules, state.fingerprint)
    return repo


def outcomes(repo: Repo) -> list[tuple[str, str, str]]:
    """When, verb and outcome of each hook that is in the log, oldest first."""
    found = [e.data for e in repo.moves.log.newest() if e.kind == "hook"]
    return [(str(d["when"]), str(d["verb"]), str(d["outcome"])) for d in reversed(found)]


def waiting() -> list[Waiting]:
    return NoticeQueue().all()


class Receiver:
    """A server for a `with` block. answers: the status of each request in turn, the last one for all further ones.

    A status of 0 lets the request hang until the block ends.
    """

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers or (204,))
        self.got: list[tuple[dict[str, str], Any]] = []
        self.ends = threading.Event()
        self.asked = threading.Event()

    def __enter__(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver._answers.pop(0) if len(receiver._answers) > 1 else receiver._answers[0]
                receiver.asked.set()
                if status == 0:
                    receiver.ends.wait(60)
                    return
                self.send_response(status)
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/secret-path#{SECRET}"

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
