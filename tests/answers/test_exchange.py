"""Answers about exports to other systems and imports from them, as the command line prints them."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
from sklearn.linear_model import Ridge

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


def test_an_export_says_in_one_line_what_it_wrote(repo: Repo, ask: Ask, tmp_path: Path) -> None:
    repo.commit({"x": 1}, "first", tags=["best"])
    repo.commit({"x": 2}, "second")
    out = tmp_path / "out"
    planned = str(ask(f"export --all {out} --to files --dry-run")).splitlines()
    assert " ".join(planned[:2]).split(" (")[0] == "would write 2 versions"
    assert not out.exists()
    said = str(ask(f"export --all {out} --to files"))
    assert said.startswith("wrote 2 versions (")
    assert "files read back equal" in said
    assert "labels.json names best" in said
    assert "has everything" in str(ask(f"export --all {out} --to files"))
    assert "has everything" in str(ask(f"export v1 {out} --to files"))
    assert str(ask(f"export v1 {tmp_path / 'one'} --to files")).startswith("wrote 1 version")


def test_an_import_has_a_row_for_each_version(repo: Repo, ask: Ask, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"model_v{number}.pkl").write_bytes(pickle.dumps(Ridge(alpha=number)))
    assert str(ask(f"import {tmp_path} --from files --dry-run")).startswith("would import 2 versions from")
    assert repo.log() == []
    said = str(ask(f"import {tmp_path} --from files"))
    assert said.startswith("imported 2 versions from")
    assert "model_v2.pkl" in said
    assert "needs trust: %mv_trust v2" in said
    assert str(ask(f"import {tmp_path} --from files")).startswith("nothing new in")
    found = json.loads(str(ask(f"import {tmp_path} --from files --json")))
    assert [one["status"] for one in found["versions"]] == ["again", "again"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("export v1 --to files", "needs a target"),
        ("export v1 x --to nope", "not known"),
        ("export v1 x", "one argument too many"),
        ("export v1 --all", "for another system"),
        ("export v1 x --to files --notebook", "not for another system"),
        ("import x --from nope", "not known"),
        ("import x --from files --only a", "--only is for bundles"),
        ("import /nowhere --from files", "does not exist"),
    ],
)
def test_wrong_calls_name_the_way_out(repo: Repo, ask: Ask, line: str, said: str) -> None:
    repo.commit({"x": 1})
    with pytest.raises(UsageError, match=said) as caught:
        ask(line)
    assert caught.value.hint
