"""The messages that the page's tests also read, and a kernel that answers with them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "golden" / "panel" / "samples"


EVIL = "<img src=x onerror=alert(1)>\u202e"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def result(name):
    return sample(name)["result"]


class Text(HTMLParser):
    """The text and the tags of a fragment."""

    def __init__(self, html):
        super().__init__()
        self.said, self.tags = [], set()
        self.feed(html)

    def handle_starttag(self, tag, _attributes):
        self.tags.add(tag)

    def handle_data(self, data):
        self.said.append(data)

    def __str__(self):
        return " ".join(self.said)


class Kernel:
    """Answers from the samples, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.hear = None
        self.closed = False

    def __call__(self, hear):
        self.hear = hear
        return self

    def send(self, message):
        self.asked.append((message["method"], message["params"]))
        self.hear({"id": message["id"], "result": result(message["method"])})

    def close(self):
        self.closed = True
