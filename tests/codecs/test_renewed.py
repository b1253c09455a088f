"""Every way has a tag, and an unknown tag is refused."""

from __future__ import annotations

import warnings

import pytest

from nbmodelver.codecs import renewed


def test_every_way_has_a_tag_that_leads_to_it():
    for name in renewed.FILES:
        for way in renewed._file(name).WAYS:
            assert renewed.by_tag(way.tag) is way


def test_nothing_is_made_by_a_tag_that_is_not_known():
    with pytest.raises(Exception, match="cannot recreate"):
        renewed.shell("os.system", None, "true")
    with warnings.catch_warnings(), pytest.raises(TypeError, match="not a mode for reading"):
        renewed.shell("files.TextIOWrapper", None, "x", "w", ("utf-8", "strict"), __file__, None, 0, ())
