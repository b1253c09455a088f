"""Versions for queries."""

from nbmodelver.catalogue.records import Records
from nbmodelver.model import Kept, ObjectId, Version, VersionId


def version(number, parents=(), **more):
    return Version(VersionId(more.pop("id", f"{number:040x}")), number, parents=tuple(parents), **more)


def kept(name, kind="dataset", type_="pandas.DataFrame"):
    return Kept(name, 0, kind, type_, ObjectId("a" * 40), 10)


def history(backend, count=5, branch="main"):
    """Write `count` versions, each the child of the previous one."""
    records = Records(backend)
    last = ()
    made = []
    for number in range(1, count + 1):
        draft = version(
            number,
            last,
            branch=branch,
            message=f"message {number}",
            metrics={"acc": number / 10},
            params={"max_depth": number, "clf": {"C": 1.0 * number}},
            kept={"df": kept("df"), **({"clf": kept("clf", "model", "sklearn.svm.SVC")} if number % 2 else {})},
            saved_at_utc=f"2026-11-{number:02d}T12:00:00Z",
        )
        id_ = records.write(draft)
        last = (id_,)
        made.append(records.read(id_))
    return made
