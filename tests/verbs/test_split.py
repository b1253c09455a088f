"""A line is split into words like in a shell that knows Python."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.verbs import split


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("df  model ", ["df", "model"]),
        ('-m "deeper: it\'s ok"', ["-m", "deeper: it's ok"]),
        ("-m 'a \\' b'", ["-m", "a ' b"]),
        ("--metric acc=model.score(X, y) df", ["--metric", "acc=model.score(X, y)", "df"]),
        ("--metric acc=d['a b'][0, 1]", ["--metric", "acc=d['a b'][0, 1]"]),
        ("--metric acc=f(')', [1, (2)])", ["--metric", "acc=f(')', [1, (2)])"]),
        ("--metric 'acc=1 - loss'", ["--metric", "acc=1 - loss"]),
        ('--metric acc="1 - loss"', ["--metric", 'acc="1 - loss"']),
        ('--param opt="adam w"', ["--param", 'opt="adam w"']),
        ("-o C:\\out\\v3.zip", ["-o", "C:\\out\\v3.zip"]),
        ("-o my\\ file.zip", ["-o", "my file.zip"]),
        ("-m smile:) ''", ["-m", "smile:)", ""]),
        ('-m "deeper trees"   # keep everything that is found', ["-m", "deeper trees"]),
        ("# nothing else", []),
        ("x  # don't (", ["x"]),
        ("x;", ["x"]),
        ("x ; ;", ["x"]),
        ("v1 --yes;  # and back", ["v1", "--yes"]),
        ("x -m one;", ["x", "-m", "one"]),
        ("-m 'one;' ;", ["-m", "one;"]),
        ("-m '# no comment'", ["-m", "# no comment"]),
        ("-m issue#12", ["-m", "issue#12"]),
        ("-m a;b", ["-m", "a;b"]),
        ("--metric acc=d['#'][0]; # x; y", ["--metric", "acc=d['#'][0]"]),
        ("--metric acc=f(1, '; #') # so", ["--metric", "acc=f(1, '; #')"]),
        ('--metric val/loss="a" größe', ["--metric", 'val/loss="a"', "größe"]),
        ("-o C:\\out\\;", ["-o", "C:\\out\\"]),
    ],
)
def test_a_line_splits_like_a_shell_that_knows_python(line, words):
    assert split(line) == words


@pytest.mark.parametrize(
    ("line", "column"), [("-m don't", 7), ('df -m "open', 7), ("--metric a=f(1, [2)", 13), ("--metric a=f('x)", 14)]
)
def test_an_open_quote_or_bracket_is_named_with_its_column(line, column):
    with pytest.raises(UsageError, match=f"column {column} is not closed") as caught:
        split(line)
    assert caught.value.hint
