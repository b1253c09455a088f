"""The settings of one store: a closed list, each with a type, a default and a line of help."""

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
    """One setting. default: also tells the type: bool, int, float or str. choices: the only texts it may be, if any."""

    name: str
    default: bool | int | float | str
    help: str
    choices: tuple[str, ...] = ()


SETTINGS: dict[str, Setting] = {
    s.name: s
    for s in (
        Setting("author", "", "who commits; empty: the login name"),
        Setting("session", True, "keep the random state with each version"),
        Setting("restore_session", True, "bring random state and options back with a rollback of everything"),
        Setting("verify_load", False, "load every kept value once before a version counts"),
        Setting("try_load", True, "load every new class of value once, in a child process, before a version counts"),
        Setting("confirm_rollback", True, "show the plan and ask before a rollback"),
        Setting("undo_memory_mb", 512, "how much of what rollbacks replaced stays in memory for undo, in MB"),
        Setting(
            "time_limit_s", 30.0, "give up on a value whose own code runs longer at a commit, in seconds; 0: never"
        ),
        Setting("watch_pages", True, "ask the system which memory was written, instead of hashing all of it"),
        Setting("default_metric", "", "the metric that panels draw first; empty: the first there is"),
        Setting("widgets", "auto", "how panels are shown", ("auto", "anywidget", "plain", "off")),
        Setting("max_value_mb", 4000, "a commit without names leaves out larger values, in MB; 0: none is too large"),
        Setting("ignore", "", "variables that a commit without names leaves out, separated by spaces"),
    )
}


class Settings:
    """Reads and writes the settings of a store."""

    def __init__(self, refs: Refs) -> None:
        self._refs = refs

    def __getitem__(self, name: str) -> Json:
        """The value of a setting. Raises UsageError for one that does not exist."""
        self._setting(name)
        return self.all()[name]

    def all(self) -> dict[str, Json]:
        """Every setting with its value."""
        return {**{s.name: s.default for s in SETTINGS.values()}, **self._stored()}

    def set(self, name: str, text: str) -> Json:
        """Give a setting the value that a user wrote. Raises UsageError when it does not fit."""
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
            hint = nearest(name, SETTINGS) or f"there are: {', '.join(SETTINGS)}"
            raise UsageError(f"no setting '{name}'", hint)
        return SETTINGS[name]


def _parsed(setting: Setting, text: str) -> Json:
    kind = type(setting.default)
    if setting.choices and text not in setting.choices:
        raise UsageError(
            f"'{text}' does not fit the setting '{setting.name}'", f"it may be: {', '.join(setting.choices)}"
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
            raise UsageError(f"'{text}' does not fit the setting '{setting.name}'", "write on or off")
        return words[text.lower()]
    try:
        return kind(text)
    except ValueError as error:
        raise UsageError(
            f"'{text}' does not fit the setting '{setting.name}'", f"write a number: {setting.help}"
        ) from error
