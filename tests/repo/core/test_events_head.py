"""The ref `events` is read as it was written, and anything else is damage."""

from __future__ import annotations

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.repo.core.events_head import EventsHead, head_text, parse_events_head


def test_it_is_read_as_it_was_written():
    head = EventsHead("5" * 32, "a" * 40, "b" * 40, ("c" * 40,))
    assert parse_events_head(head_text(head)) == head
    assert head_text(head).startswith('{"applied":"aaaa')


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"store": "s", "applied": "", "next": "", "heads": 3}', "[" * 9999])
def test_anything_else_is_damage(text: str):
    with pytest.raises(Damaged, match="the ref 'events' is damaged"):
        parse_events_head(text)
