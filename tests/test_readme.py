"""What the README says: its lines run, its links lead somewhere, its verbs exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbmodelver.verbs import VERBS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
RUN = """
import sys
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_cell(sys.argv[1]).raise_error()
"""


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: b.splitlines()[0])
def test_its_lines_run(block: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", RUN, block], cwd=tmp_path, check=True, timeout=120)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "index.md"], ids=lambda p: p.name)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_its_folders_and_verbs_exist() -> None:
    for folder in re.findall(r"`(nbmodelver/\w+/)`", README):
        assert (ROOT / folder).is_dir(), folder
    named = set(re.findall(r"%mv_(\w+)", README))
    assert named <= set(VERBS)
