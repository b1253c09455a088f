"""Pushes after commits, in the background: one push at a time for each store, and one more if commits came meanwhile.

A push that fails is no error of the commit: `problem` has its message for the status, and the next push sends all.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from nbmodelver.actions.remote_transfers import PushRequest, push_to, selection
from nbmodelver.errors import NbmodelverError
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.remotes import Remotes
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.repo import Repo

SETTING = "push_after_commit"


class BackgroundPush:
    """The pushes of one store. Any thread may call it. problem: why the last one failed, "" if it did not."""

    def __init__(self, store: Path, branch: str) -> None:
        self._store, self._branch = store, branch
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_wanted = False
        self.problem = ""

    def start(self, branch: str, on_done: Callable[[], None] = lambda: None) -> None:
        """Push the branch now, or once more after the push that is running."""
        with self._guard:
            self._branch, self._is_wanted = branch, True
            if self._thread is None:  # A daemon: the end of the kernel does not wait, and the next push continues.
                self._thread = threading.Thread(target=self._run, args=(on_done,), name="nbmodelver-push", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until no push is running."""
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self, on_done: Callable[[], None]) -> None:
        while True:
            with self._guard:
                if not self._is_wanted:
                    self._thread = None
                    return
                self._is_wanted, branch = False, self._branch
            self.problem = self._push(branch)
            on_done()

    def _push(self, branch: str) -> str:
        """Push, and return why it failed, "" if it did not. It uses a repo of its own, as another process would."""
        try:
            repo = open_repo(self._store)
            push_to(repo, PushRequest("", PushOptions(selection([branch]))))
        except NbmodelverError as error:
            return f"the push after the last commit failed: {error.message}"
        return ""


_PUSHES: dict[Path, BackgroundPush] = {}


def after_commit(repo: Repo, on_done: Callable[[], None] = lambda: None) -> BackgroundPush | None:
    """Start a push if the setting `push_after_commit` is on and the store has a remote. Returns it, else None."""
    root = repo.backend.local_path()
    if root is None or not repo.settings[SETTING] or not Remotes(repo).all():
        return None
    push = of_store(root, repo.history.branch)
    push.start(repo.history.branch, on_done)
    return push


def of_store(root: Path, branch: str = "main") -> BackgroundPush:
    """Return the pushes of the store in a folder."""
    return _PUSHES.setdefault(root, BackgroundPush(root, branch))


def problem_of(repo: Repo) -> str:
    """Return why the last push after a commit failed, "" if it did not."""
    root = repo.backend.local_path()
    return "" if root is None or root not in _PUSHES else _PUSHES[root].problem
