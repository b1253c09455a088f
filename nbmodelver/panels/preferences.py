"""The preferences of the user on the page, for every notebook: automatic commits, and settings of the store.

They are kept until the store exists and are set before its first commit. When a preference is removed, the store gets
back its own value. `%mv_auto` and `%mv_config` still change both.
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
"""The settings that may be preferences."""


class Preferences:
    """The preferences for one notebook. Any thread may call `replace`."""

    def __init__(self, notebook: Notebook, set_auto: Callable[[bool], None]) -> None:
        self._notebook = notebook
        self._set_auto = set_auto
        self._lock = threading.RLock()
        self._auto = False
        self._wanted: dict[str, str] = {}
        self._repo: Repo | None = None
        self._before: dict[str, Json] = {}
        notebook.opened.append(self._on_opened)

    def replace(self, *, auto: bool, settings: Mapping[str, Json]) -> bool:
        """Replace the preferences. Preferences that are no longer set are reverted to the store's own values.

        Returns False if nothing changed. Raises UsageError for a setting that cannot be a preference.
        """
        for key, value in settings.items():
            if key not in KEYS or not isinstance(value, str):
                raise UsageError(f"the setting '{key}' cannot be set from the page", f"use one of: {', '.join(KEYS)}")
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
                self._apply(repo, new)
                self._revert(repo, gone)
            return turned or bool(gone or new)

    def _on_opened(self, repo: Repo) -> None:
        """A store was created, found or chosen."""
        with self._lock:
            if repo is not self._repo:
                self._repo, self._before = repo, {}
                self._apply(repo, self._wanted)

    def _apply(self, repo: Repo, wanted: Mapping[str, str]) -> None:
        for key, value in wanted.items():
            there = repo.settings[key]
            if there != value:
                self._before.setdefault(key, there)
                _set(repo, key, value)

    def _revert(self, repo: Repo, gone: Mapping[str, str]) -> None:
        for key, value in gone.items():
            before = self._before.pop(key, None)
            if before is not None and repo.settings[key] == value:
                _set(repo, key, str(before))


def _set(repo: Repo, key: str, value: str) -> None:
    """Set a setting. A store that cannot be written keeps its value, and the error is logged."""
    try:
        repo.settings.set(key, value)
    except NbmodelverError as error:
        log.warning("the setting %s could not be set in the store: %s", key, error)
