"""The definitions of arguments and verbs."""

from __future__ import annotations

import pytest

from nbmodelver.verbs.words import Argument, Example, Verb

FLAG = Argument("yes", "agree", flags=("-y", "--yes"), type="flag")
SWITCH = Argument("session", "state", flags=("-s", "--session"), type="switch")
PAIR = Argument("metric", "a metric", flags=("--metric",), type="pair", metavar="NAME=EXPR")
WORD = Argument("version", "a version")


@pytest.mark.parametrize(("argument", "takes"), [(FLAG, False), (SWITCH, False), (PAIR, True), (WORD, False)])
def test_only_options_with_a_value_take_one(argument: Argument, takes: bool) -> None:
    assert argument.takes_value is takes


def test_the_placeholder_is_upper_case_for_options() -> None:
    assert (FLAG.shown, PAIR.shown, WORD.shown) == ("YES", "NAME=EXPR", "version")


def test_a_switch_has_a_negative_form_of_its_long_spelling() -> None:
    assert SWITCH.spellings == ("-s", "--session", "--no-session")
    assert FLAG.spellings == ("-y", "--yes")


def test_a_verb_knows_its_magic_and_the_order_of_its_arguments() -> None:
    verb = Verb("show", "s", "d", (Example("", "x"),), (PAIR, WORD, FLAG))
    assert verb.magic == "%mv_show"
    assert (verb.positionals, verb.options) == ((WORD,), (PAIR, FLAG))
