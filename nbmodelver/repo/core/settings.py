"""The settings of one store: a fixed list, each with a type, a default and a help text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.store.refs import Refs


@dataclass(frozen=True)
class Setting:
    """One setting. default: its type (bool, int, float or str) is that of the setting. choices: the allowed texts."""

    name: str
    default: bool | int | float | str
    help: str
    choices: tuple[str, ...] = ()


SETTINGS: dict[str, Setting] = {
    s.name: s
    for s in (
        Setting("author", "", "the author of commits; empty: the login name"),
        Setting(
            "sign", True, "sign approvals, promotions, policies and checkpoints, if you have a key (%mv_policy key)"
        ),
        Setting("session", True, "store random state and options with each version"),
        Setting("restore_session", True, "restore random state and options with a rollback of everything"),
        Setting("verify_load", False, "load every value once before the version is written"),
        Setting(
            "try_load", True, "load each new type of value once, in a child process, before the version is written"
        ),
        Setting("confirm_rollback", True, "show the plan and ask before a rollback"),
        Setting("undo_memory_mb", 512, "memory for replaced objects that undo can restore, in MB"),
        Setting(
            "time_limit_s",
            30.0,
            "skip a value whose own code runs longer than this at a commit, in seconds; 0: no limit",
        ),
        Setting(
            "check_limit_s",
            0.3,
            "time for the checks of a new version for leaks and worse metrics, in seconds; 0: none",
        ),
        Setting("watch_pages", True, "ask the operating system which memory was written, instead of hashing all of it"),
        Setting("default_metric", "", "the metric that panels show first; empty: the first one"),
        Setting("widgets", "auto", "how panels are shown", ("auto", "anywidget", "plain", "off")),
        Setting("max_value_mb", 4000, "a commit without names skips larger values, in MB; 0: no limit"),
        Setting(
            "input_files_mb",
            32.0,
            "store files that cells read, up to this size each, in MB; larger ones by their hash; 0: none",
        ),
        Setting("cache_mb", 2000, "keep values that were loaded from a remote, up to this size, in MB; 0: none"),
        Setting(
            "push_after_commit", False, "push to the only remote, or to origin, in the background after each commit"
        ),
        Setting("ignore", "", "variables that a commit without names skips, separated by spaces"),
    )
}


class Settings:
    """Reads and writes the settings of a store."""

    def __init__(self, refs: Refs) -> None:
        self._refs = refs

    def __getitem__(self, name: str) -> Json:
        """Return the value of a setting. Raises UsageError if there is no such setting."""
        self._setting(name)
        return self.all()[name]

    def all(self) -> dict[str, Json]:
        """Return all settings with their values."""
        return {**{s.name: s.default for s in SETTINGS.values()}, **self._stored()}

    @property
    def ignored(self) -> frozenset[str]:
        """The variables that a commit without names skips."""
        return frozenset(str(self["ignore"]).split())

    def set(self, name: str, text: str) -> Json:
        """Parse a value that a user wrote, store and return it. Raises UsageError if it is invalid, StoreError."""
        value = _parsed(self._setting(name), text)
        before = self._refs.get("settings")
        self._refs.move("settings", before, json.dumps({**self._stored(), name: value}, sort_keys=True))
        return value

    def _stored(self) -> dict[str, Json]:
        value = self._refs.get("settings")
        try:
            data = json.loads(value) if value else {}
        except (ValueError, RecursionError):
            return {}
        if not isinstance(data, dict):
            return {}
        return {k: v for k, v in data.items() if k in SETTINGS and type(v) is type(SETTINGS[k].default)}

    def _setting(self, name: str) -> Setting:
        if name not in SETTINGS:
            hint = nearest(name, SETTINGS) or f"choose one of: {', '.join(SETTINGS)}"
            raise UsageError(f"no setting '{name}'", hint)
        return SETTINGS[name]


def _parsed(setting: Setting, text: str) -> Json:
    kind = type(setting.default)
    if setting.choices and text not in setting.choices:
        raise UsageError(
            f"'{text}' is invalid for the setting '{setting.name}'", f"choose one of: {', '.join(setting.choices)}"
        )
    if kind is bool:
        words = {
            "on": True,
            "true": True,
            "yes": True,
            "1": True,
            "off": False,
            "false": False,
            "no": False,
            "0": False,
        }
        if text.lower() not in words:
            raise UsageError(f"'{text}' is invalid for the setting '{setting.name}'", "write on or off")
        return words[text.lower()]
    try:
        return kind(text)
    except ValueError as error:
        raise UsageError(
            f"'{text}' is invalid for the setting '{setting.name}'", f"write a number: {setting.help}"
        ) from error
