"""Which classes need no trial: those that have no say in how they are made again."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.codecs import graph, proving
from nbmodelver.codecs.plainly import comes_back_plainly

PLAIN = {
    "methods and constants": "class C:\n    rate, names = 0.1, {'a': [1]}\n    def f(self, n=3): return n",
    "a base of the notebook": "class B:\n    def __init__(self): self.x = 1\n"
    "class C(B):\n    def f(self): return super()",
    "properties": "class C:\n    @property\n    def p(self): return 1\n    @staticmethod\n    def s(): ...",
    "annotations": "class C:\n    x: int\n    y: list[int] | None",
    "an estimator": "from sklearn.base import BaseEstimator, TransformerMixin\n"
    "class C(TransformerMixin, BaseEstimator):\n    def fit(self, X, y=None): return self",
}
NOT_PLAIN = {
    "its own making": "class C:\n    def __new__(cls): return super().__new__(cls)",
    "its own state": "class C:\n    def __setstate__(self, state): raise ValueError",
    "its own reduction": "class C:\n    def __reduce__(self): return C, ()",
    "a fallback for attributes": "class C:\n    def __getattr__(self, name): return self.inner",
    "a hash of its own": "class C:\n    def __hash__(self): return hash(self.x)",
    "slots": "class C:\n    __slots__ = ('x',)",
    "a base with a say": "class B:\n    def __setstate__(self, state): ...\nclass C(B): ...",
    "a base that sees subclasses": "class B:\n    def __init_subclass__(cls): ...\nclass C(B): ...",
    "an exception": "class C(Exception):\n    def __init__(self, a, b): super().__init__(a)",
    "a metaclass": "class M(type): ...\nclass C(metaclass=M): ...",
    "a member of another kind": "class D:\n    def __set_name__(self, owner, name): ...\nclass C:\n    d = D()",
    "a default of another kind": "class C:\n    def f(self, held=object()): ...",
    "a closure": "def make():\n    held = [1]\n"
    "    class C:\n        def f(self): return held\n    return C\nC = make()",
    "a dataclass": "import dataclasses\n@dataclasses.dataclass\nclass C:\n    x: int = 1",
    "a list": "class C(list): ...",
    "a member that holds itself": "held = []\nheld.append(held)\nclass C:\n    x = held",
}


def made(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(source, namespace)
    return namespace


@pytest.mark.parametrize("what", PLAIN)
def test_a_class_without_a_say_comes_back_plainly(what: str) -> None:
    assert comes_back_plainly(made(PLAIN[what])["C"])


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_a_class_with_a_say_is_tried(what: str) -> None:
    assert not comes_back_plainly(made(NOT_PLAIN[what])["C"])


@pytest.mark.parametrize("what", PLAIN)
def test_values_of_such_a_class_come_back_without_a_trial(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(*_: Any) -> Any:
        raise AssertionError("a trial was run")

    monkeypatch.setattr(proving.trial, "run", tried)
    namespace = made(PLAIN[what])
    namespace["c"] = namespace["C"]()
    namespace["c"].y = [1, {"a": namespace["c"]}]
    capture = graph.capture({"c": namespace["c"]}, namespace)
    assert proving.prove(capture, namespace, 5.0) == proving.TrialResults()
    assert graph.failing(capture, namespace) == []
