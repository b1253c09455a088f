"""Verbs that run code of versions: they search the cause of a change, and test models."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import JSON, flag, limit_s, safe, version
from nbmodelver.verbs.words import Argument, Example, Verb

SAFE = safe("run the code")

BISECT = Verb(
    "bisect",
    "Find the first version in which a condition does not hold any more.",
    "The condition is a Python expression over variables, metrics and parameters of a version (fid, or metrics.fid "
    "as in --where), or the cell below "
    "%%mv_bisect, which raises (assert) where the version is bad. Versions are loaded into scratch namespaces; the "
    "notebook's variables are never touched. Versions with equal values are tested once, and metrics are compared "
    "without loading anything. Versions that cannot be tested are skipped and named. Testing runs code of these "
    "versions, so versions from elsewhere must be trusted. Quotes inside the condition need quotes around it.",
    examples=(
        Example("v1 HEAD fid > 9", "by a metric"),
        Example("v1 v6 df.age.mean() < 42", "by loading the data"),
    ),
    arguments=(
        Argument("good", "a version in which the condition holds", required=True),
        Argument("bad", "a later version in which it does not hold", required=True),
        Argument("condition", "the condition", many=True),
        SAFE,
        limit_s("with --safe: the seconds that one version may take; a version that takes longer is skipped", 600.0),
    ),
    cell=True,
    gives="the result: last_good, first_bad, tested",
)

WHY = Verb(
    "why",
    "Explain why a metric differs between two versions, by tests.",
    "It lists the changes that the metric depends on: data, parameters, code, random state, packages. Each one is "
    "taken back alone, what depends on it is computed again from the code of the cells, and the metric is measured: "
    "the later version without the change, and the earlier version with this change alone. Everything else is loaded. "
    "The expression of the metric is taken from %mv_commit --metric NAME=EXPRESSION, or from the cell that called "
    "commit(metric={NAME: EXPRESSION}). Only scratch namespaces are used, and the notebook's variables and random "
    "state stay as they are. The tests run code of both versions as it stands, so versions from elsewhere must be "
    "trusted, and code that writes files writes them again. A test is not started if its cells took longer than the "
    "limit allows.",
    examples=(
        Example("fid", "what the last commit did to a metric"),
        Example("fid v2 v5", "between two versions"),
        Example("fid v2 v5 --dry-run", "list the changes without running anything"),
    ),
    arguments=(
        Argument("metric", "the metric; default: the only one that differs", default=""),
        version("HEAD~1", "a"),
        version("HEAD", "b"),
        Argument(
            "expression",
            "the expression that measures the metric, if the commits did not record it",
            flags=("--expression",),
            metavar="EXPRESSION",
        ),
        limit_s("the seconds that all tests may take"),
        flag("dry_run", "list the changes without running anything", "--dry-run"),
        SAFE,
        JSON,
    ),
    gives="the explanation: causes, each with its effect",
)

PROBE = Verb(
    "probe",
    "Test whether the models of a version still predict the same.",
    "A version made with %mv_commit --probe DATASET keeps what its models predict for up to 500 rows. The models and "
    "the rows are loaded into a scratch namespace and run in this environment, and the predictions are compared. Use "
    "it after an upgrade of a library or on another machine. Versions from elsewhere must be trusted. The command line "
    "exits with 1 if a model predicts something else.",
    examples=(Example("", "test the current version"), Example("HEAD~1", "test an earlier one")),
    arguments=(version(), JSON),
    gives="the result: models, each with rows, different, largest",
)
