"""What holds for all views: no text steers a terminal (P17), and none needs more than a bare version."""

from __future__ import annotations

import re

from nbmodelver import views
from nbmodelver.model import (
    VersionId,
)
from tests.views import samples
from tests.views.samples import evil_views


def test_hostile_text_cannot_steer_a_terminal():
    for shown in evil_views():
        text = str(shown)
        assert not re.search("[\u202e\u2066\x1b\x00\r\u200b\ud800]", text)
        text.encode()


def test_versions_without_anything_are_shown():
    bare = samples.Version(VersionId("0" * 40), 1)
    for shown in (views.commit(bare), views.log([bare]), views.show(bare), views.compare([bare]), views.log([])):
        assert str(shown)
        assert shown._repr_mimebundle_()["text/html"].startswith("<style>")
