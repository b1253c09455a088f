"""Magic lines and argument lists become checked values; what does not fit is named with the nearest that would."""

from __future__ import annotations

import contextlib

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.verbs import VERBS, find, help_text, overview, parse, split


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


def test_commit_reads_names_and_options_in_any_order():
    call = parse("commit", 'df -m "two words" --metric acc=m.score(X, y) model --metric f1=0.5 --tag a --tag b -n')
    assert call["names"] == ["df", "model"]
    assert call["message"] == "two words"
    assert call["metric"] == {"acc": "m.score(X, y)", "f1": "0.5"}
    assert call["tag"] == ["a", "b"]
    assert call["dry_run"] is True
    assert call["session"] is None
    assert call["param"] == {}


def test_a_quoted_expression_after_its_name_stays_a_string():
    assert parse("commit", '--param opt="adam w"')["param"] == {"opt": '"adam w"'}


def test_names_are_read_as_python_and_the_store_read_them():
    decomposed = "gro\u0308\u00dfe"
    assert parse("commit", decomposed)["names"] == ["gr\u00f6\u00dfe"]
    assert parse("commit", f"x --metric {decomposed}=1")["metric"] == {"gr\u00f6\u00dfe": "1"}
    assert parse("tag", decomposed)["name"] == "gr\u00f6\u00dfe"
    assert parse("commit", f"-m {decomposed}")["message"] == decomposed


def test_every_argument_has_a_value_when_nothing_is_given():
    assert parse("log", "").values == {
        "where": None, "limit": 20, "branch": None, "tag": None, "text": None, "graph": False,
        "best": None,
    }  # fmt: skip
    assert parse("diff", "").values == {
        "a": "HEAD~1", "b": "HEAD", "names": [], "on": None, "target": None, "limit": 60.0, "safe": False, "group": [],
        "time": None, "near_text": None, "fail_on": None, "json": False, "key": None, "exact": False,
    }  # fmt: skip
    assert parse("rollback", "v3").values["names"] == []


def test_positionals_fill_in_order():
    assert [parse("diff", "v1 v2 df x")[k] for k in ("a", "b", "names")] == ["v1", "v2", ["df", "x"]]
    assert parse("tag", "best --move")["version"] == "HEAD"


def test_a_value_may_begin_with_a_dash():
    assert parse("commit", "-m '-- not an option' --metric loss=-0.5")["message"] == "-- not an option"
    assert parse("commit", ["--note", "-5 %"])["note"] == "-5 %"
    assert parse("commit", "-mshort")["message"] == "short"
    assert parse("commit", "--message=long")["message"] == "long"


def test_a_switch_has_three_answers():
    assert parse("commit", "--session")["session"] is True
    assert parse("commit", "--no-session")["session"] is False


@pytest.mark.parametrize(
    ("verb", "line", "says", "hint"),
    [
        ("commit", "--mesage x", "no option --mesage", "did you mean --message?"),
        ("commit", "df --dryrun", "no option --dryrun", "--dry-run"),
        ("undo", "--x", "no option --x", "leave it out"),
        ("commit", "-m", "-m needs a value", "-m MESSAGE"),
        ("commit", "-m --all", "-m needs a value", "-m MESSAGE"),
        ("commit", "--metric acc", "'acc' is not NAME=EXPR", "--metric NAME=EXPR"),
        ("commit", "--metric acc=1 --metric acc=2", "'acc' twice", "once"),
        ("commit", "--metric acc=1 - loss", "'-' is not the name", "quotes around"),
        ("commit", "df, model", "'df,' is not the name", "separate names with spaces, not commas: df"),
        ("commit", "df.age", "'df.age' is not the name", "name the whole variable: df"),
        ("commit", "größe['a']", "is not the name", "name the whole variable: größe"),
        ("commit", "lr=0.1", "'lr=0.1' is not the name", "--param lr=0.1"),
        ("commit", "my-model", "'my-model' is not the name", "names of variables"),
        ("commit", "--metric acc=1 --metric a\u200bb=1", "not a valid name for a metric", "letters, digits"),
        ("diff", "v1 v2 df,model", "'df,model' is not the name", "not commas: df model"),
        ("rollback", "", "%mv_rollback needs version", "%mv_rollback version"),
        ("import", "", "%mv_import needs file", "%mv_import file"),
        ("auto", "of", "cannot be 'of'", "off"),
        ("auto", "maybe", "cannot be 'maybe'", "on, off"),
        ("log", "--limit many", "--limit cannot be 'many'", "a whole number at least 1"),
        ("log", "--limit 0", "--limit cannot be '0'", "at least 1"),
        ("verify", "--sample nan", "--sample cannot be 'nan'", "at least 0 and at most 100"),
        ("undo", "v3", "%mv_undo takes no v3", "%mv_undo"),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(verb, line, says, hint):
    with pytest.raises(UsageError) as caught:
        parse(verb, line)
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_an_unknown_verb_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean rollback"):
        find("rolback")


def test_nothing_is_printed_and_nothing_exits(capfd):
    for verb in VERBS:
        for line in ("--nonsense", "a b c d e f g", "--", "-"):
            with contextlib.suppress(UsageError):
                parse(verb, line)
    assert capfd.readouterr() == ("", "")


def test_a_double_dash_ends_the_options():
    assert parse("show", "-- v3 df").values == {"version": "v3", "names": ["df"]}


def test_help_wins_over_everything_else_but_a_value():
    assert parse("rollback", "--nonsense -h").wants_help
    assert parse("commit", "--help").wants_help
    assert parse("commit", "-m --help").wants_help is False


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


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_every_example_parses(verb):
    for example in verb.examples:
        assert set(parse(verb, example.line).values) == {a.name for a in verb.arguments}


def test_the_command_line_offers_only_verbs_without_a_kernel():
    assert "rollback" not in overview(command=True)
    assert "%mv_rollback" in overview()
    assert "%mv" not in help_text("branch", command=True)
