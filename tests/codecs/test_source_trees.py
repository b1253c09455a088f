"""Functions are found in a text by line and name, with their owners, ends and spans."""

from __future__ import annotations

import pytest

from nbmodelver.codecs import source_trees
from nbmodelver.codecs.source_trees import Recompiling

TEXT = """\
import os.path as p, sys
from json import dumps
def f(a):
    return a
class C:
    @staticmethod
    def m():
        import late
double, half = (
    lambda x: x * 2,
    lambda y: y / 2,
)
"""


def test_functions_are_found_by_first_line_and_name() -> None:
    found = source_trees.parse_text("<a>", TEXT, None)
    assert sorted(found.places) == [(3, "f"), (6, "m"), (10, "<lambda>"), (11, "<lambda>")]
    (method,) = found.places[6, "m"]
    assert (method.owner, method.end, source_trees.first_line(method.node)) == ("C", 8, 6)
    assert found.places[10, "<lambda>"][0].end == 12
    assert found.imports == {"p", "sys", "dumps"}


def test_a_lambda_is_found_by_its_arguments() -> None:
    text = "pair = lambda é: é, lambda y, *z: y\n"
    assert source_trees.span_of_lambda(text, ("y", "z")) is not None
    assert source_trees.span_of_lambda("f = lambda x: 1; g = lambda x: 2", ("x",)) is None
    assert source_trees.span_of_lambda("no python", ()) is None


def test_a_span_counts_bytes_and_leads_to_the_lambda() -> None:
    text = "pair = lambda é: é, lambda y, *z: y\n"
    span = source_trees.span_of_lambda(text, ("y", "z"))
    assert span is not None
    how = Recompiling("<lambda>", "<lambda>", span=span)
    place = source_trees.outermost(source_trees.parse_text("<b>", text, how).places, how)
    assert source_trees.span(place.node, 1) == span
    assert text.encode()[span[1] : span[3]] == b"lambda y, *z: y"


def test_a_stored_text_without_its_function_is_an_error() -> None:
    how = Recompiling("g", "g")
    with pytest.raises(SyntaxError, match="no function 'g'"):
        source_trees.outermost(source_trees.parse_text("<c>", "def f(): pass\n", how).places, how)


def test_an_indented_text_keeps_its_lines() -> None:
    found = source_trees.parse_text("<d>", "    def m(self):\n        pass\n", Recompiling("m", "C.m", owner="C"))
    assert found.places[1, "m"][0].owner == "C"
