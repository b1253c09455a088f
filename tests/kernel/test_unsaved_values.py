"""A jump from version to version takes nothing out of the kernel that cannot come back."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import StoreError
from nbmodelver.repo.restore import undo

if TYPE_CHECKING:
    from tests.shells import Shell


def said(shell: Shell, line: str) -> str:
    """What a line shows, without line breaks."""
    return " ".join(str(shell.run(line)).split())


# -- imports


@pytest.mark.parametrize(
    ("first", "used", "name"),
    [
        ("import numpy as np", "np.zeros(2)", "np"),
        ("import os.path as p", "p.join('a')", "p"),
        ("from collections import Counter", "Counter()", "Counter"),
        ("from math import sqrt", "sqrt(4)", "sqrt"),
        ("from json import dumps as to_text", "to_text(1)", "to_text"),
    ],
)
@pytest.mark.parametrize("option", ["-a ", ""])
def test_a_rollback_never_removes_an_import(shell: Shell, first: str, used: str, name: str, option: str) -> None:
    shell.run(f"{first}\nx = {{'a': 1}}\n%mv_commit {option}-m one")
    shell.run(f"def f(): return {used}\nx['a'] = 2\n%mv_commit {option}-m two")
    shell.run(f"%mv_commit x f {name}")
    plan = shell.run("%mv_rollback v1 --yes")
    assert name not in plan.named("vanishes")
    assert name in shell
    assert shell["x"] == {"a": 1}


def test_an_import_made_after_a_version_stays(shell: Shell) -> None:
    shell.run("x = [1]\n%mv_commit -m one")
    shell.run("import json\ndef f(): return json.dumps(1)\nx = [2]\n%mv_commit -a -m two")
    shell.run("%mv_rollback v1 --yes")
    assert shell.run("json.dumps(x)") == "[1]"
    assert "f" not in shell
    shell.run("%mv_undo")
    assert shell.run("f()") == "1"


def test_a_merge_removes_no_import(shell: Shell) -> None:
    shell.run("import json\ndef f(): return json\nx = [1]\n%mv_commit f x json")
    shell.run("%mv_branch other\n%mv_switch other\ny = [2]\n%mv_commit x y")
    shell.run("%mv_switch main\nx.append(2)\n%mv_commit x f json\n%mv_merge other")
    assert shell.run("json.dumps(x)") == "[1, 2]"


# -- values that no version can hold

UNSAVABLE = {
    "a generator": "(i for i in range(9))",
    "inside a list": "[1, (i for i in range(9))]",
    "an object that refuses": "Refuses()",
    "a socket": "__import__('socket').socket()",
    "a secret": "'sk-' + 'abcd1234' * 5",
}
PRELUDE = """
class Refuses:
    def __reduce__(self): raise TypeError('not me')
"""


@pytest.mark.parametrize("made", UNSAVABLE.values(), ids=UNSAVABLE)
@pytest.mark.parametrize("alone", [True, False])
def test_undo_brings_back_the_very_object_that_could_not_be_saved(shell: Shell, made: str, alone: bool) -> None:
    shell.run(f"{PRELUDE}log, x = ['a'], 1\n%mv_commit log x")
    shell.run(f"log = {made}" if alone else f"log, x = {made}, 2")
    before = shell["log"]
    plan = shell.run("%mv_rollback v1 --yes")
    assert shell["log"] == ["a"]
    assert [s.name for s in plan.unsaved] == ["log"]
    assert "the current value of log" in " ".join(plan.notes)
    undone = shell.run("%mv_undo")
    assert shell["log"] is before
    assert shell["x"] == (1 if alone else 2)
    assert "nothing will change" not in str(undone)
    shell.run("%mv_redo")
    assert (shell["log"], shell["x"]) == (["a"], 1)
    shell.run("%mv_undo")
    assert shell["log"] is before
    getattr(before, "close", str)()


def test_the_plan_names_what_no_version_holds_before_it_is_done(shell: Shell) -> None:
    shell.run("log = ['a']\n%mv_commit log")
    shell.run("log = (i for i in [])")
    text = said(shell, "%mv_rollback v1 --dry-run")
    assert (
        "the current value of log is in no version: a generator cannot be kept: its position lives in the interpreter"
        in text
    )
    assert "log" in shell


def test_the_answer_does_not_say_saved_of_what_was_not(shell: Shell) -> None:
    shell.run("log = ['a']\n%mv_commit log\nlog = (i for i in [])")
    text = said(shell, "%mv_rollback v1 --yes")
    assert "was saved" not in text
    assert len(mv.open().log()) == 1
    shell.run("%mv_undo\nx = 1\n%mv_commit x log")
    shell.run("x = 2")
    assert "the previous state was saved" in said(shell, "%mv_rollback v1 --yes")


def test_several_rollbacks_are_taken_back_one_by_one(shell: Shell) -> None:
    shell.run("log = [1]\n%mv_commit log\nlog = [2]\n%mv_commit log")
    shell.run("log = (i for i in 'first')")
    first = shell["log"]
    shell.run("%mv_rollback v1 --yes\nlog = (i for i in 'second')")
    second = shell["log"]
    shell.run("%mv_rollback v2 --yes\nlog = (i for i in 'third')")
    third = shell["log"]
    shell.run("%mv_rollback v1 --yes")
    for expected in (third, second, first):
        shell.run("%mv_undo")
        assert shell["log"] is expected
    for expected in (second, third):
        shell.run("%mv_redo")
        assert shell["log"] is expected


def test_a_name_that_vanishes_comes_back_from_memory(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x\nx, extra = 2, [1]\n%mv_commit x extra\nextra = (i for i in [])")
    extra = shell["extra"]
    assert "extra" in shell.run("%mv_rollback v1 --yes").named("vanishes")
    assert "extra" not in shell
    shell.run("%mv_undo")
    assert shell["extra"] is extra


def test_a_switch_keeps_what_no_version_holds(shell: Shell) -> None:
    shell.run("log = [1]\n%mv_commit log\n%mv_branch b\nlog = [2]\n%mv_commit log\nlog = (i for i in [])")
    log = shell["log"]
    assert [s.name for s in shell.run("%mv_switch b").unsaved] == ["log"]
    assert shell["log"] == [1]
    shell.run("%mv_undo")
    assert shell["log"] is log


def test_a_merge_keeps_what_no_version_holds(shell: Shell) -> None:
    shell.run("log, x = [1], 1\n%mv_commit log x\n%mv_branch b\n%mv_switch b\nlog = [2]\n%mv_commit log x")
    shell.run("%mv_switch main\nlog = (i for i in [])")
    log = shell["log"]
    text = said(shell, "%mv_merge b")
    assert "log was in no version; undo can restore it while this kernel runs" in text
    assert shell["log"] == [2]
    shell.run("%mv_undo")
    assert shell["log"] is log


def test_a_copy_beside_replaces_nothing_unseen(shell: Shell) -> None:
    shell.run("x = [1]\n%mv_commit x\nold_x = (i for i in [])")
    before = shell["old_x"]
    plan = shell.run("%mv_rollback v1 --as old_ --yes")
    assert plan.named("changes") == ("old_x",)
    assert [s.name for s in plan.unsaved] == ["old_x"]
    assert shell["old_x"] == [1]
    shell.run("%mv_undo")
    assert shell["old_x"] is before
    shell.run("old_x = [5]\n%mv_rollback v1 --as old_ --yes\n%mv_undo")
    assert shell["old_x"] == [5]


def test_a_new_kernel_says_what_is_gone_with_the_old_one(shell: Shell, another: Any) -> None:
    shell.run("log, x = [1], 1\n%mv_commit log x\nlog, x = (i for i in []), 2\n%mv_rollback v1 --yes")
    with another() as later:
        later.run("%mv_rollback v1 --yes\n%mv_undo")
        text = said(later, "%mv_undo")
        assert (later["x"], later["log"]) == (2, [1])
        assert "not changed: log (v2 could not store it: a generator cannot be kept" in text


def test_memory_is_let_go_after_twenty_jumps_and_it_is_said(shell: Shell) -> None:
    shell.run(
        "log = [1]\n%mv_commit log\nlog = [2]\n%mv_commit log\nclass Gen:\n    def __reduce__(self): raise TypeError"
    )
    shell.run("log = Gen()\n%mv_rollback v1 --yes")
    for at in range(20):
        text = said(shell, f"%mv_rollback v{2 - at % 2} --yes")
    assert "removed from the memory of undo and in no version: log" in text


def test_large_values_that_a_version_holds_do_not_stay_in_memory(shell: Shell) -> None:
    shell.run("import numpy as np\nclass A(np.ndarray): pass\nx = np.zeros(300_000).view(A)\n%mv_commit x")
    shell.run("%mv_config undo_memory_mb 1\nx = np.ones(300_000).view(A)\n%mv_commit x")
    seen = weakref.ref(shell["x"])
    shell.run("%mv_rollback v1 --yes")
    gc.collect()
    assert seen() is None
    shell.run("%mv_config undo_memory_mb 512\n%mv_undo")
    assert shell["x"].sum() == 300_000


# -- what is shared with names that were never committed


def test_undo_keeps_what_was_shared_with_names_that_were_never_committed(shell: Shell) -> None:
    shell.run("cv = [1, 2, 3]\n%mv_commit cv")
    shell.run("cv.append(4); holder = {'cv': cv}")
    shell.run("%mv_rollback v1 --yes")
    assert shell.run("holder['cv'] is cv") is False
    shell.run("%mv_undo")
    assert shell.run("holder['cv'] is cv") is True
    assert shell["cv"] == [1, 2, 3, 4]


def test_undo_brings_the_value_where_the_object_was_changed_meanwhile(shell: Shell) -> None:
    shell.run("cv = [1]\n%mv_commit cv\ncv.append(2); holder = {'cv': cv}\n%mv_rollback v1 --yes")
    shell.run("holder['cv'].append(99)\n%mv_undo")
    assert shell["cv"] == [1, 2]
    assert shell["holder"]["cv"] == [1, 2, 99]


@pytest.mark.parametrize(
    ("build", "check"),
    [
        ("import pandas as pd\nx = pd.DataFrame({'a': [1, 2, 2]}); g = x.groupby('a')", "g.obj is x"),
        ("import numpy as np\nx = np.arange(5.0); v = x[1:3]", "np.shares_memory(x, v)"),
        ("class Net: depth = 1\nx = Net(); h = [x, Net]", "h[0] is x and h[1] is Net and type(x) is Net"),
        ("from sklearn.linear_model import Ridge\nx = Ridge(); p = [('s', x)]", "p[0][1] is x"),
    ],
)
def test_undo_leaves_the_sharing_as_it_was(shell: Shell, build: str, check: str) -> None:
    shell.run("x = [0]\n%mv_commit x")
    shell.run(build)
    names = "x Net" if "Net" in build else "x"
    shell.run(f"%mv_commit {names}\n%mv_rollback v1 --yes\n%mv_undo")
    assert shell.run(check)


def test_who_keeps_a_replaced_object_is_named(shell: Shell) -> None:
    shell.run(
        "class Trainer:\n    def __init__(self, model): self.model = model\n"
        "from sklearn.linear_model import Ridge\nmodel = Ridge()\n%mv_commit model"
    )
    shell.run("trainer = Trainer(model); steps = [('a', {'m': model})]; model.alpha = 5.0; f = lambda m=model: m")
    text = said(shell, "%mv_rollback v1 --yes")
    assert "trainer.model still refers to the replaced model; to update it: trainer.model = model" in text
    assert "steps[0][1]['m'] still refers to the replaced model" in text
    assert "f.__defaults__[0] still refers to the replaced model" in text
    shell.run("trainer.model = model; steps = f = 0; model.alpha = 6.0")
    assert "trainer.model still refers to the replaced model" in said(shell, "%mv_rollback v1 --dry-run")
    assert "steps[0][1]['m'] still refers" not in said(shell, "%mv_rollback v1 --dry-run")


def test_what_a_version_says_nothing_of_is_named_and_stays(shell: Shell) -> None:
    shell.run("y = (i for i in []); k = 1\n%mv_commit y k")
    shell.run("y, k, extra = None, 2, 'mine'")
    text = said(shell, "%mv_rollback v1 --yes")
    assert "not changed: y (v1 could not store it: a generator cannot be kept" in text
    assert "not changed: extra (not part of v1)" in text
    assert shell["extra"] == "mine"


# -- what cannot be kept costs only itself


def test_a_widget_costs_no_displayed_value(shell: Shell) -> None:
    pytest.importorskip("ipywidgets")
    shell.run("import ipywidgets; from sklearn.linear_model import LinearRegression")
    shell.run("slider = ipywidgets.IntSlider(); model = LinearRegression()\nmodel.fit([[0.0], [1.0]], [0.0, 2.0])")
    version = shell.run("%mv_commit -a -m one")
    assert "model" in version.names
    assert version.kept["model"].notes == ()
    assert "model" in shell.run("%mv_commit model slider").names


@pytest.mark.parametrize("made", ["get_ipython()", "get_ipython().events"])
def test_the_shell_costs_no_displayed_value(shell: Shell, made: str) -> None:
    shell.run(f"other = {made}; shown = [1]\nshown")
    version = shell.run("%mv_commit shown other")
    assert version.names == ("shown",)
    assert version.kept["shown"].notes == ()


def test_a_function_of_an_older_version_is_kept_beside_the_present_one_of_its_name(shell: Shell, another: Any) -> None:
    """The recipe of `a` in v1 stood for that of v3, whose `e` is another function."""
    shell.run("def e(): return 1\nx = [0]; a = [[e, 50], x]\n%mv_commit a\nb = [x]\n%mv_commit a b")
    shell.run("def e(): return 2\na = b = None\n%mv_rollback v2 a --yes\n%mv_commit a e")
    assert (shell["a"][0][0](), shell["e"]()) == (1, 2)
    with another() as later:
        later.run("%mv_rollback HEAD --yes")
        assert (later["a"][0][0](), later["e"]()) == (1, 2)


def test_a_trained_model_survives_a_rollback_and_its_undo(shell: Shell) -> None:
    """The model was not kept while its dataset was alive; the rollback destroyed it, and undo did not bring it back."""
    pytest.importorskip("lightgbm")
    shell.run("import lightgbm as lgb, numpy as np; X = np.arange(300.0).reshape(100, 3)")
    shell.run("train = lgb.Dataset(X, X[:, 0], categorical_feature=[1]); gbm = None\n%mv_commit")
    shell.run("gbm = lgb.train({'verbose': -1}, train, num_boost_round=3)")
    gbm, train = shell["gbm"], shell["train"]
    shell.run("%mv_rollback v1 --yes")
    assert shell["gbm"] is None
    shell.run("%mv_undo")
    assert shell["gbm"].predict(shell["X"]).tolist() == gbm.predict(shell["X"]).tolist()
    assert shell["train"] is train
    assert "gbm" in shell.run("%mv_commit").names


@pytest.mark.parametrize(
    "made",
    [
        "import pydantic\nclass S(pydantic.BaseModel): lr: float = 0.1",
        "import dataclasses\n@dataclasses.dataclass\nclass S: lr: float = 0.1",
        "import functools\nclass S:\n    lr = 0.1\n    @functools.cached_property\n    def x(self): return self.lr",
        "import abc\nclass S(abc.ABC):\n    lr = 0.1",
    ],
)
def test_a_class_that_fills_its_caches_is_the_same_class(shell: Shell, made: str) -> None:
    shell.run(f"{made}\nclass Run:\n    def __init__(self, s): self.s = s\ns, run = S(), Run(S())\n%mv_commit s S")
    shell.run("s.lr = 0.2; repr(s); isinstance(3, S); s == S(); getattr(s, 'x', 0)")
    assert "S" not in [c.name for c in shell.run("%mv_status").changes if c.effect == "changes"]
    shell.run("%mv_rollback v1 --yes")
    assert shell.run("isinstance(run.s, S) and type(s) is S and s.lr == 0.1") is True


def test_a_search_that_ends_early_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.repo.restore.rollback.SEARCH_S", 0.0)
    shell.run("x = [1]\n%mv_commit x\nx.append(2); other = {'a': [1]}")
    assert "the search for them took too long" in said(shell, "%mv_rollback v1 --dry-run")


def test_a_journal_that_cannot_be_read_costs_no_value(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("log = [1]\n%mv_commit log\nlog = (i for i in [])")
    log = shell["log"]
    with monkeypatch.context() as patch:
        patch.setattr("nbmodelver.repo.restore.undo.UndoHistories.read", unreadable_after(1))
        shell.run("%mv_rollback v1 --yes")
    shell.run("%mv_undo")
    assert shell["log"] is log


def unreadable_after(reads: int) -> Any:
    read = undo.UndoHistories.read
    left = [reads]

    def failing(self: Any) -> Any:
        if not left[0]:
            raise StoreError("the store cannot be read", "check the disk")
        left[0] -= 1
        return read(self)

    return failing
