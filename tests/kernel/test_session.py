"""Random state, options and search path in a rollback: what comes back, what stays, and that it is said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell

DRAW = "(random.random(), np.random.rand())"
OPTIONS = "(pd.get_option('display.max_rows'), np.get_printoptions()['precision'], mpl.rcParams['lines.linewidth'])"


def test_the_random_state_comes_back_with_everything_and_undo_takes_it_back(shell: Shell) -> None:
    shell.run("import random, numpy as np\na = {'x': 1}\nrandom.seed(3); np.random.seed(3)")
    shell.run("%mv_commit")
    first, second = shell.run(DRAW), shell.run(DRAW)
    assert "restored from v1: random state (Python, NumPy)" in str(shell.run("%mv_rollback v1 --yes"))
    assert [shell.run(DRAW), shell.run(DRAW)] == [first, second]
    third = shell.run(DRAW)
    shell.run("%mv_undo")
    assert shell.run(DRAW) == third
    shell.run("%mv_redo")
    assert shell.run(DRAW) not in (first, second, third)


@pytest.mark.parametrize(
    ("line", "comes_back"),
    [
        ("%mv_rollback v1 --yes --no-session", False),
        ("%mv_rollback v1 a --yes", False),
        ("%mv_rollback v1 a --yes --session", True),
        ("%mv_rollback v1 --as old_ --yes", False),
        ("%mv_config restore_session off\n%mv_rollback v1 --yes", False),
        ("%mv_config restore_session off\n%mv_rollback v1 --yes --session", True),
    ],
)
def test_the_random_state_comes_back_as_it_is_asked_for(shell: Shell, line: str, comes_back: bool) -> None:
    shell.run("import random, numpy as np\na = {'x': 1}\nrandom.seed(3)\n%mv_commit")
    first = shell.run("random.random()")
    shell.run(f"a = 2\n{line}")
    assert (shell.run("random.random()") == first) is comes_back


def test_a_random_state_that_stays_is_named(shell: Shell) -> None:
    shell.run("import random\na = 1\n%mv_config restore_session off\n%mv_commit a\nrandom.random()")
    text = str(shell.run("%mv_rollback v1 --yes"))
    assert "not changed: random state (Python); to restore it too: --session" in text
    shell.run("%mv_commit a --no-session")
    assert "HEAD" not in str(shell.run("%mv_rollback HEAD --yes"))
    assert "v2 does not contain them" in str(shell.run("%mv_rollback v2 --yes"))


def test_options_come_back(shell: Shell) -> None:
    pytest.importorskip("matplotlib")
    shell.run("import pandas as pd, numpy as np, matplotlib as mpl\na = 1")
    before = shell.run(
        "(pd.get_option('display.max_rows'), np.get_printoptions()['precision'], mpl.rcParams['lines.linewidth'])"
    )
    shell.run(
        "pd.set_option('display.max_rows', 7); np.set_printoptions(precision=3); mpl.rcParams['lines.linewidth'] = 9.5"
    )
    shell.run("%mv_commit a")
    shell.run("pd.set_option('display.max_rows', 8); np.set_printoptions(precision=4); mpl.rcdefaults()")
    text = str(shell.run("%mv_rollback v1 --yes"))
    assert "options (NumPy, pandas, Matplotlib)" in text
    assert shell.run(OPTIONS) == (7, 3, 9.5)
    shell.run("%mv_undo")
    assert shell.run(OPTIONS) == (8, 4, before[2])
    shell.run(f"pd.set_option('display.max_rows', {before[0]}); np.set_printoptions(precision={before[1]})")


def test_modules_are_found_where_they_were(shell: Shell, another: Any) -> None:
    shell.run("from pathlib import Path; Path('lib/sessionlib').mkdir(parents=True)")
    shell.run("_ = Path('lib/sessionlib/__init__.py').write_text('class M: pass')")
    shell.run("import sys; sys.path.append('lib'); from sessionlib import M; model, table = M(), [1, 2, 3]\n%mv_commit")
    for name in [n for n in sys.modules if n.partition(".")[0] == "sessionlib"]:
        del sys.modules[name]
    sys.path.remove("lib")
    with another() as later:
        text = str(later.run("%mv_rollback v1 --dry-run"))
        assert "lib" not in sys.path
        assert "pip install" not in text
        assert "added to sys.path, as in v1: lib" in text
        later.run("%mv_rollback v1 --yes")
        assert type(later["model"]).__name__ == "M"
    sys.path.remove("lib")
