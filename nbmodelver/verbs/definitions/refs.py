"""Verbs for tags, branches and notes."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import VERSION_HELP, flag, version
from nbmodelver.verbs.words import Argument, Example, Verb

TAG = Verb(
    "tag",
    "Give a version a permanent name, or list the tags.",
    "A tag may be a semantic version, a date or any name of letters and digits of any script, '.', '_' and '-'.",
    examples=(
        Example("", "list the tags"),
        Example("best v3", "tag a version"),
        Example("best v5 --move", "move an existing tag to another version"),
        Example("best --delete", "delete a tag; the version stays"),
    ),
    arguments=(
        Argument("name", "the tag"),
        version(),
        flag("delete", "delete the tag", "-d", "--delete"),
        flag("move", "move an existing tag to this version"),
    ),
    gives="the tags",
)

BRANCH = Verb(
    "branch",
    "Create a branch at the current version, or list the branches.",
    "It does not switch to a new branch: use %mv_switch.",
    examples=(
        Example("", "list the branches"),
        Example("trees", "create a branch here"),
        Example("trees --delete", "delete a branch; its versions stay"),
    ),
    arguments=(Argument("name", "the branch"), flag("delete", "delete the branch", "-d", "--delete")),
    gives="the branches",
)

NOTE = Verb(
    "note",
    "Show or set the note of a version, or accept a finding of the checks with a reason.",
    "A note can be changed at any time; the message of a commit stays as it is. A single text with a space in it is "
    "the note of the current version. An accepted finding is no alarm any more, in any version, and the diff shows the "
    "reason. The ids of the findings are in the section Alarms of %mv_diff.",
    examples=(
        Example("", "show the note of the current version"),
        Example('"trained on the small set"', "set it"),
        Example('v3 "used in the report"', "set the note of another version"),
        Example('v3 ""', "remove a note"),
        Example('--accept leak:X_train,X_test "known, a sample on purpose"', "accept a finding"),
    ),
    arguments=(
        Argument("version", VERSION_HELP),
        Argument("text", "the note, or the reason"),
        Argument(
            "accept",
            "accept this finding of the current version; the text that follows is the reason",
            flags=("--accept",),
            metavar="FINDING",
        ),
    ),
    gives="the note, or the reason",
)
