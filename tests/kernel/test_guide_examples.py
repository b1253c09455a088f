"""Every example of the how-to guides and the first steps runs, page by page, in the order in which it is read."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver import cli

if TYPE_CHECKING:
    from tests.shells import Shell

DOCS = Path(__file__).parents[2] / "docs"
NEEDS = {"serve-a-model": ("skl2onnx", "onnx", "onnxruntime", "fastapi"), "encrypt-a-remote": ("pyrage",)}
"""Packages that the examples of a page import, where the lanes do not install them."""
GUIDES = [DOCS / "first-steps.md", *sorted(page for page in (DOCS / "howto").glob("*.md") if page.stem != "index")]
PAGES = [page for page in GUIDES if all(find_spec(package) for package in NEEDS.get(page.stem, ()))]
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STUDY = """\
import pandas as pd
from sklearn.linear_model import Ridge
df = pd.DataFrame({"age": [30.0, 40, 50, 60], "bmi": [20.0, 27, 23, 31], "y": [1.0, 2, 3, 5]})
X, y = df[["age", "bmi"]], df["y"]
X_test, y_test = X.tail(2), y.tail(2)
scratch = [1, 2, 3]"""
COMMIT = """\
model = Ridge(alpha={alpha}).fit(X, y)
%mv_commit -m "outliers removed, alpha {alpha}" --metric acc=model.score(X, y)"""
GIVEN = {
    "find-a-version": ["%mv_tag best v2"],
    "keep-versions-with-git": ["import subprocess; subprocess.run(['git', 'init', '-q'], check=True)"],
}
"""What a page takes for granted beside a study of five versions in the folder of the notebook."""


@pytest.fixture
def study(shell: Shell, tmp_path: Path) -> Shell:
    """A notebook in a folder of its own, with five versions."""
    (tmp_path / "study").mkdir()
    shell.run("import os; os.chdir('study')\n" + STUDY)
    for alpha in (10, 1, 0.1, 0.01, 0.001):
        shell.run(COMMIT.format(alpha=alpha))
    return shell


def test_every_guide_has_an_example() -> None:
    assert [page.name for page in GUIDES if not BLOCK.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_guide_run_as_they_stand(study: Shell, page: Path) -> None:
    for cell in GIVEN.get(page.stem, []):
        study.run(cell)
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "python":
            study.run(block)
            assert "nothing was changed" not in study.said, block
        for line in block.splitlines() if language == "sh" else ():
            assert cli.main(shlex.split(line, comments=True)[1:]) == 0, line
