"""What first users met in notebooks of their own: small things, each of which cost them a minute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import nbmodelver as mv
from nbmodelver.codecs import graph
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import Shell


def test_methods_of_builtins_need_no_package(shell: Shell) -> None:
    """A matplotlib figure holds one, `list.remove`: its rollback was said to need "the package None"."""
    shell.run("word = {'f': 'abc'.upper, 'g': dict.fromkeys, 'h': [1].append}")
    version = shell.run("%mv_commit --all")
    assert not [c for g in version.groups for c in g.classes if c.startswith("None")]
    shell.run("del word")
    plan = shell.run("%mv_rollback v1 --dry-run")
    assert plan.named("appears") == ("word",)
    shell.run("%mv_rollback v1 --yes")
    assert shell["word"]["f"]() == "ABC"


def test_definitions_that_share_with_each_other_and_with_names_are_kept(shell: Shell) -> None:
    """Those that are stored together were looked for under the first one's key only, and the commit broke off."""
    shell.run("class A: kin = []\nclass B: kin = A.kin\nclass C: rows = []\nrows = C.rows; every = [A(), B(), C()]")
    assert not shell.run("%mv_commit --all").skipped
    shell.run("del A, B, C, rows, every")
    shell.run("%mv_rollback v1 --yes")
    assert shell["A"].kin is shell["B"].kin
    assert shell["C"].rows is shell["rows"]


def test_one_note_is_one_line_whoever_it_is_about(shell: Shell) -> None:
    shell.run("import functools\n@functools.lru_cache\ndef fib(n): return n\nfibs = [fib]")
    said = str(shell.run("%mv_commit --all")).splitlines()
    assert said[1:] == ["  fib, fibs: a function under lru_cache comes back with an empty cache"]


def test_a_status_names_types_as_a_version_does(shell: Shell) -> None:
    shell.run("params = {'a': 1}; %mv_commit params".replace("; %", "\n%"))
    shell.run("params['a'] = 2; other = {'b': 1}")
    rows: dict[str, Any] = {c.name: c.type for c in shell.run("%mv_status").changes}
    assert rows == {"params": "dict", "other": "dict"}


def test_a_version_shows_cells_that_did_something_and_counts_packages(shell: Shell) -> None:
    shell.run("params = {'a': 1}")
    shell.run("%mv_status" if "no store" in shell.said else "%mv_init")
    shell.run("%mv_commit")
    said = str(shell.run("%mv_show"))
    assert "1 cell run since the previous version" in said
    assert "%mv_init" not in said
    assert " packages" in said
    assert "ipython " not in said


def test_an_interrupt_is_two_lines(shell: Shell) -> None:
    """It was the sixty lines of a traceback through the store."""
    shell.run("class Slow:\n    def __reduce__(self): raise KeyboardInterrupt")
    shell.run("slow = Slow()")
    error = shell.fails("%mv_commit slow")
    assert isinstance(error, KeyboardInterrupt)
    assert error._render_traceback_()[0] == "KeyboardInterrupt: %mv_commit was interrupted"
    assert "Traceback" not in shell.said


def test_a_cell_that_awaits_is_refused_before_it_runs_where_a_loop_runs(shell: Shell) -> None:
    """Its coroutine was never awaited, and asyncio said so in someone else's cell."""
    shell.run("import asyncio\nclass Loop: ...")

    async def inside() -> BaseException:
        return shell.fails("%%mv_commit\ndone = await asyncio.sleep(0, 5)")

    loop = asyncio.new_event_loop()  # asyncio.run would drop the thread's own loop unclosed: a warning in a later test
    try:
        error = loop.run_until_complete(inside())
    finally:
        loop.close()
    assert isinstance(error, UsageError)
    assert "end the cell with: %mv_commit" in error.hint
    assert "done" not in shell
    shell.run("%%mv_commit\ndone = await asyncio.sleep(0, 5)")
    assert shell["done"] == 5


def test_a_switch_says_the_branch(shell: Shell) -> None:
    shell.run("params = {'a': 1}\n%mv_commit")
    shell.run("%mv_branch trees")
    assert str(shell.run("%mv_switch trees")).splitlines() == [
        "On trees at v1",
        "nothing will change: the notebook already holds this version",
    ]


def test_names_with_one_reason_are_one_line(shell: Shell) -> None:
    shell.run("n = 5; rows = [1]; a = {'r': rows}; b = (rows,); steps = [(i for i in rows), rows]")
    lines = str(shell.run("%mv_commit a b rows steps n")).splitlines()
    assert lines[1].startswith("  not kept: steps at steps[0]: a generator")
    assert "  a, b, rows: objects shared with steps, which is not kept: that sharing is lost" in lines
    assert len(lines) < 5


def test_only_names_that_differ_are_changed(shell: Shell) -> None:
    """A status spoke of the whole group: `labels` shares its categories with `df`, so it was "changed" too."""
    shell.run("import pandas as pd\ndf = pd.DataFrame({'x': [1, 2], 'c': pd.Categorical(['a', 'b'])}); labels = df.c")
    shell.run("%mv_commit")
    shell.run("df['x'] = 5")
    assert [c.name for c in shell.run("%mv_status").changes] == ["df"]


def test_an_undo_takes_back_jumps_of_its_own_notebook(shell: Shell, another: Any, tmp_path: Path) -> None:
    """Two notebooks lie in one folder: an undo in one of them brought what the other had been before its rollback."""
    for name in ("a.ipynb", "b.ipynb"):
        (tmp_path / name).write_text("{}")
    shell.shell.user_ns["__session__"] = str(tmp_path / "a.ipynb")
    shell.run("params = {'a': 1}\n%mv_commit")
    with another() as other:
        other.shell.user_ns["__session__"] = str(tmp_path / "b.ipynb")
        other.run("params = {'b': 2}\n%mv_commit")
        other.run("%mv_rollback v1 --yes")
        assert isinstance(shell.fails("%mv_undo"), UsageError)
        assert shell["params"] == {"a": 1}
        (tmp_path / "b.ipynb").rename(tmp_path / "c.ipynb")
        other.run("%mv_undo")
        assert other["params"] == {"b": 2}


def test_code_that_rebuilds_a_value_finds_what_comes_back_with_it(shell: Shell, another: Any) -> None:
    """In a new kernel a `__setstate__` that used numpy was "name 'np' is not defined", and nothing came back."""
    shell.run("import numpy as np\nscale = 3\ndef scaled(x): return np.asarray(x) * scale")
    shell.run("class Rows:\n    def __init__(self): self.rows = scaled([1, 2])")
    shell.run(
        "Rows.__getstate__ = lambda self: 0\nRows.__setstate__ = lambda self, state: self.__init__()\nrows = Rows()"
    )
    shell.run("%mv_commit rows")
    with another() as other:
        other.run("scale = 5")
        other.run("%mv_rollback v1 --yes")
        assert other["rows"].rows.tolist() == [3, 6]
        assert other["scale"] == 3


def test_d10_a_rollback_that_fails_takes_back_what_it_lent(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_config try_load off")
    shell.run("class Bad:\n    def __setstate__(self, state): raise ValueError(len(first))")
    shell.run("first = [1]; second = {'a': 1}; bad = Bad(); bad.x = 1")
    shell.run("%mv_commit first second bad")
    shell.run("first = [2, 3]; del second, bad")
    live = shell["first"]
    assert "ValueError: 1" in str(shell.fails("%mv_rollback v1 --yes"))
    assert shell["first"] is live
    assert "second" not in shell


def test_a_widget_that_cannot_be_kept_is_called_a_widget(shell: Shell) -> None:
    """In a kernel it holds a lock of its comm: "slider._trait_values['comm']._reply_subshell_lock: a lock ..."."""
    shell.run("import ipywidgets\nslider = ipywidgets.IntSlider(5); slider.lock = (i for i in ''); n = 3")
    assert "  not kept: slider: a widget cannot be kept: it lives in the page" in str(shell.run("%mv_commit slider n"))


def test_a_function_written_anew_is_a_change(shell: Shell) -> None:
    """A name holds only the key of its definition: so a diff called it the same, where a status did not."""
    shell.run("def score(x): return x\nclass Net: depth = 3\nnet = Net(); same = 1\n%mv_commit --all")
    shell.run("def score(x): return -x\nclass Net: depth = 4\n%mv_commit --all")
    names = next(s for s in shell.run("%mv_diff").sections if s.id == "names")
    assert {row.cells[0] for row in names.rows if row.status == "changed"} == {"score", "Net", "net"}  # of the old one


def test_a_look_at_a_partial_is_no_change(shell: Shell) -> None:
    """`part?` makes an empty `__dict__`."""
    shell.run("import functools\npart = functools.partial(max, default=1)\n%mv_commit part")
    shell.run("vars(part)")
    assert "nothing has changed" in str(shell.run("%mv_status"))


def test_an_imported_version_may_replace_names_before_the_first_commit(
    shell: Shell, another: Any, tmp_path: Path
) -> None:
    """The present state was to be saved as a child of a version that did not exist: "there are no versions yet"."""
    shell.run("rows = [1, 2]\n%mv_commit rows\n%mv_export v1 -o there.nbmv.zip")
    with another() as new:
        new.run(f"import os; os.makedirs('{tmp_path}/b'); os.chdir('{tmp_path}/b')")
        new.run("%mv_init\nrows = 'mine'\n%mv_import ../there.nbmv.zip\n%mv_rollback v1 --yes")
        assert new["rows"] == [1, 2]
        new.run("%mv_undo")
        assert new["rows"] == "mine"


def test_a_variable_where_a_version_belongs_is_told_the_way(shell: Shell) -> None:
    shell.run("rows = [1, 2]\n%mv_commit")
    for verb, way in (("show", "%mv_show HEAD rows"), ("diff", "%mv_diff HEAD~1 HEAD rows")):
        shell.run("rows.append(3)\n%mv_commit")
        assert shell.fails(f"%mv_{verb} rows").hint == f"for the variable: {way}"
        shell.run(way)
    assert "%mv_branch trees" in shell.fails("%mv_switch trees").hint


def test_a_condition_of_habit_is_told_the_way(shell: Shell) -> None:
    shell.run("rows = [1, 2]\n%mv_commit --metric acc=0.5 --tag best")
    assert "metrics.acc" in shell.fails("%mv_log --where 'acc > 0.7'").hint
    assert "tag == 'best'" in shell.fails("%mv_log --where \"tag = 'best'\"").hint
    assert len(shell.run("%mv_log --where \"tag == 'best' and metrics.acc < 0.7\"")) == 1


def test_what_comes_along_is_said_of_each_group(shell: Shell) -> None:
    """`arr, tr comes along: it shares objects with row, evil`, of which evil shared nothing."""
    shell.run("import numpy as np\na = np.arange(9.0); b = a[1:]; c = a[2:]; d = [1]\n%mv_commit a b c d")
    assert "restored too: b, c (shared objects with a)" in shell.run("%mv_rollback v1 a d --as old_").notes
    assert "restored too: b" not in str(shell.run("%mv_rollback v1 d --as old_"))


def test_a_class_that_keeps_its_name_is_said_to(shell: Shell) -> None:
    """`class Net comes back as it was in v1`, and `isinstance(net, Net)` was False."""
    shell.run("class Net: depth = 1\nnet = Net()\n%mv_commit net")
    shell.run("class Net: depth = 2")
    note = "class Net is restored from v1 for the restored objects only; the name Net is not changed"
    assert note in shell.run("%mv_rollback v1 net --yes").notes
    assert (shell["net"].depth, shell["Net"].depth) == (1, 2)
    assert "class Net is restored from v1" in shell.run("%mv_rollback v1 --yes").notes
    assert shell["Net"].depth == 1


def test_a_value_that_recurses_when_it_is_rebuilt_is_named_with_the_way_out(shell: Shell) -> None:
    """It was "nested too deep to be kept", though it had been kept, and the way out said VERSION."""
    shell.run("%mv_init\n%mv_config try_load off")
    shell.run("class Proxy:\n    def __getattr__(self, name): return self.inner[name]\nproxy = Proxy()")
    shell.run("proxy.inner = {'a': 1}; n = 1\n%mv_commit proxy n\ndel proxy, n")
    error = shell.fails("%mv_rollback v1 --yes")
    assert "it calls itself without end, as a __getattr__ does" in error.message
    assert error.hint.endswith("%mv_rollback v1 --partial")
    shell.run("%mv_rollback v1 --partial --yes")
    assert shell["n"] == 1


def test_what_uses_a_definition_that_was_run_again_is_not_changed_after_a_restart(shell: Shell, another: Any) -> None:
    """Instances of the first are of `Net~2` while there is another `Net`; in a new kernel there is none."""
    cell = "class Net:\n    def __init__(self): self.w = [1]\ndef clip(x): return x"
    shell.run(f"{cell}\nnet = Net(); clips = [clip, Net]\n{cell}\n%mv_commit net clips")
    with another() as new:
        new.run("%mv_rollback v1 --yes")
        assert "nothing has changed" in str(new.run("%mv_status"))
        new.run(f"{cell}\nnet.w.append(2); mine = Net()\n%mv_commit net mine clips Net")
        assert type(new["net"]) is new["clips"][1]
    with another() as newer:
        newer.run("%mv_rollback v2 --yes")
        assert "nothing has changed" in str(newer.run("%mv_status"))
        assert (newer["net"].w, newer["mine"].w) == ([1, 2], [1])
        assert type(newer["net"]) is newer["clips"][1]
        assert type(newer["mine"]) is newer["Net"]


def test_a_comparison_of_the_first_version_says_what_it_takes(shell: Shell) -> None:
    shell.run("rows = [1]\n%mv_commit")
    error = shell.fails("%mv_diff")
    assert error.message == "there is no version before v1"
    assert "%mv_status" in error.hint


def test_a_merge_of_what_is_in_already_makes_no_version(shell: Shell) -> None:
    shell.run("x = 1; y = 1\n%mv_commit x y\n%mv_branch trees\nx = 2\n%mv_commit x y")
    assert "v1 is already part of v2: nothing to merge" in str(shell.run("%mv_merge trees"))
    shell.run("%mv_switch trees\ny = 3\n%mv_commit x y\n%mv_switch main")
    assert "y from v3" in str(shell.run("%mv_merge trees"))
    assert "v3 is already part of v4: nothing to merge" in str(shell.run("%mv_merge trees"))
    assert "x from v3" in str(shell.run("%mv_merge trees --take x=theirs"))
    assert (shell["x"], shell["y"]) == (1, 3)


def test_a_merge_leaves_alone_what_a_commit_of_some_names_left_out(shell: Shell) -> None:
    """`%mv_commit model` says nothing of the data; the merge took it for deleted, and the live values with it."""
    shell.run(
        "data = [1]; params = {'lr': 1}; odd = [0]\n%mv_commit data params odd\n%mv_branch trees\n%mv_switch trees"
    )
    shell.run("model = [3]\n%mv_commit model")
    shell.run("%mv_switch main\nparams['lr'] = 2\n%mv_commit params data odd")
    assert "data" not in str(shell.run("%mv_merge trees"))
    assert (shell["data"], shell["params"], shell["model"]) == ([1], {"lr": 2}, [3])
    assert set(mv.open()["HEAD"].names) == {"data", "params", "odd", "model"}
    shell.run("%mv_switch trees\ndel odd\n%mv_commit model data\n%mv_switch main")
    assert "odd was removed, as in v5" in str(shell.run("%mv_merge trees --take params=theirs"))
    assert "odd" not in shell
    assert (shell["data"], shell["params"]) == ([1], {"lr": 2})


def test_a_name_that_cannot_be_kept_alone_is_not_asked_for_again(shell: Shell) -> None:
    shell.run("gen = (i for i in [1])")
    assert shell.fails("%mv_commit gen").hint == "name others: %mv_commit NAME ..."


def test_a_class_that_is_the_same_is_not_said_to_come_back(shell: Shell) -> None:
    """Of names that were gone or come under others, the live class was not looked at."""
    shell.run("class Run: kin = 1\nrun = Run(); other = [1]; both = [other]\n%mv_commit run other both")
    assert not shell.run("%mv_rollback v1 run --as old_").notes
    assert type(shell["old_run"]) is shell["Run"]
    assert not shell.run("del run\n%mv_rollback v1 --only-missing").notes
    assert type(shell["run"]) is shell["Run"]
    said = str(shell.run("run = 5\n%mv_rollback v1 other --yes"))
    assert "nothing will change: the notebook already holds other, both as in v1" in said
    assert "restored too" not in said


def test_a_rollback_looks_at_the_live_values_once(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for what it would change, and a second time for what is to be saved first: the same names, mostly."""
    shell.run(
        "rows = [1]; other = {'a': rows}\n%mv_commit rows other\nrows.append(2)\n%mv_commit rows other\nrows.append(3)"
    )
    seen = []
    capture = graph.capture
    monkeypatch.setattr(
        graph, "capture", lambda values, *a, **k: [seen.append(set(values)), capture(values, *a, **k)][1]
    )
    plan = shell.run("%mv_rollback v1 --dry-run")
    assert (plan.named("changes"), plan.saves_first) == (("rows", "other"), True)
    assert seen == [{"rows", "other"}]


def test_a_diff_says_what_a_commit_of_some_names_left_out(shell: Shell) -> None:
    """Names that were there, but not named, looked as if they were gone, or new."""
    shell.run("data = [1]; params = {'lr': 1}\n%mv_commit data params")
    shell.run("model = [3]; del params\n%mv_commit model")
    assert "live, but not part of v2: data\n" in str(shell.run("%mv_diff v1 v2"))
    assert "live, but not part of v2: data\n" in str(shell.run("%mv_diff v2 v1"))
    shell.run("%mv_commit data model")
    assert "not part of" not in str(shell.run("%mv_diff v1 v3"))
    names = ", ".join(f"n{i}" for i in range(12))
    shell.run(f"{names} = range(12)\n%mv_commit {names.replace(',', '')}\n%mv_commit data")
    assert "not part of v5: n0, n1, n2, n3, n4, n5, n6, n7 and 4 more" in " ".join(str(shell.run("%mv_diff")).split())
