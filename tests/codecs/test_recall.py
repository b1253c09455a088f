"""What an earlier walk found spares work, and never changes what a walk finds."""

from __future__ import annotations

import random
import types
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.codecs import encoding, graph
from nbmodelver.codecs.recall import Recall

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.graph import Capture, Draft


class Holder:
    """An object that needs pickle."""

    def __init__(self, **content: Any) -> None:
        self.__dict__.update(content)


def shown(draft: Draft) -> tuple[Any, ...]:
    """Everything that a draft is, with the contents of its buffers."""
    buffers = [(bytes(b.raw), b.layout, b.slot, b.may_go) for b in draft.buffers]
    own = draft.names, draft.format, draft.skeleton, draft.own, draft.table
    return *own, draft.uses, draft.classes, draft.names_used, draft.without_source, buffers


def found(capture: Capture) -> tuple[Any, ...]:
    """What a commit takes from a walk."""
    groups = sorted(map(shown, capture.groups), key=repr)
    alone = {name: shown(draft) for name, draft in sorted(capture.alone.items())}
    definitions = sorted((shown(d) for d in capture.definitions), key=repr)
    return groups, alone, definitions, sorted(map(repr, capture.skipped)), capture.notes, sorted(capture.added)


def assert_same(values: dict[str, Any], recall: Recall, namespace: dict[str, Any] | None = None) -> None:
    own = values if namespace is None else namespace
    assert found(graph.capture(values, own, recall=recall)) == found(graph.capture(values, own))


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The names of each pickling pass."""
    seen: list[tuple[str, ...]] = []
    before = encoding.pickle_with

    def counted(kind: Any, names: tuple[str, ...], *rest: Any) -> Any:
        seen.append(names)
        return before(kind, names, *rest)

    monkeypatch.setattr(encoding, "pickle_with", counted)
    return seen


def forest() -> dict[str, Any]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5))
    scaler = StandardScaler().fit(x)
    model = RandomForestClassifier(8, random_state=0).fit(x, x[:, 0] > 0)
    return {"scaler": scaler, "model": model, "pipe": Pipeline([("scale", scaler), ("model", model)]), "x": x}


def views() -> dict[str, Any]:
    base = np.arange(9000.0).reshape(900, 10)
    return {"a": Holder(base=base, small=base[:2, 3]), "b": Holder(column=base[:, 1]), "c": [base[5], base[6:]]}


def frames() -> dict[str, Any]:
    df = pd.DataFrame({"x": np.arange(3000.0), "t": ["a", "b", "c"] * 1000})
    return {"a": Holder(df=df), "b": [df, 1], "c": Holder(x=df["x"])}


def masked() -> dict[str, Any]:
    base, shared = np.arange(9000), [1]
    part = base[:10]
    column = pd.arrays.IntegerArray(part, np.zeros(10, bool))
    return {"a": Holder(part=part, base=base, shared=shared), "b": Holder(column=column, shared=shared)}


def gaps() -> dict[str, Any]:
    shared = [1]
    return {"a": Holder(column=np.zeros((3000, 3))[:, 1], shared=shared), "b": Holder(shared=shared)}


def small_arrays() -> dict[str, Any]:
    shared = np.zeros(3)
    return {"a": Holder(shared=shared, own=np.ones(2)), "b": {"shared": shared, "text": np.array(["x", "y"], object)}}


SITUATIONS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[dict[str, Any]], Any]]] = {
    "nothing": (forest, lambda v: None),
    "a tree's values": (forest, lambda v: v["model"].estimators_[3].tree_.value.__setitem__((0, 0, 0), 7.0)),
    "a parameter": (forest, lambda v: v["model"].set_params(max_depth=3)),
    "a scaler's mean": (forest, lambda v: v["scaler"].mean_.__setitem__(0, 9.0)),
    "another tree": (forest, lambda v: v["model"].estimators_.pop()),
    "sharing that ends": (forest, lambda v: v["pipe"].steps.__setitem__(0, ("scale", v["scaler"].__class__()))),
    "an array seen through views": (views, lambda v: v["a"].base.__setitem__((0, 3), -1.0)),
    "a view of other elements": (views, lambda v: setattr(v["a"], "small", v["a"].base[:2, 4])),
    "the shape of an array": (views, lambda v: setattr(v["b"], "column", v["a"].base.reshape(-1)[:900])),
    "a cell of a frame": (frames, lambda v: v["a"].df.__setitem__("x", v["a"].df["x"] + 1)),
    "a text of a frame": (frames, lambda v: v["a"].df.loc.__setitem__((5, "t"), "other")),
    "an array inside of another one": (masked, lambda v: v["a"].part.__setitem__(3, -5)),
    "an array with gaps": (gaps, lambda v: v["a"].column.__setitem__(3, -5)),
    "a short array": (small_arrays, lambda v: v["a"].own.__setitem__(0, 5.0)),
    "a short shared array": (small_arrays, lambda v: v["b"]["shared"].__setitem__(0, 5.0)),
    "a text in an array": (small_arrays, lambda v: v["b"]["text"].__setitem__(0, "z")),
    "an alias": (small_arrays, lambda v: v.__setitem__("alias", v["a"])),
    "a name that goes": (forest, lambda v: v.pop("scaler")),
    "a value in place of another": (small_arrays, lambda v: v.__setitem__("a", Holder(own=np.ones(2)))),
}


@pytest.mark.parametrize("what", SITUATIONS)
def test_a_change_is_seen_as_without_recall(what: str) -> None:
    make, change = SITUATIONS[what]
    values, recall = make(), Recall()
    for _ in range(3):
        assert_same(values, recall)
    change(values)
    for _ in range(2):
        assert_same(values, recall)


def test_a_group_that_is_as_it_was_is_pickled_once(passes: list[tuple[str, ...]]) -> None:
    values, recall = forest(), Recall()
    graph.capture(values, values, recall=recall)
    assert len(passes) == 4
    passes.clear()
    graph.capture(values, values, recall=recall)
    assert passes == [("scaler", "model", "pipe")]


def test_a_group_that_changed_is_not_pickled_together_twice(passes: list[tuple[str, ...]]) -> None:
    values, recall = forest(), Recall()
    graph.capture(values, values, recall=recall)
    values["model"].set_params(max_depth=3)
    passes.clear()
    graph.capture(values, values, recall=recall)
    assert sorted(passes) == [("model",), ("pipe",), ("scaler",), ("scaler", "model", "pipe")]


def test_classes_of_the_notebook_come_along_with_a_group_that_is_as_it_was() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    module = types.ModuleType("__main__")
    exec("class C:\n    def f(self): return limit\nlimit = 3", namespace)
    namespace["C"].__module__ = "__main__"
    shared = [1]
    values = {"a": namespace["C"](), "b": namespace["C"]()}
    for value in values.values():
        value.shared = shared
    namespace.update(values)
    assert module is not None
    recall = Recall()
    for _ in range(3):
        assert_same(values, recall, namespace)
    namespace["C"].f = lambda self: 4
    assert_same(values, recall, namespace)


def test_nothing_of_the_values_is_kept_alive() -> None:
    import gc
    import weakref

    values, recall = forest(), Recall()
    graph.capture(values, values, recall=recall)
    graph.capture(values, values, recall=recall)
    model = weakref.ref(values["model"])
    del values
    gc.collect()
    assert model() is None


def changed_at_random(values: dict[str, Any], rng: random.Random) -> None:
    """One step: mutate, share, unshare, replace, add or remove."""
    name = rng.choice(sorted(values))
    holder = values[name]
    arrays = [a for h in values.values() for a in vars(h).values() if type(a) is np.ndarray]
    step = rng.randrange(8)
    if step == 0 and arrays:
        array = rng.choice(arrays)
        if array.size and array.flags.writeable:
            array.reshape(-1)[rng.randrange(array.size)] = rng.random()
    elif step == 1:
        setattr(holder, f"n{rng.randrange(3)}", rng.choice([1, 1.0, True, 0.0, -0.0, "a", "b", None]))
    elif step == 2 and arrays:
        setattr(holder, f"a{rng.randrange(3)}", rng.choice(arrays))
    elif step == 3:
        setattr(holder, f"a{rng.randrange(3)}", np.zeros(rng.choice([0, 3, 600, 5000])))
    elif step == 4 and arrays:
        array = rng.choice(arrays)
        setattr(
            holder,
            f"a{rng.randrange(3)}",
            array[rng.randrange(2) : len(array) // rng.choice([1, 2]) : rng.choice([1, 2])],
        )
    elif step == 5:
        other = values[rng.choice(sorted(values))]
        holder.inner = rng.choice([other, [other], {"k": other}, None])
    elif step == 6:
        values[f"v{rng.randrange(5)}"] = rng.choice([holder, Holder(a0=np.arange(700.0)), Holder(inner=holder)])
    elif len(values) > 2:
        del values[name]


@pytest.mark.parametrize("seed", range(20))
def test_random_changes_are_seen_as_without_recall(seed: int) -> None:
    rng = random.Random(seed)
    shared = np.arange(2000.0)
    values: dict[str, Any] = {f"v{n}": Holder(a0=shared, a1=shared[:10]) for n in range(3)}
    recall = Recall()
    for _ in range(40):
        if rng.random() < 0.6:
            changed_at_random(values, rng)
        assert_same(values, recall)
