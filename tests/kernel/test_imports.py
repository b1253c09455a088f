"""What `import` bound is bound again after a restart, of one's own versions; nothing live is touched for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Shell

STUDY = """
import numpy as np, os.path as osp
from math import sqrt, pi
from sklearn.linear_model import Ridge as R
from own import helper, Own
import own
def mine(x): return np.sin(x)
class Mine: pass
m = R().fit(np.eye(3), [1, 2, 3])
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.py").write_text("class Own:\n    class Inner: pass\ndef helper(): return 7\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_after_a_restart_the_next_cell_works(shell: Shell, another: Any) -> None:
    shell.run(STUDY)
    version = shell.run("%mv_commit")
    assert dict(version.imports) == {
        "np": "numpy", "osp": "posixpath", "sqrt": "math:sqrt", "R": "sklearn.linear_model._ridge:Ridge",
        "helper": "own:helper", "Own": "own:Own", "own": "own",
    }  # fmt: skip
    with another() as new:
        plan = new.run("%mv_rollback v1 --yes")
        assert "imported again: Own, R, helper, np, osp, own, sqrt" in plan.notes
        assert new.run("osp.join('a', 'b'), sqrt(4), helper(), m.predict(np.eye(3)).shape, isinstance(m, R)") == (
            "a/b", 2.0, 7, (3,), True,
        )  # fmt: skip
        assert new.run("mine(0.0)") == 0.0


def test_code_that_rebuilds_a_value_finds_what_import_had_bound(shell: Shell, another: Any) -> None:
    shell.run("import numpy as np")
    shell.run(
        "class Lazy:\n"
        "    def __setstate__(self, state): self.x = globals()['np'].ones(3)\n"
        "    def __getstate__(self): return (1,)"
    )
    shell.run("lazy = Lazy()")
    shell.run("%mv_commit lazy")
    with another() as new:
        new.run("%mv_rollback v1 --yes")
        assert new["lazy"].x.tolist() == [1.0, 1.0, 1.0]


def test_a_live_name_stays_whatever_import_bound_it_to_then(shell: Shell) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit")
    shell.run("np = 'mine'; m = None")
    shell.run("%mv_rollback v1 --yes")
    assert shell["np"] == "mine"


def test_part_of_a_version_and_values_beside_bring_no_imports(shell: Shell, another: Any) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit")
    for line in ("%mv_rollback v1 m --yes", "%mv_rollback v1 --as old_ --yes"):
        with another() as new:
            new.run(line)
            assert "np" not in new
            assert "old_np" not in new


def test_what_cannot_be_imported_is_named_and_the_rest_comes_back(
    shell: Shell, another: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run(STUDY)
    shell.run("%mv_commit")
    (tmp_path / "own.py").write_text("class Own: pass\nraise RuntimeError('not today')\n")
    monkeypatch.delitem(sys.modules, "own")
    with another() as new:
        plan = new.run("%mv_rollback v1 --yes")
        assert "helper cannot be imported here: RuntimeError: not today" in plan.notes
        assert "helper" not in new
        assert new.run("np.ones(2).sum(), pi > 3") == (2.0, True)


def test_p1_versions_of_others_import_nothing(shell: Shell, another: Any, tmp_path: Path) -> None:
    shell.run("import own\nn = [1]")
    shell.run("%mv_commit")
    shell.run("%mv_export v1 -o there.nbmv.zip")
    (tmp_path / "own.py").write_text("open('it_ran', 'w').close()\n")
    sys.modules.pop("own")
    with another() as new:
        new.run(f"import os; os.makedirs('{tmp_path}/b'); os.chdir('{tmp_path}/b')")
        new.run("%mv_init")
        new.run("%mv_import ../there.nbmv.zip")
        new.run("%mv_rollback v1 --yes")
        assert new["n"] == [1]
        assert "own" not in new
    assert not list(tmp_path.rglob("it_ran"))
