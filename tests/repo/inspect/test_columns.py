"""The columns in which a history is drawn, and the edges between its rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.model import VersionId
from nbmodelver.repo.inspect.columns import places


def drawn(lines, start=0, stop=100):
    return [(p.column, list(p.edges)) for p in places([(VersionId(v), tuple(ps)) for v, ps in lines], start, stop)]


def test_one_line_is_one_column():
    assert drawn([("c", ["b"]), ("b", ["a"]), ("a", [])]) == [(0, [(0, 0)]), (0, [(0, 0)]), (0, [])]


def test_a_fork_comes_together_at_its_parent():
    lines = [("d", ["b"]), ("c", ["b"]), ("b", ["a"]), ("a", [])]
    assert drawn(lines) == [(0, [(0, 0)]), (1, [(0, 0), (1, 0)]), (0, [(0, 0)]), (0, [])]


def test_a_merge_leads_to_both_parents():
    lines = [("d", ["b", "c"]), ("c", ["a"]), ("b", ["a"]), ("a", [])]
    assert drawn(lines) == [(0, [(0, 0), (0, 1)]), (1, [(0, 0), (1, 1)]), (0, [(0, 0), (1, 0)]), (0, [])]


def test_a_column_is_free_again_after_a_root():
    lines = [("x", []), ("b", ["a"]), ("a", [])]
    assert drawn(lines) == [(0, []), (0, [(0, 0)]), (0, [])]


def test_a_page_is_drawn_as_in_the_whole():
    lines = [(f"{n}", [f"{max(n - 1 - n % 3, 0)}"] if n else []) for n in range(30, -1, -1)]
    whole = drawn(lines)
    assert [*drawn(lines, 0, 10), *drawn(lines, 10, 20), *drawn(lines, 20, 31)] == whole


@st.composite
def histories(draw):
    """Versions newest first, each with up to two older parents."""
    count = draw(st.integers(1, 25))
    lines = []
    for number in range(count):
        older = st.integers(0, number - 1) if number else st.nothing()
        parents = draw(st.lists(older, max_size=2, unique=True)) if number else []
        lines.append((str(number), [str(p) for p in parents]))
    return lines[::-1]


@given(histories())
def test_following_the_edges_leads_from_each_version_to_its_parents(lines):
    found = drawn(lines, 0, len(lines))
    at = {version: row for row, (version, _) in enumerate(lines)}
    for row, (_, parents) in enumerate(lines):
        assert (len(found[row][1]) == 0) <= (not parents)
        for parent in parents:
            columns = {found[row][0]}
            for below in range(row, at[parent]):
                own = {found[below][0]} if below > row else set()
                columns = {b for a, b in found[below][1] if a in columns - own or (below == row and a in columns)}
            assert found[at[parent]][0] in columns
