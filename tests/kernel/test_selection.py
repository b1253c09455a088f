"""What a commit keeps without names, with --all and with names; and how the rest is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbmodelver as mv

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.shells import Shell

STATE = """
import json, argparse, types, random, dataclasses
from math import sqrt
import numpy as np
class CFG: lr = 1e-3
class Box(dict): pass
@dataclasses.dataclass
class Options:
    depth: int = 3
class Trainer:
    def __init__(self, model): self.model = model
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
model = Ridge(); trainer = Trainer(model); rng = np.random.default_rng(0); dice = random.Random(3)
options, box, args = Options(), Box(a=1), argparse.Namespace(lr=0.1)
space, scaler, history = types.SimpleNamespace(a=[1]), StandardScaler(), {'loss': [0.5, 0.4]}
acc, tokens, pairs = 0.9, ['a', 'b'], {('a', 1): 2}
def features(x): return x * 2
_private = 5
"""
MADE = {
    "CFG", "Box", "Options", "Trainer", "model", "trainer", "rng", "dice", "options", "box", "args", "space", "scaler",
    "history", "acc", "tokens", "pairs", "features",
}  # fmt: skip


def test_a_commit_without_names_keeps_the_state_of_the_work(shell: Shell) -> None:
    shell.run(STATE)
    version = shell.run("%mv_commit")
    assert set(version.names) == MADE
    assert version.skipped == ()
    assert {"json", "sqrt", "np", "Ridge"} <= set(version.imports)
    shell.run("CFG.lr = 5; options.depth = 9; args.lr = 7; model.fit([[1.0]], [1.0]); box['a'] = 2")
    before = [shell[n] for n in ("rng", "dice")]
    drawn = [shell.run("rng.random()"), shell.run("dice.random()")]
    shell.run("%mv_rollback v1 --yes")
    assert (shell["CFG"].lr, shell["options"].depth, shell["args"].lr, shell["box"]) == (1e-3, 3, 0.1, {"a": 1})
    assert shell["trainer"].model is shell["model"]
    assert not hasattr(shell["model"], "coef_")
    assert [shell.run("rng.random()"), shell.run("dice.random()")] == drawn
    assert before[0] is not shell["rng"]


def test_all_takes_private_names_and_none_of_ipython(shell: Shell) -> None:
    shell.run(STATE)
    shell.run("1 + 1")
    version = shell.run("%mv_commit --all")
    assert set(version.names) == MADE | {"_private"}


def test_the_ignore_list_counts_without_names_only(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_config ignore 'big tmp'\nx, big, tmp = 1, 2, 3")
    assert shell.run("%mv_commit").names == ("x",)
    assert set(shell.run("%mv_commit --all").names) == {"x", "big", "tmp"}
    assert shell.run("%mv_commit tmp").names == ("tmp",)


def test_a_value_above_the_limit_is_named_and_kept_when_it_is_asked_for(shell: Shell) -> None:
    shell.run("import numpy as np\nbig, x = np.zeros(300_000), 1\n%mv_init\n%mv_config max_value_mb 1")
    version = shell.run("%mv_commit")
    assert version.names == ("x",)
    assert "2 MB is above the limit of 1 MB" in version.skipped[0].reason
    assert "%mv_commit big" in version.skipped[0].reason
    assert shell.run("%mv_commit big").names == ("big",)
    assert set(shell.run("%mv_commit --all").names) == {"big", "x"}
    shell.run("both = [big, x]")
    assert shell.run("%mv_commit").names == ("x",)
    shell.run("%mv_config max_value_mb 0")
    assert set(shell.run("%mv_commit").names) == {"big", "x", "both"}


def test_imports_that_code_uses_are_no_names_of_a_version(shell: Shell, another: object) -> None:
    shell.run("import json as _js, math\ndef f(): return _js.dumps(math.pi)")
    version = shell.run("%mv_commit f")
    assert version.names == ("f",)
    assert dict(version.imports) == {"_js": "json", "math": "math"}
    with another() as later:  # type: ignore[operator]
        later.run("%mv_rollback v1 f --yes")
        assert later.run("f()").startswith("3.14")


def test_the_status_names_what_is_not_kept(shell: Shell) -> None:
    shell.run("g, x, y = (i for i in []), 1, 2\n%mv_commit x g")
    shell.run("z = 3")
    text = " ".join(str(shell.run("%mv_status")).split())
    assert "! g not kept generator a generator cannot be kept" in text
    assert "+ z added int" in text
    assert "not part of v1: y" in text
    shell.run("del z, g, y")
    assert "nothing has changed since" in str(shell.run("%mv_status"))


def test_a_bundle_brings_the_imports_of_its_code_once_it_is_trusted(
    shell: Shell, tmp_path: Path, another: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("import json, math\ndef f(): return json.dumps([1])\nx = 1\n%mv_commit f x\n%mv_export v1 -o b.zip")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "other").mkdir()
    with another() as later:  # type: ignore[operator]
        later.run("import os; os.chdir('other')\n%mv_init\n%mv_import ../b.zip")
        assert "json" not in later
        assert "imports json" in str(later.run("%mv_trust v1"))
        later.run("%mv_rollback v1 --yes")
        assert later.run("f()") == "[1]"
        assert "math" not in later


def test_several_commits_name_only_what_is_new(shell: Shell) -> None:
    shell.run("g, x = (i for i in []), 1\n%mv_commit x g")
    shell.run("h, x = (i for i in []), 2")
    text = str(shell.run("%mv_commit x g h"))
    assert "not kept: h: a generator" in text
    assert "1 not kept, as before: g" in text
    assert {s.name for s in mv.open()["HEAD"].skipped} == {"g", "h"}
    assert len(str(shell.run("x = 3\n%mv_commit x g h")).splitlines()) == 2
