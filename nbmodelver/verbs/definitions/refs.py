"""Verbs for tags and branches."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import flag, version
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
