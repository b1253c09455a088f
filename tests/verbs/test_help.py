"""The help of a verb names all that it takes."""

from __future__ import annotations

import pytest

from nbmodelver.verbs import VERBS, help_text, overview


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_help_names_every_argument_and_shows_an_example(verb):
    text = help_text(verb)
    assert verb.summary in text
    for argument in verb.arguments:
        assert all(s in text for s in argument.spellings)
        assert argument.help.split()[0] in text
    assert verb.examples
    assert all(f"{verb.magic} {e.line}".strip() in text for e in verb.examples)
    assert max(map(len, text.splitlines())) <= 110


def test_the_command_line_offers_only_verbs_without_a_kernel():
    assert "rollback" not in overview(command=True)
    assert "%mv_rollback" in overview()
    assert "%mv" not in help_text("branch", command=True)
