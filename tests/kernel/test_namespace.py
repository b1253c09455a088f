"""The variables of the user: which names they are, and how restored values are bound."""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

import pytest

from nbmodelver.errors import UnknownName
from nbmodelver.kernel.namespace import Namespace, uninterrupted
from nbmodelver.model import Plan, Version, VersionId

OF_IPYTHON: dict[str, Any] = {
    "In": [],
    "Out": {},
    "_": 1,
    "__": 1,
    "_i1": "x",
    "_12": 3,
    "_ih": [],
    "get_ipython": print,
    "exit": 0,
}


def namespace(**values: Any) -> Namespace:
    return Namespace({**OF_IPYTHON, **values})


def test_names_are_those_that_the_user_made_in_order() -> None:
    made = namespace(b=1, a=2, _private=3, json=json, dumps=json.dumps, plan=Plan(Version(VersionId(""), 1), ()))
    assert made.names() == ["b", "a"]
    assert made.every() == ["b", "a", "_private"]
    assert set(made.public()) == {"b", "a", "json", "dumps", "plan"}
    assert made.state(["a"]) == {"b": 1}


def test_a_name_of_the_shell_is_the_users_once_it_is_bound_again() -> None:
    path = ["x"]
    made = Namespace({"path": path, "open_": 1}, {"path": path})
    assert made.names() == ["open_"]
    made.values["path"] = ["y"]
    assert made.names() == ["path", "open_"]


def test_chosen_names_may_be_private_or_imports() -> None:
    made = namespace(_private=3, json=json)
    assert made.pick(["_private", "json"]) == {"_private": 3, "json": json}


@pytest.mark.parametrize("name", ["_", "In", "_i1", "__name__", "exit"])
def test_a_name_of_ipython_cannot_be_chosen(name: str) -> None:
    with pytest.raises(UnknownName, match="belongs to IPython"):
        namespace().pick([name])


def test_an_unknown_name_gets_the_closest_one() -> None:
    with pytest.raises(UnknownName) as caught:
        namespace(model=1).pick(["modl"])
    assert caught.value.hint == "try: %mv_commit model"
    with pytest.raises(UnknownName) as caught:
        namespace(model=1).pick(["zzz"])
    assert caught.value.hint == "list the variables: %who"


def test_values_are_bound_and_names_removed() -> None:
    made = namespace(a=1, b=2)
    made.put_back({"a": 5, "c": 6}, ["b", "gone"])
    assert {n: made.values[n] for n in made.names()} == {"a": 5, "c": 6}


def test_an_interrupt_comes_after_the_block() -> None:
    done = []

    def block() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("block")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_block_on_another_thread_changes_no_handler() -> None:
    handlers = []

    def work() -> None:
        with uninterrupted():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]
