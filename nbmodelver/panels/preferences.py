"""What the user's own settings on the page say for every notebook: automatic commits, and settings of the store.

Held until there is a store, and told to it before its first commit. A wish acts when it comes and when it goes: a
setting that is left to the store again gets back what the store had. `%mv_auto` and `%mv_config` go on to change both.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError, NoStore, UsageError
from nbmodelver.panels.connections import log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.model import Json
    from nbmodelver.repo import Repo

KEYS = ("ignore", "default_metric")
"""The settings that may be wished for."""


class Preferences:
    """The wishes for one notebook; any thread may bring them."""

    def __init__(self, notebook: Notebook, set_auto: Callable[[bool], None]) -> None:
        self._notebook = notebook
        self._set_auto = set_auto
        self._lock = threading.RLock()
        self._auto = False
        self._wanted: dict[str, str] = {}
        self._repo: Repo | None = None
        self._before: dict[str, Json] = {}
        notebook.opened.append(self._meet)

    def take(self, *, auto: bool, settings: Mapping[str, Json]) -> bool:
        """From now on this is wanted; what was wanted before and is no more, goes. False when nothing is new.

        Raises UsageError for what cannot be wished for.
        """
        for key, value in settings.items():
            if key not in KEYS or not isinstance(value, str):
                raise UsageError(f"the setting '{key}' cannot be wished for", f"there are: {', '.join(KEYS)}")
        with self._lock:
            gone = {k: v for k, v in self._wanted.items() if k not in settings}
            new = {k: str(v) for k, v in settings.items() if self._wanted.get(k) != v}
            self._wanted = {k: str(v) for k, v in settings.items()}
            turned = auto != self._auto
            self._auto = auto
            if turned:
                self._set_auto(auto)
            with suppress(NoStore):
                repo = self._notebook.repo()
                self._tell(repo, new)
                self._give_back(repo, gone)
            return turned or bool(gone or new)

    def _meet(self, repo: Repo) -> None:
        """A store was made, found or chosen."""
        with self._lock:
            if repo is not self._repo:
                self._repo, self._before = repo, {}
                self._tell(repo, self._wanted)

    def _tell(self, repo: Repo, wanted: Mapping[str, str]) -> None:
        for key, value in wanted.items():
            there = repo.settings[key]
            if there != value:
                self._before.setdefault(key, there)
                _set(repo, key, value)

    def _give_back(self, repo: Repo, gone: Mapping[str, str]) -> None:
        for key, value in gone.items():
            before = self._before.pop(key, None)
            if before is not None and repo.settings[key] == value:
                _set(repo, key, str(before))


def _set(repo: Repo, key: str, value: str) -> None:
    """A store that cannot be written keeps what it has: nobody asked for this just now."""
    try:
        repo.settings.set(key, value)
    except NbmodelverError as error:
        log.warning("the setting %s could not be told to the store: %s", key, error)
