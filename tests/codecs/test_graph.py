"""The names of the encoder for the layers above lead to its parts."""

from __future__ import annotations

from nbmodelver.codecs import capture, draft, graph, inspection, loading


def test_each_name_is_that_of_its_part() -> None:
    parts = (capture, draft, inspection, loading)
    for name in graph.__all__:
        assert any(getattr(part, name, None) is getattr(graph, name) for part in parts), name


def test_what_is_captured_is_loaded_by_the_same_names() -> None:
    (found,) = graph.capture({"x": {"a": [1, 2.5, "text"]}}).groups
    loader = graph.Loader({}, lambda _key: None)
    assert graph.decode(found, loader) == {"x": {"a": [1, 2.5, "text"]}}
