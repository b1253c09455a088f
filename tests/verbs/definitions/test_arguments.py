"""Arguments that several verbs have."""

from __future__ import annotations

from nbmodelver.verbs.definitions import arguments


def test_a_version_without_a_default_is_required() -> None:
    assert (arguments.version().default, arguments.version().required) == ("HEAD", False)
    required = arguments.version(None, "a")
    assert (required.name, required.default, required.required) == ("a", None, True)


def test_any_number_of_versions_and_names_is_taken() -> None:
    assert arguments.versions().many
    assert (arguments.names("x").many, arguments.names("x").type) == (True, "name")


def test_a_flag_is_spelled_like_its_name() -> None:
    assert arguments.flag("only_missing", "x").flags == ("--only-missing",)
    assert arguments.flag("yes", "x", "-y").flags == ("-y",)


def test_limits_are_bounded_below() -> None:
    assert (arguments.limit("x", 20, "-n").flags, arguments.limit("x", 20).minimum) == (("-n", "--limit"), 1)
    assert (arguments.limit_s("x").type, arguments.limit_s("x").default) == ("number", 60.0)


def test_options_of_many_verbs_have_one_spelling() -> None:
    assert arguments.where("x").flags == ("--where",)
    assert arguments.safe("run").type == "flag"
    assert arguments.allow_secret("x").many
    assert arguments.JSON.flags == ("--json",)
