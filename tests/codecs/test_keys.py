"""Definitions have stable keys."""

from __future__ import annotations

from nbmodelver.codecs.keys import DefinitionKeys
from tests.codecs.cells import run


def test_a_live_definition_has_its_name_as_key() -> None:
    scope = run("class Net: pass\ndef fit(net): return Net")
    keys = DefinitionKeys(scope)
    assert (keys.key(scope["Net"]), keys.key(scope["fit"])) == ("Net", "fit")
    assert keys.key(scope["Net"]) == "Net"


def test_an_older_definition_of_a_name_has_another_key() -> None:
    scope = run("class Net: pass\nold = Net")
    run("class Net: pass", scope)
    keys = DefinitionKeys(scope)
    assert keys.key(scope["old"]) == "Net~2"
    assert keys.key(scope["Net"]) == "Net"


def test_a_copy_is_independent() -> None:
    scope = run("class Net: pass")
    keys = DefinitionKeys(scope)
    copy = keys.copy()
    copy.key(scope["Net"])
    assert (keys.by_key, list(copy.by_key)) == ({}, ["Net"])
