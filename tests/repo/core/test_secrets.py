"""P13 and P14: what looks like a secret stays out, by name, by shape, by the environment."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import NotKept, UsageError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core import secrets
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TOKEN = "gh" + "p_" + "a1B2" * 9


def everything(store: Path) -> bytes:
    """All bytes of a store as a reader of the values would see them."""
    repo = mv.open(store)
    parts = [bytes(repo.parts.get(p)) for v in repo.history.all() for p, _ in repo.reachability.of(v)]
    records = [repo.history.records._raw(v.id) for v in repo.history.all()]
    return b"".join([*parts, *records])


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("api_key", "abcdefgh1234", "api_key"),
        ("HF_TOKEN", "abcdefgh1234", "HF_TOKEN"),
        ("config", {"db": {"password": "hunter2hunter2"}}, "config['db']['password']"),
        ("password", "hunter2", "password"),
        ("anything", [1, TOKEN], "anything[1]"),
        ("url", "postgres://me:hunter22@host/db", "url"),
        ("raw", TOKEN.encode(), "raw"),
    ],
)
def test_p14_secrets_are_found_with_their_path(name: str, value: object, path: str) -> None:
    found = Searcher({}).in_value(name, value)
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tokens", ["the", "cat", "somewhere"]),
        ("max_tokens", "unlimited-number"),
        ("sort_key", "a_column_name"),
        ("primary_key", "customer_id"),
        ("token", "the"),
        ("text", "a token is a word of a sentence"),
        ("password_hint", 5),
        ("password", ""),
        ("password", "n/a"),
    ],
)
def test_p14_ordinary_values_are_left_alone(name: str, value: object) -> None:
    assert Searcher({}).in_value(name, value) is None


def test_p14_values_of_the_environment_are_recognised_anywhere() -> None:
    searcher = Searcher({"SERVICE_TOKEN": "q9w8e7r6t5y4", "HOME": "/home/somebody"})
    assert "SERVICE_TOKEN" in searcher.in_text("curl -H q9w8e7r6t5y4")
    assert searcher.in_text("/home/somebody/data") == ""
    assert "q9w8e7r6t5y4" not in searcher.hidden("x = 'q9w8e7r6t5y4'")
    assert searcher.hidden("password = 'hunter2'; token = 'the cat'") == "password = '[secret]'; token = 'the cat'"


def test_p14_a_commit_keeps_secrets_out_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", "q9w8e7r6t5y4")
    repo = mv.open(tmp_path, create=True)
    around = CommitContext(cells=[Cell(f"key = '{TOKEN}'\npassword = \"hunter2hunter2\"", outputs="q9w8e7r6t5y4")])
    values = {"a": {"x": 1}, "config": {"token": TOKEN}, "env": "q9w8e7r6t5y4"}
    version = repo.commit(values, f"uses {TOKEN}", around=around)
    assert version.names == ("a",)
    assert {s.name: s.path for s in version.skipped} == {"config": "config['token']", "env": "env"}
    assert all("--allow-secret" in s.reason for s in version.skipped)
    data = everything(tmp_path / ".nbmodelver")
    for secret in (TOKEN, "q9w8e7r6t5y4", "hunter2hunter2"):
        assert secret.encode() not in data


def test_p14_a_name_can_be_allowed(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    version = repo.commit({"token": TOKEN}, allow_secrets=["token"])
    assert repo.load(version) == {"token": TOKEN}


def test_p14_a_secret_given_as_a_parameter_is_refused(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    with pytest.raises(UsageError, match="api_key"):
        repo.commit({"a": 1}, params={"api_key": "abcdefgh1234"})
    assert repo.log() == []


def test_p13_the_environment_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PLAIN_VARIABLE", "a-value-nobody-should-find")
    repo = mv.open(tmp_path, create=True)
    repo.commit({"a": 1})
    assert b"a-value-nobody-should-find" not in everything(tmp_path / ".nbmodelver")
    assert b"SOME_PLAIN_VARIABLE" not in everything(tmp_path / ".nbmodelver")


def test_p13_a_copy_of_the_environment_is_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(8):
        monkeypatch.setenv(f"SOME_SETTING_{n}", f"a-plain-value-{n}")
    repo = mv.open(tmp_path, create=True)
    mine = {"SOME_SETTING_1": "a-plain-value-1", "depth": 3}
    with pytest.warns(NotKept, match="it is a copy of the environment variables"):
        version = repo.commit({"env": dict(os.environ), "job": {"env": {**os.environ, "MORE": "1"}}, "mine": mine})
    assert version.names == ("mine",)
    assert [s.reason.partition(";")[0] for s in version.skipped] == ["it is a copy of the environment variables"] * 2
    assert b"a-plain-value-2" not in everything(tmp_path / ".nbmodelver")
    assert repo.commit({"env": dict(os.environ)}, allow_secrets=["env"]).names == ("env",)


def test_p11_the_search_asks_neither_a_class_nor_its_metaclass(tmp_path: Path) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("called")

    meta = type("Meta", (type,), {"__eq__": explode, "__hash__": type.__hash__, "__getattr__": explode})
    odd = meta("Odd", (), {"__module__": "somewhere.else"})()
    assert Searcher({}).in_value("odd", [odd, TOKEN]) is not None


def test_of_a_long_list_no_more_is_taken_than_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking from its front, item by item, was quadratic: 300,000 numbers took longer than their commit."""
    queued = [1]

    class Counted(deque[Any]):
        def extend(self, items: Iterable[Any]) -> None:
            before = len(self)
            super().extend(items)
            queued.append(len(self) - before)

    monkeypatch.setattr(secrets, "deque", Counted)
    assert Searcher({}).in_value("ids", list(range(300_000))) is None
    assert 10_000 < sum(queued) <= secrets.MAX_NODES


def test_p13_a_variable_that_is_the_environment_keeps_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`from os import environ` and a commit of every name kept all of it, passwords of other programs included."""
    monkeypatch.setenv("SOME_SETTING", "q9w8e7r6t5y4")
    repo = mv.open(tmp_path, create=True)
    version = repo.commit({"environ": os.environ, "job": {"env": os.environ, "raw": os.environb, "n": [1]}})
    assert version.names == ("environ", "job")
    assert b"q9w8e7r6t5y4" not in everything(tmp_path / ".nbmodelver")
    back = repo.load("HEAD")
    assert back["environ"] is back["job"]["env"] is os.environ
    assert back["job"]["raw"] is os.environb
    another = type(os.environ)(
        {}, *(getattr(os.environ, f"{way}{what}") for what in ("key", "value") for way in ("encode", "decode"))
    )
    with pytest.warns(NotKept, match="a copy of the environment"):
        repo.commit({"n": 1, "another": another})


def test_the_search_for_assignments_does_not_begin_inside_a_word() -> None:
    text = 'our_api_key = "correct-horse"'
    assert secrets._ASSIGNED.search(text) is not None
    assert secrets._ASSIGNED.search(text, 1) is None, "a word of 64 KiB would take minutes"


@pytest.mark.parametrize(
    "line",
    [
        "%mv_config channel.team slack://T0001/B0002/abcdefgh/",
        "nbmodelver.config('channel.team', 'https://example.org/h#whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz')",
        "hook = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'",
    ],
)
def test_p14_the_address_of_a_channel_is_hidden_in_the_cell_that_sets_it(line: str) -> None:
    hidden = Searcher({}).hidden(line)
    assert "[secret]" in hidden
    assert not {"abcdefgh", "MDEyMzQ1"} & set(hidden.replace("/", " ").replace("_", " ").split())
    assert "MDEyMzQ1" not in hidden
