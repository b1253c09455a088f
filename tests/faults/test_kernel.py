"""Interrupts, MemoryError and other errors at each step of commit and rollback (D10), in a real shell."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.errors import NbmodelverError
from tests.faults.counts import LONG, count
from tests.shells import Shell, new_shell

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = {
    "capture": "nbmodelver.codecs.graph:capture",
    "put parts": "nbmodelver.store.writing:PackWriter.put_many",
    "seal the pack": "nbmodelver.store.writing:PackWriter.seal",
    "write the record": "nbmodelver.catalogue.records:Records.write",
    "number it": "nbmodelver.repo.core.history:History.next_number",
    "add it": "nbmodelver.repo.core.history:History.add",
    "move the branch": "nbmodelver.repo.core.history:History.set_branch",
    "move HEAD": "nbmodelver.repo.core.history:History.set_head",
    "move a ref": "nbmodelver.store.refs:Refs.move",
    "create a file": "nbmodelver.store.backends.local:LocalBackend.create",
    "swap a file": "nbmodelver.store.backends.local:LocalBackend.swap",
    "load": "nbmodelver.repo.core.group_store:GroupStore.load",
    "read parts": "nbmodelver.store.parts:PartStore.read_many",
    "read one part": "nbmodelver.store.parts:PartStore.get",
    "decode": "nbmodelver.codecs.graph:Loader.load",
    "rebuild": "nbmodelver.codecs.plain_reading:_Decoder._finish",
    "settle": "nbmodelver.repo.restore.rollback:Rollback.finish",
    "swap names": "nbmodelver.kernel.namespace:Namespace.put_back",
    "write the journal": "nbmodelver.repo.restore.undo:UndoHistories.write",
    "plan": "nbmodelver.repo.restore.rollback:Rollback.plan",
}
ERRORS = [KeyboardInterrupt, MemoryError, RuntimeError]
CASES = [(s, e) for n, s in enumerate(STEPS) for k, e in enumerate(ERRORS) if LONG or n % len(ERRORS) == k]
NUMBERS = (0, 1, 3) if LONG else (0,)
CELLS = """
import numpy as np, pandas as pd
class Net:
    def __init__(self, n): self.w = np.full(500, float(n)); self.n = n
df = pd.DataFrame({"a": np.arange(50.0)}); params = {"depth": 1, "list": [1, 2]}; model = Net(1)
view = df["a"].to_numpy(); alias = params["list"]; other = object(); word = "as it was"
"""
NAMES = "df params model alias word"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    with new_shell(tmp_path, monkeypatch) as made:
        made.run(CELLS)
        made.run(f"%mv_commit {NAMES} -m first")
        made.run("df = df * 2; params = {'depth': 2}; model = Net(2); alias = params; word = 'later'; extra = [1]")
        made.run(f"%mv_commit {NAMES} extra -m second")
        made.run("df.iloc[0, 0] = -1.0; model.n = 99")
        yield made


def place(where: str) -> tuple[Any, str]:
    module, _, path = where.partition(":")
    *steps, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for step in steps:
        owner = getattr(owner, step)
    return owner, name


def arm(
    monkeypatch: pytest.MonkeyPatch, where: str, number: int, error: type[BaseException], *, after: bool
) -> list[int]:
    """The `number`-th call raises, before or after its work; gives a list that grows with the calls."""
    owner, name = place(where)
    real, calls = getattr(owner, name), []

    def broken(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) - 1 == number and not after:
            raise error("injected")
        found = real(*arguments, **more)
        if len(calls) - 1 == number and after:
            raise error("injected")
        return found

    monkeypatch.setattr(owner, name, broken)
    return calls


def state(shell: Shell) -> dict[str, tuple[int, Any]]:
    """Return each name of the user with identity and content of its value."""
    found = {}
    for name in (*NAMES.split(), "extra", "view", "other", "Net"):
        value = shell.shell.user_ns.get(name, "absent")
        inner = vars(value) if type(value).__name__ == "Net" else value
        found[name] = (id(value), repr(inner.to_dict() if hasattr(inner, "to_dict") else inner))
    return found


def versions(shell: Shell) -> list[str]:
    import nbmodelver as mv

    repo = mv.open(Path.cwd())
    assert repo.verify(full=True) == []
    for version in repo.log():
        assert set(repo.load(version, namespace=dict(shell.shell.user_ns))) >= set(version.kept)
    return [v.message for v in repo.log()]


@pytest.mark.parametrize(("step", "error"), CASES)
def test_d10_d2_an_error_at_any_step_of_a_commit_changes_no_name(
    step: str, error: type[BaseException], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for after in (False, True):
        for number in NUMBERS:
            before, there = state(shell), versions(shell)
            with monkeypatch.context() as patch:
                calls = arm(patch, STEPS[step], number, error, after=after)
                result = shell.shell.run_cell(f"%mv_commit {NAMES} -m 'again {step} {number} {after}'")
            if len(calls) <= number:
                break
            count(f"{error.__name__} in the kernel", "commit")
            assert state(shell) == before
            now = versions(shell)
            assert now[-len(there) :] == there
            assert len(now) - len(there) <= 1  # As it was, or with the whole version.
            assert result.success or result.error_in_exec is not None
    shell.run(f"%mv_commit {NAMES} -m afterwards")
    assert versions(shell)[0] == "afterwards"


@pytest.mark.parametrize(("step", "error"), CASES)
def test_d10_an_error_at_any_step_of_a_rollback_is_all_or_nothing_in_the_namespace(
    step: str, error: type[BaseException], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for after in (False, True):
        for number in NUMBERS:
            before, there = state(shell), versions(shell)
            with monkeypatch.context() as patch:
                calls = arm(patch, STEPS[step], number, error, after=after)
                shell.shell.run_cell("%mv_rollback v1 --yes")
            if len(calls) <= number:
                break
            count(f"{error.__name__} in the kernel", "rollback")
            whole_or_untouched(shell, before)
            assert set(versions(shell)) >= set(there)
            shell.run("%mv_rollback v2 --yes")
            shell.run("df.iloc[0, 0] = -1.0; model.n = 99")
    shell.run("%mv_rollback v1 --yes")
    whole(shell)


def whole_or_untouched(shell: Shell, before: dict[str, tuple[int, Any]]) -> None:
    if state(shell) != before:
        whole(shell)


def whole(shell: Shell) -> None:
    """Assert that all values are those of v1."""
    assert shell["word"] == "as it was"
    assert shell["params"] == {"depth": 1, "list": [1, 2]}
    assert shell["alias"] is shell["params"]["list"]
    assert (shell["model"].n, float(shell["model"].w[0])) == (1, 1.0)
    assert np.array_equal(shell["df"]["a"], np.arange(50.0))
    assert "extra" not in shell


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "MemoryError", "RuntimeError", "SystemExit"])
def test_d10_a_failing_setstate_leaves_every_name_as_it_was(error: str, shell: Shell) -> None:
    shell.run("fail = False")
    shell.run(f"""
class Odd:
    def __init__(self): self.x = 1
    def __getstate__(self): return dict(self.__dict__)
    def __setstate__(self, s):
        import builtins
        if getattr(builtins, "_mv_fail", False): raise {error}("injected")
        self.__dict__.update(s)
odd = Odd(); zz = [1, 2, 3]; aa = {{"k": 1}}
""")
    shell.run("%mv_commit odd zz aa -m odd")
    shell.run("odd.x = 2; zz = [9]; aa = {'k': 9}")
    shell.run("import builtins; builtins._mv_fail = True")
    try:
        before = {n: (id(shell[n]), repr(shell[n])) for n in ("odd", "zz", "aa", "df", "model")}
        shell.shell.run_cell("%mv_rollback v3 --yes")
        assert {n: (id(shell[n]), repr(shell[n])) for n in ("odd", "zz", "aa", "df", "model")} == before
        assert shell["odd"].x == 2
    finally:
        shell.run("del builtins._mv_fail")
    count(f"{error} out of __setstate__", "rollback")
    shell.run("%mv_rollback v3 --yes")
    assert (shell["odd"].x, shell["zz"], shell["aa"]) == (1, [1, 2, 3], {"k": 1})


def test_d10_a_damaged_store_is_one_error_and_every_name_as_it_was(shell: Shell) -> None:
    for pack in Path(".nbmodelver/packs").iterdir():
        data = pack.read_bytes()
        pack.chmod(0o600)
        pack.write_bytes(data[:32] + bytes(len(data) - 32))
    before = state(shell)
    error = shell.fails("%mv_rollback v1 --yes")
    assert isinstance(error, NbmodelverError)
    assert state(shell) == before
