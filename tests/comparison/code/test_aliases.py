"""Names that share an object, and the names of which a statement changes a part."""

from __future__ import annotations

import ast

import pytest

from nbmodelver.comparison.code.aliases import Aliases, parts_changed
from nbmodelver.comparison.code.statements import slice_of, statements_of


def aliases(program: str) -> Aliases:
    found = Aliases()
    for statement in ast.parse(program).body:
        for node in getattr(statement, "targets", ()):
            if isinstance(node, ast.Name):
                found.forget(node.id)
        found.add(statement)
    return found


@pytest.mark.parametrize(
    ("program", "name", "expected"),
    [
        ("other = df", "df", {"other", "df"}),
        ("other = df", "other", {"other", "df"}),
        ("a = b = load()", "a", {"a", "b"}),
        ("b = a\nc = b", "a", {"a", "b", "c"}),
        ("b = a\nb = 3", "a", {"a"}),
        ("b = a\na = 3", "b", {"b"}),
        ("b = a\nc = b\nb = 3", "a", {"a", "c"}),
        ("b = a.copy()", "a", {"a"}),
        ("b, c = a", "a", {"a"}),
    ],
)
def test_names_that_share_an_object_are_those_of_plain_assignments(program, name, expected):
    assert aliases(program).of([name]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("df['x'] = 0", {"df"}),
        ("df.a.b[0] += 1", {"df"}),
        ("df.a: int = 1", {"df"}),
        ("del df['x'], other.y", {"df", "other"}),
        ("df = 0", set()),
        ("n += 1", set()),
        ("print(df)", set()),
        ("load().x = 1", set()),
    ],
)
def test_an_assigned_part_changes_its_name(line, expected):
    assert parts_changed(ast.parse(line).body[0]) == expected


@pytest.mark.parametrize(
    ("change", "is_taken"),
    [("other['x'] = 0", True), ("other.append(1)", True), ("other = 0", False), ("other += 1", False)],
)
def test_a_change_through_an_alias_belongs_to_the_slice(change, is_taken):
    program = f"df = load()\nother = df\n{change}\nprint(df.head())\nb = df.sum()"
    found = slice_of(list(statements_of(program)), ["b"], ().__contains__, ().__contains__)
    sources = [s.source for s in found.statements]
    assert (change in sources) is is_taken
    assert "print(df.head())" not in sources
