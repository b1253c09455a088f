"""Lines become checked values; what does not fit is named with the nearest that would."""

from __future__ import annotations

import contextlib

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.verbs import VERBS, find, parse, words_of


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
        "best": None, "all": False,
    }  # fmt: skip
    assert parse("diff", "").values == {
        "a": "HEAD~1", "b": "HEAD", "names": [], "on": None, "target": None, "limit": 60.0, "safe": False, "group": [],
        "time": None, "near_text": None, "fail_on": None, "json": False, "key": None, "exact": False, "plot": None,
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


def test_a_verb_that_wraps_others_keeps_their_words_apart() -> None:
    found = parse("schedule", 'forget --keep-last 10 "30 3 * * 1-5" --best acc=3 --yes --as thin')
    assert (found["task"], found["when"], found["called"], found["yes"]) == ("forget", "30 3 * * 1-5", "thin", True)
    assert found["arguments"] == ["--keep-last", "10", "--best", "acc=3"]
    assert parse("schedule", "backup daily -- -odd --install")["arguments"] == ["-odd", "--install"]
    with pytest.raises(UsageError, match="--as needs a value"):
        parse("schedule", "backup daily --as --run")


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("forget", "--keep-last 10 --best acc=3 --force"),
        ("backup", "../copy --full"),
        ("verify", "--sample 5.0"),
        ("monitor", 'sqlite:///a.db --query "select 1" --without a --without b'),
        ("log", ""),
    ],
)
def test_the_words_of_a_call_make_it_again(verb: str, line: str) -> None:
    call = parse(verb, line)
    assert parse(verb, words_of(call)) == call
