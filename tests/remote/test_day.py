"""A day of two people over every kind of remote: two real kernels in two folders, each with its own configuration.

They commit, push, meet a conflict, merge, pull, roll back, promote, collect and purge, and end with equal histories.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyrage
import pytest

import nbmodelver as mv
from tests import servers
from tests.environments import machine
from tests.kernel.test_real_kernel import started as kernel_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kernel.test_real_kernel import Kernel

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
TOOLS = {"s3": machine.S3, "azure": machine.AZURITE, "ssh": machine.SSHD}
PLACES = ["folder", "encrypted folder", *(name for name, tool in TOOLS.items() if servers.found(tool))]
_numbers = itertools.count()

STUDY = """\
import numpy as np, pandas as pd
from sklearn.linear_model import Ridge
df = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 3)), columns=list("abc"))
model = Ridge().fit(df[["a", "b"]], df["c"])
limit, owner, notes = 10, "ana", "a secret of the study"
%mv_commit df model limit owner notes -m "the study" --metric acc=0.5
%mv_register churn HEAD --model model"""


def ok(kernel: Kernel, source: str) -> str:
    """Run a cell that must succeed, and return what it shows."""
    reply = kernel.run(source)
    assert reply.status == "ok", (source, reply.error, reply.said)
    return reply.said


def fails(kernel: Kernel, source: str, name: str) -> str:
    """Run a cell that must fail with this error, and return its lines."""
    reply = kernel.run(source)
    assert reply.status == "error", (source, reply.said)
    said = "\n".join(reply.error)
    assert name in said, said
    return said


def value(kernel: Kernel, expression: str) -> str:
    return ok(kernel, f"print({expression})").strip()


@pytest.fixture(params=PLACES)
def address(
    request: pytest.FixtureRequest, started: Callable[[str], servers.Server], tmp_path: Path
) -> tuple[str, str, dict[str, str]]:
    """The address of an empty place with its options, how it becomes a remote, and the variables of its credentials."""
    kind = request.param
    if kind == "folder":
        return str(tmp_path / "team"), "", {}
    if kind == "encrypted folder":
        return str(tmp_path / "team"), " --encrypt", {"NBMODELVER_AGE_KEY": str(pyrage.x25519.Identity.generate())}
    server = started(kind)
    place = f"{server.address}/day-{next(_numbers)}"
    if kind == "ssh":
        (tmp_path / "team").mkdir()
        place = f"{server.address}{tmp_path / 'team'}"
    options = " ".join(f"--option {key}={text}" for key, text in server.options.items())
    return f"{place} {options}", "", server.environment


def test_a_day_of_two_people(address: tuple[str, str, dict[str, str]], tmp_path: Path) -> None:
    a_day(*address, tmp_path)


def a_day(line: str, making: str, credentials: dict[str, str], tmp_path: Path) -> None:
    """Run the day. line: the address with its options. making: how it becomes a remote."""
    folders = {}
    for name in ("ana", "ben"):
        folders[name] = tmp_path / name
        (folders[name] / "config").mkdir(parents=True)
    own = {n: {**credentials, "XDG_CONFIG_HOME": str(f / "config"), "JUPYTERHUB_USER": n} for n, f in folders.items()}
    with kernel_in(folders["ana"], own["ana"]) as ana, kernel_in(folders["ben"], own["ben"]) as ben:
        _morning(ana, ben, line, making)
        _conflict(ana, ben)
        _production(ana, ben)
        _purge(ana, ben)
    ours, theirs = (mv.open(folder / ".nbmodelver") for folder in folders.values())
    shared = {v.id for v in ours.log() if not v.auto}
    assert shared == {v.id for v in theirs.log() if not v.auto}
    assert ours.history.branches()["main"].id == theirs.history.branches()["main"].id
    assert [v.names for v in ours.log() if "notes" in v.names] == []
    assert ours.verify(full=True) == []


def _morning(ana: Kernel, ben: Kernel, line: str, making: str) -> None:
    """Ana shares a study; Ben clones it without values, and goes on."""
    ok(ana, "%mv_config author ana\n" + STUDY)
    assert "concurrent pushes are safe" in " ".join(ok(ana, f"%mv_remote add origin {line}{making}").split())
    assert "1 version not pushed" in ok(ana, "%mv_status")
    ok(ana, "%mv_push")
    assert "not pushed" not in ok(ana, "%mv_status")
    where, _, options = line.partition(" ")
    ok(ben, f"%mv_clone {where} . --lazy {options}")
    ok(ben, "%mv_config author ben")
    fails(ben, "%mv_rollback v1 --yes", "NeedsTrust")
    ok(ben, "%mv_rollback v1 df limit owner notes --yes")
    ok(ben, "%mv_trust v1\n%mv_rollback v1 --yes")
    assert value(ben, "df.shape, limit, round(float(model.coef_[0]), 3)") == value(
        ana, "df.shape, limit, round(float(model.coef_[0]), 3)"
    )
    ok(ben, "df.loc[0, 'a'] = 7.0\n%mv_commit df model limit owner notes -m \"a better row\" --metric acc=0.6")
    ok(ben, "%mv_push")
    ok(ana, "%mv_pull")
    assert value(ana, "df.loc[0, 'a']") == "7.0"


def _conflict(ana: Kernel, ben: Kernel) -> None:
    """Both go on; what differs in one name is decided, the rest merges by itself."""
    ok(ana, "owner = 'ana and ben'; limit = 20\n%mv_commit df model limit owner notes -m \"a limit of 20\"")
    ok(ana, "%mv_push")
    ok(ben, "df.loc[1, 'b'] = 9.0; limit = 30\n%mv_commit df model limit owner notes -m \"a limit of 30\"")
    fails(ben, "%mv_push", "Diverged")
    fails(ben, "%mv_pull", "Diverged")
    fails(ben, "%mv_pull --merge", "MergeConflict")
    assert value(ben, "limit") == "30"
    ok(ben, "%mv_pull --merge --take limit=theirs")
    assert value(ben, "limit, owner, float(df.loc[1, 'b'])") == "20 ana and ben 9.0"
    ok(ben, "%mv_push")
    ok(ana, "%mv_pull")
    assert value(ana, "float(df.loc[1, 'b']), limit") == "9.0 20"
    ok(ana, "%mv_rollback v1 --yes")
    assert value(ana, "limit") == "10"
    ok(ana, "%mv_undo")
    assert value(ana, "limit") == "20"


def _production(ana: Kernel, ben: Kernel) -> None:
    """Ana promotes a model; Ben sees it after a fetch, and loads by its stage."""
    ok(ana, '%mv_promote churn/1.0.0 --to production -m "good enough"')
    assert "models and stages" in ok(ana, "%mv_push")
    ok(ben, "%mv_fetch")
    assert "production" in ok(ben, "%mv_models churn")
    ok(ben, "%mv_remote gc origin")


def _purge(ana: Kernel, ben: Kernel) -> None:
    """A value that must not be kept leaves every version, here, there and in the other clone."""
    ok(ben, "%mv_purge notes --remote origin --yes")
    assert "purged elsewhere" in ok(ana, "%mv_fetch")
    ok(ana, "%mv_purge notes --yes")
    ok(ana, "%mv_pull")
    ok(ana, "%mv_push")
    ok(ben, "%mv_pull")
