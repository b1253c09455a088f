"""What a dataset is used for: training, validation or test. Read from the cells that ran, else from its name."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbmodelver.model import Version

Role = Literal["train", "validation", "test"]
ROLES: tuple[Role, ...] = ("train", "validation", "test")

WORDS: dict[str, Role] = {
    **dict.fromkeys(("train", "training", "tr", "trn", "fit", "learn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "eval"), "validation"),
    **dict.fromkeys(("test", "testing", "te", "tst", "holdout", "unseen", "oot"), "test"),
}  # fmt: skip
COMPANIONS = frozenset(
    {"x", "y", "df", "data", "dataset", "set", "features", "labels", "target", "targets", "ds", "loader", "texts",
     "images", "frame", "rows", "hold", "out", "new", "raw", "scaled", "clean"}
)  # fmt: skip
"""Words that a name may contain in addition to one of WORDS; with any other word it has no role ("y_pred_test")."""
FITTING = frozenset(
    {"fit", "fit_transform", "partial_fit", "fit_predict", "train", "Dataset", "DMatrix", "train_on_batch"}
)
SCORING = frozenset({"score", "evaluate", "predict", "predict_proba", "decision_function"})
VALIDATING = frozenset({"eval_set", "validation_data", "valid_sets", "evals"})
_TIMED = re.compile(r"^(\s*)%%?(?:time|timeit|prun|memit)\b(?: +-\S+)*\s*")
_MAGIC = re.compile(r"^(\s*)[%!?].*$")
_HINT = re.compile(r"fit|score|train|predict|evaluate|eval_|valid|Dataset|DMatrix|DataLoader|split")


def role_of_name(name: str) -> Role | None:
    """The role that the words of a name state; None if they state none, several, or something else.

    >>> role_of_name("X_train"), role_of_name("df_test"), role_of_name("y_pred_test"), role_of_name("latest")
    ('train', 'test', None, None)
    """
    words = [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    found = {WORDS[w] for w in words if w in WORDS}
    others = [w for w in words if w not in WORDS and w not in COMPANIONS]
    if not found and words[:2] == ["hold", "out"]:
        return "test"
    return found.pop() if len(found) == 1 and not others else None


def roles_in(sources: Iterable[str]) -> dict[str, tuple[Role, ...]]:
    """The roles of the names that cells use: variable -> roles, in the order of ROLES. sources: the cells' code."""
    found: dict[str, set[Role]] = {}
    for source in sources:
        if not _HINT.search(source):
            continue
        try:
            tree = ast.parse(without_magics(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for name, role in _uses(tree):
            found.setdefault(name, set()).add(role)
    return {name: tuple(r for r in ROLES if r in roles) for name, roles in found.items()}


def without_magics(source: str) -> str:
    """The code without magics and shell commands; of those that time a statement, the statement."""
    return "\n".join(_MAGIC.sub(r"\1pass", _TIMED.sub(r"\1", line)) for line in source.splitlines())


def roles_of(version: Version) -> dict[str, tuple[str, ...]]:
    """The roles of the datasets of a version: as cells used them or the user stated, else as their names state."""
    found: dict[str, tuple[str, ...]] = {}
    for name, kept in version.kept.items():
        if kept.kind == "dataset":
            by_name = role_of_name(name)
            roles = version.roles.get(name) or ((by_name,) if by_name else ())
            if roles:
                found[name] = roles
    return found


def combined(
    new: Mapping[str, Iterable[str]], before: Mapping[str, Iterable[str]], same: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """The roles of the names of a version, in the order of ROLES.

    new: what the cells since the parent did. before: the roles in the parent. same: names with the value of the parent,
    for which both count; of the others, a new role replaces the old one.
    """
    unchanged = frozenset(same)
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted({*new, *before}):
        roles = {*new.get(name, ())}
        if name in unchanged or not roles:
            roles |= {*before.get(name, ())}
        found[name] = tuple(r for r in ROLES if r in roles)
    return found


def _uses(tree: ast.Module) -> Iterator[tuple[str, Role]]:
    made = {t.id: node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) for t in node.targets
            if isinstance(t, ast.Name)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from _of_split(node)
        if isinstance(node, ast.Call):
            yield from _of_call(node, made)


def _of_call(node: ast.Call, made: Mapping[str, ast.expr]) -> Iterator[tuple[str, Role]]:
    called = _called(node)
    for keyword in node.keywords:
        if keyword.arg in VALIDATING:
            yield from ((name, "validation") for name in _data_names(keyword.value))
    if called in FITTING or (called == "DataLoader" and _shuffles(node)):
        yield from ((name, "train") for name in _first(node))
    elif called in SCORING:
        yield from ((name, "test") for name in _first(node) if called in ("score", "evaluate"))
    elif called.endswith(("_score", "_error", "_loss", "report")):
        for argument in node.args:
            yield from ((name, "test") for name in _predicted_from(argument, made))


def _predicted_from(argument: ast.expr, made: Mapping[str, ast.expr]) -> Iterator[str]:
    """The data behind a prediction that a metric gets: `model.predict(X_test)`, or the name that it was bound to."""
    if isinstance(argument, ast.Name) and argument.id in made:
        argument = made[argument.id]
    if isinstance(argument, ast.Subscript):
        argument = argument.value
    if isinstance(argument, ast.Call) and _called(argument) in SCORING:
        yield from _first(argument)


def _of_split(node: ast.Assign) -> Iterator[tuple[str, Role]]:
    """The targets of train_test_split: train and test by turns."""
    target = node.targets[0]
    if not (isinstance(node.value, ast.Call) and _called(node.value) == "train_test_split"):
        return
    if isinstance(target, (ast.Tuple, ast.List)):
        for i, element in enumerate(target.elts):
            if isinstance(element, ast.Name):
                yield element.id, "train" if i % 2 == 0 else _second(element.id)


def _second(name: str) -> Role:
    """The second half of a split is a test set, unless its name says that it is for validation."""
    return "validation" if role_of_name(name) == "validation" else "test"


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _first(node: ast.Call) -> Iterator[str]:
    """The names in the first argument, which holds the data."""
    keywords = {k.arg: k.value for k in node.keywords}
    first = node.args[0] if node.args else next((keywords[k] for k in ("X", "x", "data") if k in keywords), None)
    if first is not None:
        yield from _data_names(first)


def _data_names(node: ast.expr) -> Iterator[str]:
    """The variables that an argument passes on, wholly or in part: `X`, `df[cols]`, `df.drop(...)`, `[(X, y)]`."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, (ast.Tuple, ast.List)):
        for element in node.elts:
            yield from _data_names(element)
    elif isinstance(node, (ast.Subscript, ast.Attribute)):
        yield from _data_names(node.value)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            is_model = node.func.attr in ("transform", "fit_transform")
            yield from _first(node) if is_model else _data_names(node.func.value)
        else:
            yield from _first(node)


def _shuffles(node: ast.Call) -> bool:
    return any(
        k.arg == "shuffle" and isinstance(k.value, ast.Constant) and k.value.value is True for k in node.keywords
    )
