"""Every target of the Makefile has a description, which `make help` prints."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PHONY = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)
DESCRIBED = dict(re.findall(r"^([a-z-]+):.*?  ## (.+)$", MAKEFILE, re.MULTILINE))


def test_every_target_has_a_description_of_one_sentence() -> None:
    assert PHONY is not None
    assert set(PHONY[1].replace("\\", " ").split()) == set(DESCRIBED)
    assert [name for name, text in DESCRIBED.items() if not re.fullmatch(r"[A-Z].*[^.]\.", text)] == []


def test_make_help_prints_every_target_with_its_description() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name, text in DESCRIBED.items() if not re.search(rf"make {name} +{re.escape(text)}\n", said)] == []


def test_the_guide_for_contributors_names_the_targets_that_it_uses() -> None:
    used = set(
        re.findall(
            r"`make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
        )
    )
    assert used <= set(DESCRIBED)
