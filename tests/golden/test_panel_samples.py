"""Sample messages fit their schemas: the same files that the page's tests read."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

PANELS = Path(__file__).parents[1] / "kernel" / "panels.py"
spec = importlib.util.spec_from_file_location("panels", PANELS)
assert spec
assert spec.loader
panels = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = panels
spec.loader.exec_module(panels)

SAMPLES = sorted((panels.GOLDEN / "samples").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=[s.stem for s in SAMPLES])
def test_a_sample_fits_its_schema(sample):
    name = sample.name.partition(".")[0]
    panels.check("reply" if name == "error" else name, json.loads(sample.read_text()))


def test_there_is_a_sample_of_every_method():
    assert {s.name.partition(".")[0] for s in SAMPLES} >= panels.METHODS
