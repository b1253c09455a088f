"""A commit acknowledges only what comes back: in a notebook, and again in a new kernel."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell

BROKEN = {
    "its setstate raises": ("def __setstate__(self, s): raise ValueError('cannot load')", "ValueError: cannot load"),
    "its reduce calls with wrong arguments": ("def __reduce__(self): return C, (1, 2)", "TypeError: C() takes no"),
    "its new needs arguments": ("def __new__(cls, size): return super().__new__(cls)", "missing 1 required"),
    "its load ends the process": ("def __setstate__(self, s): __import__('os')._exit(4)", "it ends the kernel"),
    "its load exits": ("def __setstate__(self, s): raise SystemExit", "SystemExit"),
}


@pytest.mark.parametrize(("hook", "why"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_loaded_is_named_at_the_commit(shell: Shell, another: Any, hook: str, why: str) -> None:
    shell.run(f"class C:\n    {hook}\nc = C(1) if '__new__' in vars(C) else C(); c.y = 1; x = [1]")
    answer = shell.run("%mv_commit --all")
    assert "c" not in answer.names
    assert "it can be saved but not loaded: " in str(answer)
    assert why in {s.name: s.reason for s in answer.skipped}["c"]
    again = shell.run("%mv_commit --all")
    assert why in {s.name: s.reason for s in again.skipped}["c"]
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("x") == [1]


def test_a_load_without_end_is_given_up_after_the_limit(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_config time_limit_s 0.5")
    shell.run("class C:\n    def __setstate__(self, s):\n        while True: pass\nc = C(); c.y = 1; x = [1]")
    reasons = {s.name: s.reason for s in shell.run("%mv_commit --all").skipped}
    assert reasons["c"].endswith("its code ran for more than 0.5 s (limit: time_limit_s)")
    before = time.perf_counter()
    assert "c" not in shell.run("%mv_commit --all").names
    assert time.perf_counter() - before < 30


def test_a_reduce_without_end_is_given_up_by_default(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.run("%mv_init\nimport nbmodelver as mv; mv.open('.').settings['time_limit_s']") == 30.0
    shell.run("%mv_config time_limit_s 0.3")
    shell.run("class C:\n    def __reduce__(self):\n        while True: pass\nc = [C()]; x = [1]")
    (skipped,) = shell.run("%mv_commit c x").skipped
    assert skipped.reason == "its code ran for more than 0.3 s (limit: time_limit_s)"


def test_a_lossy_pickling_is_kept_with_a_note(shell: Shell, another: Any) -> None:
    shell.run(
        "class Net:\n    def __init__(self): self.w, self.log, self.n = [1], ['a'], 5\n"
        "    def __getstate__(self): return {'w': self.w, 'n': 0}\nnet = Net(); holder = {'net': net}"
    )
    version = shell.run("%mv_commit net holder")
    notes = ("Net: its own pickling leaves out log", "Net: its own pickling changes n")
    assert version.kept["net"].notes == version.kept["holder"].notes == notes
    shell.run("net.w.append(2)")
    assert shell.run("%mv_commit net holder").kept["net"].notes == notes
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("net.w, net.n, holder['net'] is net") == ([1], 0, True)


def test_a_class_that_is_mended_is_kept_again(shell: Shell) -> None:
    shell.run("class C:\n    def __setstate__(self, s): raise ValueError\nc = C(); c.y = 1; x = 1")
    assert "c" not in shell.run("%mv_commit c x").names
    shell.run("class C:\n    def __setstate__(self, s): vars(self).update(s)\nc = C(); c.y = 1")
    assert "c" in shell.run("%mv_commit c x").names


def test_a_trial_leaves_no_trace_in_the_kernel(shell: Shell) -> None:
    shell.run(
        "import os\nseen = []\nclass C:\n    def __setstate__(self, s):\n        vars(self).update(s); seen.append(1)\n"
        "        print('said'); open('made.txt', 'w').close() if False else None\nc = C(); c.y = 1"
    )
    assert "c" in shell.run("%mv_commit c seen").names
    assert shell["seen"] == []
    assert "said" not in shell.said


def test_exceptions_enums_dataclasses_and_named_tuples_are_kept(shell: Shell, another: Any) -> None:
    shell.run(
        "import dataclasses, enum, typing\n"
        "class Bad(Exception):\n    def __init__(self, a, b): super().__init__(f'{a}{b}'); self.a = a\n"
        "@dataclasses.dataclass(frozen=True, slots=True)\nclass P:\n    x: int\n"
        "class E(enum.Enum):\n    A = 1\nclass T(typing.NamedTuple):\n    x: int = 1\n"
        "class L(list):\n    pass\nv = [Bad(1, 2), P(3), E.A, T(4), L([5])]"
    )
    assert "v" in shell.run("%mv_commit v").names
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("v[0].a, str(v[0]), v[1].x, v[2] is E.A, v[3].x, v[4]") == (1, "12", 3, True, 4, [5])


def test_the_trial_can_be_switched_off(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_config try_load off")
    shell.run("class C:\n    def __setstate__(self, s): raise ValueError\nc = C(); c.y = 1")
    assert "c" in shell.run("%mv_commit c").names


def test_the_last_name_that_cannot_be_loaded_is_an_error_with_the_reason(shell: Shell) -> None:
    shell.run("class C:\n    def __setstate__(self, s): raise ValueError('no')\nc = C(); c.y = 1")
    assert "it can be saved but not loaded: ValueError: no" in str(shell.fails("%mv_commit c"))


def test_no_child_is_left(shell: Shell) -> None:
    before = children()
    shell.run("class C:\n    def __setstate__(self, s): pass\nc = C(); c.y = 1\n%mv_commit c")
    assert children() <= before


def children() -> set[str]:
    """The ids of this thread's child processes."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split())
