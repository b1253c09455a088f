"""Verbs called as Python functions: the same rules as for a line."""

from __future__ import annotations

from inspect import Parameter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbmodelver.errors import UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.verbs import VERBS, PythonValue, call_from_python, parse, signature

V1 = Version(VersionId("a" * 40), 1)


def call(name: str, *words: Any, **options: Any) -> Any:
    return call_from_python(VERBS[name], words, options).values


@pytest.mark.parametrize("name", VERBS)
def test_a_call_without_options_has_the_values_of_an_empty_line(name: str) -> None:
    verb = VERBS[name]
    required = [a for a in verb.arguments if a.required]
    words = [a.choices[0] if a.choices else "v1" for a in required]
    assert call(name, *words) == parse(verb, words).values


def test_options_of_a_wrapped_verb_are_keywords_too() -> None:
    found = call("schedule", "forget", "weekly", keep_last=10, best={"acc": 3}, yes=True)
    assert found["arguments"] == ["--keep-last", "10", "--best", "acc=3"]
    assert (found["task"], found["when"], found["yes"]) == ("forget", "weekly", True)
    assert call("schedule", "backup", "daily", "../copy", full=True)["arguments"] == ["../copy", "--full"]
    with pytest.raises(UsageError, match="schedule has no argument 'keep_last'"):
        call("schedule", "backup", "daily", keep_last=10)


def test_words_are_strings_lists_or_several_arguments() -> None:
    assert call("commit", "df", "model")["names"] == call("commit", ["df", ("model",)])["names"] == ["df", "model"]
    assert call("diff", "v1", V1)["b"] == V1.id
    assert call("log", limit=np.int64(3))["limit"] == 3
    assert call("export", "v1", output=Path("x.zip"))["output"] == "x.zip"


def test_expressions_take_the_value_itself() -> None:
    found = call("commit", "df", metric={"acc": 0.5, "fid": (1, "lower")}, param={"n": [1]})
    assert found["metric"] == {"acc": PythonValue(0.5), "fid": PythonValue((1, "lower"))}
    assert str(found["param"]["n"]) == "[1]"


@pytest.mark.parametrize(
    ("name", "words", "options", "says", "hint"),
    [
        ("commit", (), {"mesage": "x"}, "no argument 'mesage'", "did you mean message?"),
        ("undo", (), {"x": 1}, "no argument 'x'", "without arguments"),
        ("diff", ("v1",), {"a": "v2"}, "got 'a' twice", "pass it once"),
        ("rollback", (), {}, "needs 'version'", ""), ("rollback", ("",), {}, "needs 'version'", ""),
        ("undo", ("v1",), {}, "unexpected argument 'v1'", "leave it out"),
        ("commit", ([1, 2, {}],), {}, "names cannot be a dict", "in quotes: commit('df')"),
        ("commit", ("df",), {"all": "yes"}, "all must be True or False", "pass True"),
        ("commit", ("df",), {"metric": 0.5}, "metric must be a dict", "metric={'name': ...}"),
        ("commit", ("df",), {"metric": {"a b": 1}}, "not a valid name for a metric", "letters, digits"),
        ("log", (), {"limit": 0}, "--limit cannot be '0'", "at least 1"),
        ("log", (), {"limit": True}, "limit cannot be a bool", ""),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_what_would(
    name: str, words: tuple[Any, ...], options: dict[str, Any], says: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(name, *words, **options)
    assert says in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", VERBS)
def test_the_signature_names_every_argument(name: str) -> None:
    found = signature(VERBS[name]).parameters
    assert list(found) == [a.name for a in (*VERBS[name].positionals, *VERBS[name].options)]
    for argument in VERBS[name].options:
        assert found[argument.name].kind == Parameter.KEYWORD_ONLY
    for argument in VERBS[name].positionals:
        assert (found[argument.name].kind == Parameter.VAR_POSITIONAL) is argument.many
