"""Answers of the verbs that write documents: one call each, as text, JSON and files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from nbmodelver import answers
from nbmodelver.errors import UnknownModel, UnknownName, UsageError
from nbmodelver.verbs import parse
from tests.registry.samples import busy

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from nbmodelver.views import Shown


@pytest.fixture
def repo() -> Repo:
    return busy()


def answer(repo: Repo, line: str) -> Shown:
    name, _, rest = line.partition(" ")
    return answers.ANSWERS[name](repo, parse(name, rest), None)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("card churn/1.0.0", "| f1, women | 0.8 (0.7 to 0.9) (check bias) |"),
        ("card --data rows", "# rows of v3"),
        ("card churn/1.0.0 --data rows --format croissant", '"@type": "sc:Dataset"'),
        ('card --data rows --set source="the survey of 2026"', "| Source | the survey of 2026 |"),
        ("card --data rows --format html", "<!doctype html>"),
        ("report churn", "## churn/1.1.0"),
        ("report", "# Changelog of all models"),
        ("report all --json", '"number": "1.1.0"'),
        ("report --compliance", "compliance report · 1 model, 3 versions"),
        ("report churn --compliance --since 2999-01-01", "1 model, 3 versions, 0 events"),
        ("report churn/1.0.0 --bom", '"specVersion": "1.6"'),
        ("report churn@production --bom", '"bom-ref": "model:churn/1.1.0"'),
    ],
)
def test_a_call_has_an_answer(repo: Repo, line: str, text: str):
    assert text in str(answer(repo, line))


def test_the_result_is_a_python_object(repo: Repo):
    assert answer(repo, "report --compliance").headline.startswith("1 model")
    assert answer(repo, "report --bom")["bomFormat"] == "CycloneDX"
    assert answer(repo, "card --data rows").not_stated == 9
    assert json.loads(str(answer(repo, "report --compliance --json")))["format"] == 1


def test_files_are_written_and_never_overwritten_by_reports(repo: Repo, tmp_path: Path):
    for line, name in (("report churn", "log.md"), ("report --bom", "bom.json"), ("report --compliance", "audit")):
        said = str(answer(repo, f"{line} --to {tmp_path / name}"))
        assert name in said.replace("\n", "").replace(" ", "")
        with pytest.raises(UsageError, match="exists"):
            answer(repo, f"{line} --to {tmp_path / name}")
    assert (tmp_path / "log.md").read_text(encoding="utf-8").startswith("# Changelog of churn")
    answer(repo, f"card --data rows -o {tmp_path / 'rows.md'}")
    matter = (tmp_path / "rows.md").read_text(encoding="utf-8").split("---\n", 2)[1]
    assert yaml.safe_load(matter)["pretty_name"] == "rows"
    answer(repo, f"card --data rows -o {tmp_path / 'rows.jsonld'}")
    assert json.loads((tmp_path / "rows.jsonld").read_text(encoding="utf-8"))["name"] == "rows"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("card", UsageError), ("card churn --format croissant", UsageError), ("card --data clf", UnknownName),
        ("card --data nothing --set source=x", UnknownName), ("report --compliance --bom", UsageError),
        ("report other", UnknownModel), ("report other --bom", UnknownModel),
        ("report --compliance --since x", UsageError),
        ("report --to nowhere/x/y.md", UsageError), ("card churn/1.0.0 -o nowhere/x/card.md", UsageError),
    ],
)  # fmt: skip
def test_a_call_that_is_not_clear_is_refused(repo: Repo, line: str, error: type[Exception]):
    before = repo.moves.log.count()
    with pytest.raises(error) as caught:
        answer(repo, line)
    assert caught.value.hint  # type: ignore[attr-defined]
    assert repo.moves.log.count() == before
