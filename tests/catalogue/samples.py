"""Versions for queries."""

import dataclasses

from nbmodelver.catalogue.records import Records
from nbmodelver.model import Kept, ObjectId, Version, VersionId
from nbmodelver.store.backends.memory import MemoryBackend


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


class Counting(MemoryBackend):
    """A backend that counts reads and can fail a call."""

    def __init__(self):
        super().__init__()
        self.reads = []
        self.fail = None

    def read(self, key, start=0, length=None):
        self.reads.append(key)
        return super().read(key, start, length)

    def delete(self, key, *, durable=True):
        if self.fail is not None and key.startswith(self.fail):
            raise InterruptedError(key)
        super().delete(key)


def journals_of(backend):
    return list(backend.list("journals/"))


def answers(backend):
    """Return the answers of all queries of records."""
    records = Records(backend)
    return (
        records.ids(),
        list(records.newest()),
        [records.numbered(n) for n in (1, 5, 20, 99)],
        [records.prefixed(id_[:n]) for n in (0, 1, 3, 40) for id_ in records.ids()[::7]],
        [dataclasses.replace(v, params=dict(v.params)) for v in records.all()],
        records.count(),
    )


def numbers(found):
    return [v.number for v in found]
