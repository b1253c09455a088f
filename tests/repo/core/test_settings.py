"""The settings of a store: types, defaults, invalid values, and a damaged file."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.settings import SETTINGS, Settings
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.refs import Refs


@pytest.fixture
def refs() -> Refs:
    return Refs(MemoryBackend())


def test_every_setting_begins_with_its_default(refs: Refs) -> None:
    assert Settings(refs).all() == {name: setting.default for name, setting in SETTINGS.items()}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("author", "Ada", "Ada"), ("session", "OFF", False), ("session", "1", True), ("undo_memory_mb", "7", 7),
        ("time_limit_s", "2", 2.0), ("widgets", "plain", "plain"),
    ],
)  # fmt: skip
def test_a_text_becomes_a_value_of_the_type_and_is_stored(refs: Refs, name: str, text: str, value: Any) -> None:
    found = Settings(refs).set(name, text)
    assert (found, type(found)) == (value, type(value))
    assert Settings(refs)[name] == value


@pytest.mark.parametrize(
    ("name", "text"), [("session", "maybe"), ("undo_memory_mb", "1.5"), ("time_limit_s", "soon"), ("widgets", "Plain")]
)
def test_an_invalid_value_changes_nothing(refs: Refs, name: str, text: str) -> None:
    with pytest.raises(UsageError, match="is invalid for the setting"):
        Settings(refs).set(name, text)
    assert refs.get("settings") is None


def test_an_unknown_setting_gets_a_suggestion(refs: Refs) -> None:
    for call in (lambda: Settings(refs)["autor"], lambda: Settings(refs).set("autor", "x")):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.hint == "did you mean 'author'?"
    with pytest.raises(UsageError) as caught:
        Settings(refs)["zzz"]
    assert "choose one of: author" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"session": "yes", "unknown": 1, "time_limit_s": 5}', "[" * 60_000])
def test_stored_values_of_another_type_or_name_are_ignored(refs: Refs, text: str) -> None:
    refs.move("settings", None, text)
    assert Settings(refs).all() == {name: setting.default for name, setting in SETTINGS.items()}


def test_ignored_names_are_separated_by_spaces(refs: Refs) -> None:
    settings = Settings(refs)
    assert settings.ignored == frozenset()
    settings.set("ignore", " tmp  raw_ ")
    assert settings.ignored == {"tmp", "raw_"}


def test_setting_one_value_keeps_the_others(refs: Refs) -> None:
    settings = Settings(refs)
    settings.set("author", "Ada")
    settings.set("session", "off")
    assert (settings["author"], settings["session"]) == ("Ada", False)
