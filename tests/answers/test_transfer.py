"""Answers about stores and bundles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sklearn.linear_model import LinearRegression

import nbmodelver as mv
from nbmodelver.answers import ANSWERS, bundle_
from nbmodelver.answers.transfer import init
from nbmodelver.bundle.rerun import folders
from nbmodelver.errors import UsageError
from nbmodelver.model import Cell
from nbmodelver.repo.commit.context import CommitContext
from nbmodelver.verbs import parse
from tests.bundle.rerun.samples import committed

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


class Place:
    """A class of a test: its instances need pickle."""


def test_a_store_is_created_and_then_opened(tmp_path: Path) -> None:
    repo, shown = init(None, tmp_path)
    assert "empty: %mv_commit makes the first version" in str(shown)
    repo.commit({"a": 1})
    again, shown = init(None, tmp_path)
    assert str(shown).endswith("· 1 version")
    assert again["v1"].names == ("a",)
    assert shown.value is again


@pytest.fixture
def bundle_of(ask: Ask, repo: Repo, tmp_path: Path) -> Path:
    repo.commit({"place": Place(), "a": 1})
    shown = ask(f"export v1 -o {tmp_path / 'x.nbmv.zip'}")
    assert str(shown).startswith("v1 written to")
    return tmp_path / "x.nbmv.zip"


def test_an_imported_version_names_what_needs_trust(bundle_of: Path, tmp_path: Path) -> None:
    other, _ = init(None, tmp_path)
    bring = parse("import", str(bundle_of))
    first = str(ANSWERS["import"](other, bring, None))
    assert first == "x.nbmv.zip was imported as v1 · place: only with %mv_rollback v1 --trust"
    assert "is already in the store as v1" in str(ANSWERS["import"](other, bring, None))


def test_a_model_is_written_alone(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"model": LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])})
    said = str(ANSWERS["export"](repo, parse("export", f"v1 --as {tmp_path / 'out'}"), None))
    assert "loaded in a fresh process" in said
    assert (tmp_path / "out" / "load.py").is_file()
    with pytest.raises(UsageError, match="--model is for a model alone"):
        ANSWERS["export"](repo, parse("export", "v1 --model model"), None)


def test_a_bundle_is_shown_checked_and_extracted_without_a_store(bundle_of: Path, tmp_path: Path) -> None:
    def ask(line: str) -> str:
        return str(bundle_(parse("bundle", line), None))

    assert "every hash is right" in ask(f"show {bundle_of}")
    assert f"{bundle_of.name} is intact" in ask(f"verify {bundle_of}")
    assert '"digest"' in ask(f"show {bundle_of} --json")
    assert "manifest-sha256.txt" in ask(f"extract {bundle_of} {tmp_path / 'out'}")
    with pytest.raises(UsageError, match="show takes no folder"):
        ask(f"show {bundle_of} folder")


def test_a_rerun_has_a_plan_a_result_a_page_and_json(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path / "store", "x = 1", metrics={"m": "x"})
    plan = ANSWERS["rerun"](repo, parse("rerun", "v1 --here --dry-run"), None)
    assert str(plan).startswith("would run 1 cell of v1 in this environment")
    report = tmp_path / "report.html"
    shown = ANSWERS["rerun"](repo, parse("rerun", f"v1 --here --report {report} --memory 4GB"), None)
    assert str(shown).startswith("v1 reproduced, bit-identical")
    assert "v1 reproduced, bit-identical" in re.sub("<[^>]+>", "", report.read_text(encoding="utf-8"))
    assert '"verdict": "cannot tell"' in str(ANSWERS["rerun"](repo, parse("rerun", "v1 --here --dry-run --json"), None))


def test_what_the_record_lacks_is_said_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, _ = committed(tmp_path / "store", "x = 1")
    repo.commit({"x": 2}, metrics={"acc": 0.5}, around=CommitContext([Cell("import absent_package")]))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "prepare", stop)
    with pytest.raises(KeyboardInterrupt):
        ANSWERS["rerun"](repo, parse("rerun", "v2 --here --json"), None)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "lacks: the code that measured acc; packages for the imports absent_package\n"


def test_trust_is_given_listed_and_revoked(bundle_of: Path, tmp_path: Path) -> None:
    other, _ = init(None, tmp_path)
    ANSWERS["import"](other, parse("import", str(bundle_of)), None)

    def said(line: str) -> str:
        return str(ANSWERS["trust"](other, parse("trust", line), None))

    assert said("") == "only your own stores are trusted"
    given = said("v1")
    assert given.startswith("v1 may be loaded now, from ")
    assert "place (" in given
    assert isinstance(other.load("v1")["place"], Place)
    assert said("") != "only your own stores are trusted"
    assert said("v1 --revoke") == "v1 is no longer trusted"
    assert said("") == "only your own stores are trusted"


def test_an_own_version_needs_no_trust(ask: Ask, repo: Repo) -> None:
    repo.commit({"a": 1})
    assert str(ask("trust v1")) == "v1 was created here and needs no trust"


def test_a_value_that_looks_like_a_secret_is_exported_only_on_request(ask: Ask, repo: Repo, tmp_path: Path) -> None:
    repo.commit({"api_key": "sk-" + "a1B2" * 12, "a": 1}, allow_secrets=["api_key"])
    assert "api_key" in repo["v1"].kept
    with pytest.raises(UsageError, match="api_key"):
        ask(f"export v1 -o {tmp_path / 'x.zip'}")
    ask(f"export v1 -o {tmp_path / 'x.zip'} --allow-secret api_key")
    assert (tmp_path / "x.zip").is_file()
