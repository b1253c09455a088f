"""HTML of views: all text is escaped, and only known tags and attributes appear."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from nbmodelver.views.progress import drawn
from tests.views.samples import EVIL, evil_views


class Reader(HTMLParser):
    """Every tag, attribute name and text of a fragment."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {n for n, _ in attrs}
        if tag != "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


ALLOWED_TAGS = {
    "style", "div", "span", "table", "thead", "tbody", "tr", "th", "td", "pre", "details", "summary", "svg", "title",
    "rect", "progress",
}  # fmt: skip


ALLOWED_ATTRIBUTES = {
    "class", "role", "aria-label", "aria-level", "title", "width", "height", "value", "max", "style", "x", "y", "open",
}  # fmt: skip


def test_hostile_text_in_any_field_stays_text():
    fragments = [shown._repr_html_() for shown in evil_views()] + [drawn(1, 2, EVIL, 2.0)[1]]
    for fragment in fragments:
        reader = Reader()
        reader.feed(fragment)
        reader.close()
        assert not reader.open
        assert set(reader.tags) <= ALLOWED_TAGS
        assert reader.tags.count("style") == 1
        assert reader.attributes <= ALLOWED_ATTRIBUTES
        assert not re.search("[\u202e\u2066\x1b\x00\r\u200b\ud800]", fragment)
        assert "\\u202e" in fragment
