"""`nbmodelver diff` in scripts: JSON, conditions and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.cli import main
from tests.bundle.rerun.samples import committed


@pytest.fixture
def leaking(tmp_path, monkeypatch):
    """A store in the working directory whose second version has a leak and a worse metric."""
    monkeypatch.chdir(tmp_path)
    train, test = train_test_split(load_breast_cancer(as_frame=True).frame, random_state=0)
    repo = mv.open(tmp_path, create=True)
    repo.commit({"train": train, "test": test, "text": "x" * 500}, metrics={"acc": 0.9})
    repo.check()
    more = pd.concat([train, test.head(5)])
    repo.commit({"train": more, "test": test, "text": "y" * 500}, metrics={"acc": 0.88})
    repo.check()
    return repo


def test_the_charts_of_a_diff_are_written_to_a_file(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    repo = mv.open(tmp_path, create=True)
    for shift in (0.0, 5.0):
        repo.commit(
            {"X_train": pd.DataFrame({"a": [n + 100 * shift for n in range(200)]})}, metrics={"acc": 0.9 - shift / 100}
        )
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "--plot", "diff.png"]) == 0
    assert "written to diff.png" in capsys.readouterr().out
    assert (tmp_path / "diff.png").read_bytes().startswith(b"\x89PNG")
    assert main(["diff", "--plot", "diff.png", "--fail-on", "metric:acc<-0.01"]) == 1


def test_a_condition_that_holds_ends_with_1_after_the_comparison(leaking, capsys):
    assert main(["diff", "--fail-on", "leak"]) == 1
    said = capsys.readouterr()
    assert "rows added" in said.out
    assert said.err.startswith("nbmodelver: failed: 5 of the 5 rows that train gained since v1 stand in test")
    assert main(["diff", "--fail-on", "metric:acc<-0.01"]) == 1
    assert main(["diff", "--fail-on", "metric:acc<-0.1,scored"]) == 0
    assert main(["diff", "--fail-on", "nonsense"]) == 2


def test_an_accepted_finding_fails_no_script(leaking):
    leaking.accept("leak:train,test", "known")
    assert main(["diff", "--fail-on", "leak"]) == 0


def test_json_is_whole(leaking, capsys):
    assert main(["diff", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sections"][0]["rows"][0]["cells"][3] == "leak:train,test"


def test_the_history_marks_the_version(leaking, capsys):
    main(["log"])
    lines = capsys.readouterr().out.splitlines()
    assert ["! 5 of" in line for line in lines if line.strip().startswith(("* v2", "v1"))] == [True, False]


@pytest.fixture
def visits(tmp_path, monkeypatch):
    """A store in the working directory with patients and times in both sets, and texts that are nearly equal."""
    monkeypatch.chdir(tmp_path)
    numbers = range(400)
    train = pd.DataFrame({"patient": [i // 4 for i in numbers], "day": numbers, "x": [i * 0.37 for i in numbers]})
    train["said"] = [f"the patient number {i * 7919} said what {i} others had said before" for i in numbers]
    test = train.iloc[396:].assign(day=range(300, 304), x=[0.1, 0.2, 0.3, 0.4], said=train["said"].iloc[396:] + ".")
    repo = mv.open(tmp_path, create=True)
    repo.commit({"train": train, "test": test})
    return repo


@pytest.mark.parametrize(
    ("option", "value", "kind"),
    [("--group", "patient", "group"), ("--time", "day", "time"), ("--near-text", "0.8", "text")],
)
def test_what_is_asked_for_is_a_condition_of_its_own(visits, capsys, option, value, kind):
    assert main(["diff", "v1", "v1", "--fail-on", kind]) == (kind == "group")  # Without the option it is a note.
    assert main(["diff", "v1", "v1", option, value, "--fail-on", kind]) == 1
    assert main(["diff", "v1", "v1", option, value, "--fail-on", f"{kind}:train,test"]) == 1
    capsys.readouterr()
    assert main(["diff", "v1", "v1", option, value, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["sections"][0]["rows"]
    assert [r["cells"][:1] for r in rows if r["cells"][3] == f"{kind}:train,test"] == [["alarm"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--group", "nope"], "both have a column 'nope'"),
        (["--near-text", "3"], "--near-text"),
        (["--near-text", "x"], "--near-text"),
        (["--time"], "--time"),
    ],
)
def test_options_that_cannot_be_used_end_with_2_and_the_reason(visits, capsys, words, said):
    assert main(["diff", "v1", "v1", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_store_is_named_before_the_verb(tmp_path, monkeypatch, capsys):
    mv.open(tmp_path / "a", create=True).commit({"x": 1}, "in a")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "nowhere"))
    for start in (["--store", "a"], ["--store=a"], ["--store", str(tmp_path / "a" / ".nbmodelver")]):
        assert main([*start, "log"]) == 0
        assert "in a" in capsys.readouterr().out
    for wrong in (["--store"], ["--store="]):
        assert main(wrong) == 2
        assert "--store needs a folder" in capsys.readouterr().err
    assert main(["--store", "b", "log"]) == 1


def test_it_runs_as_a_module(tmp_path):
    source = Path(mv.__file__).parents[1]
    command = [sys.executable, "-P", "-m", "nbmodelver.cli", "--version"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(source)}, capture_output=True, check=True)
    assert done.stdout.decode().startswith("nbmodelver ")


def test_a_bundle_runs_again_without_a_store_and_the_status_says_how(tmp_path, monkeypatch, capsys):
    repo, version = committed(tmp_path / "store", "import random\nx = random.random()")
    bundle.write(repo, version, tmp_path / "one.nbmv.zip")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    file = str(tmp_path / "one.nbmv.zip")
    assert main(["rerun", file, "--here"]) == 1
    assert "allow it: --yes" in capsys.readouterr().err
    assert main(["rerun", file, "--here", "--dry-run"]) == 0
    assert main(["rerun", file, "--here", "--yes", "--once"]) == 1
    assert "v1 not reproduced" in capsys.readouterr().out


def test_keys_are_made_and_pinned_without_a_store(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert main(["policy", "key"]) == 0
    key = capsys.readouterr().out.split()[0]
    assert main(["policy", "--pin", key]) == 0
    assert key in capsys.readouterr().out
    assert main(["policy", "--unpin", key]) == 0
    assert main(["policy", "--pin", "ada"]) == 2
    assert "is no public key" in capsys.readouterr().err
    assert main(["policy"]) == 1  # This one needs a store.
