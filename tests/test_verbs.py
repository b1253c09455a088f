"""Every example in the definitions of the verbs can be parsed."""

from __future__ import annotations

import pytest

from nbmodelver.verbs import VERBS, parse


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_every_example_parses(verb):
    for example in verb.examples:
        assert set(parse(verb, example.line).values) == {a.name for a in verb.arguments}
