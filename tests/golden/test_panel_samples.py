"""Sample messages fit their schemas: the same files that the page's tests read."""

from __future__ import annotations

import json

import pytest

from tests.panels import panels

SAMPLES = sorted((panels.GOLDEN / "samples").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=[s.stem for s in SAMPLES])
def test_a_sample_fits_its_schema(sample):
    name = sample.name.partition(".")[0]
    panels.check("reply" if name == "error" else name, json.loads(sample.read_text()))


def test_there_is_a_sample_of_every_method():
    assert {s.name.partition(".")[0] for s in SAMPLES} >= panels.METHODS
