"""The card of a dataset, made from a version, the log and people's statements. It never guesses.

The questions are those of Gebru et al., "Datasheets for Datasets" (2021), as far as a version can answer them; people
state the others once per name, `%mv_card --data customers --set licence=cc-by-4.0`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NbmodelverError, UnknownModel, UnknownName
from nbmodelver.model.cards import CardColumn, CardSection, DataCard
from nbmodelver.registry import card_front, lineage, reading, statements
from nbmodelver.registry.card_evidence import rows_of
from nbmodelver.registry.lifecycle import version_at
from nbmodelver.repo.inspect import dataset_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, NameStep, Version
    from nbmodelver.model.cards import CardRow
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

NOT_KNOWN = "not known"
MOST_STEPS = 20
MOST_COLUMNS = 200
MOST_TOP = 3


def data_card(repo: Repo, name: str, revision: str = "HEAD") -> DataCard:
    """Return the card of a dataset of a version. revision: an address of a registered model, or a revision.

    Raises UnknownName if the version lacks the dataset, UnknownVersion, UnknownModel, Damaged.
    """
    return of_version(repo, version_with(repo, name, revision), name)


def version_with(repo: Repo, name: str, revision: str = "HEAD") -> Version:
    """Return the version of an address or a revision, which has this dataset. Raises as `data_card`."""
    version, _ = version_at(repo, revision)
    datasets = [n for n, kept in version.kept.items() if kept.kind == "dataset"]
    if name not in datasets:
        other = f"; '{name}' is kept as {version.kept[name].kind}" if name in version.kept else ""
        raise UnknownName(
            f"{version.name} has no dataset '{name}'{other}", f"it has: {', '.join(datasets[:20]) or 'none'}"
        )
    return version


def of_version(repo: Repo, version: Version, name: str) -> DataCard:
    """Return the card of a dataset that the version has. Raises Damaged."""
    texts = statements.of_data(repo, name)
    columns = columns_of(repo, version, name)
    rows = rows_of(repo, version, name)
    sections = (
        CardSection("Dataset", tuple(_identity(repo, version, name, rows))),
        CardSection("About the data", statements.rows(texts, statements.DATA), by_hand=True),
        CardSection("Columns", tuple((c.name or "values", c.shown) for c in columns)),
        CardSection("Quality", tuple(_quality(repo, version, name, columns))),
        CardSection("Splits", tuple(_splits(repo, version, name))),
        CardSection("Origin", tuple(_origin(repo, version, name))),
        CardSection("Versions", tuple(_versions(repo, name))),
        CardSection("Models trained on it", tuple(_models(repo, version, name))),
    )
    kept = version.kept[name]
    own: dict[str, Json] = {"dataset": name, "version": version.id, "digest": kept.digest}
    matter = card_front.dataset(name, rows=rows, licence_text=texts.get("licence", ""), own=own)
    return DataCard(
        f"{name} of {version.name}", sections, matter,
        name=name, digest=kept.digest, saved_at_utc=version.saved_at_utc, columns=columns, stated=texts,
    )  # fmt: skip


def columns_of(repo: Repo, version: Version, name: str) -> tuple[CardColumn, ...]:
    """Return the columns of a dataset with their types, ranges and missing values; () if they are not known."""
    found = repo.profile(version, name).get("columns")
    return tuple(_column(c) for c in found if isinstance(c, dict)) if isinstance(found, list) else ()


def _column(found: dict[str, Json]) -> CardColumn:
    facts = []
    if "min" in found:
        facts.append(f"{_short(found['min'])} to {_short(found['max'])}")
    if "distinct" in found:
        facts.append(f"{found['distinct']} distinct")
    top = found.get("top")
    if isinstance(top, list) and top and "min" not in found:
        named = [f"{pair[0]} ({pair[1]})" for pair in top[:MOST_TOP] if isinstance(pair, list) and len(pair) == 2]
        facts.append(f"most frequent {', '.join(named)}")
    nulls = found.get("nulls")
    note = found.get("note")
    return CardColumn(
        str(found.get("name", "")), str(found.get("dtype", "")), nulls if isinstance(nulls, int) else None,
        (*facts, *([str(note)] if note else [])),
    )  # fmt: skip


def _short(value: Json) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _identity(repo: Repo, version: Version, name: str, rows: int) -> Iterator[CardRow]:
    kept = version.kept[name]
    profile = repo.profile(version, name)
    shape = profile.get("shape")
    yield "Name", name
    yield "Version", f"{version.name}, saved {version.saved_at_utc[:10]}"
    yield "Type", kept.type
    yield "Rows", f"{rows:,}" if rows else NOT_KNOWN
    yield "Shape", " x ".join(map(str, shape)) if isinstance(shape, list) else NOT_KNOWN
    yield "Size", f"{kept.size_bytes:,} bytes"
    yield "Digest", kept.digest
    if profile.get("note"):
        yield "Note", str(profile["note"])


def _quality(repo: Repo, version: Version, name: str, columns: tuple[CardColumn, ...]) -> Iterator[CardRow]:
    missing = {c.name or "values": c.nulls for c in columns if c.nulls}
    unknown = [c.name for c in columns if c.nulls is None]
    if not columns:
        yield "Missing values", NOT_KNOWN
    else:
        said = ", ".join(f"{n} {count:,}" for n, count in missing.items()) or "none"
        yield "Missing values", said + (f"; not counted in {', '.join(unknown)}" if unknown else "")
    repeated = dataset_facts.repeated_rows(repo, version, name)
    yield "Repeated rows", NOT_KNOWN if repeated is None else f"{repeated:,}"


def _splits(repo: Repo, version: Version, name: str) -> Iterator[CardRow]:
    yield "Role", ", ".join(dataset_facts.roles(version, name)) or NOT_KNOWN
    for pair in dataset_facts.overlaps(repo, version, name):
        shared = f"{pair.shared:,} of the {pair.rows:,} rows of {pair.test} also stand in {pair.train}"
        yield f"{pair.train} and {pair.test}", pair.problem or shared
    for found in repo.findings(version).found:
        if name in found.names:
            yield found.level, found.text + (f" (accepted: {found.accepted})" if found.accepted else "")


def _origin(repo: Repo, version: Version, name: str) -> Iterator[CardRow]:
    """Yield the first line of each cell that made the value: where it was read from, if a cell shows it."""
    try:
        made = repo.blame(name, version)
    except NbmodelverError as error:
        yield "Cells", f"{NOT_KNOWN}: {error.message}"
        return
    yield "Since", made.since.name
    for making in made.cells:
        yield f"cell of {making.version.name}", lineage.first_line(making.cell.source)
    if not made.cells:
        yield "Cells", "no cell is known that made it"


def _versions(repo: Repo, name: str) -> Iterator[CardRow]:
    found = repo.name_history(name, limit=MOST_STEPS)
    for step, change in zip(found.steps, found.changes, strict=True):
        yield f"{step.version.name}, {step.version.saved_at_utc[:10]}", change or _status(step)
    if found.more:
        yield "", f"and {found.more} older"


def _status(step: NameStep) -> str:
    same = f", as in {step.same_as.name}" if step.same_as is not None else ""
    return f"{step.status}{same}; digest {step.kept.digest[:12]}"


def _models(repo: Repo, version: Version, name: str) -> Iterator[CardRow]:
    found = list(trained_on(repo, name, version.kept[name].digest))
    for registered, is_observed in found:
        how = "a cell read it and made the model" if is_observed else "kept in the same version; no cell shows its use"
        yield registered.address, f"{how}; registered {registered.at_utc[:10]} by {registered.by}"
    if not found:
        yield "Models", "none registered"


def trained_on(repo: Repo, name: str, digest: str) -> Iterator[tuple[RegisteredVersion, bool]]:
    """Yield each registered version that has the dataset with this content, and True if a cell used it for the model.

    Registered versions whose data is gone are left out.
    """
    for model in reading.names(repo):
        for registered in reading.versions(repo, model):
            try:
                version = reading.version_of(repo, registered)
            except (UnknownModel, Damaged):
                continue
            observed = used_by(repo, registered)
            if (name, digest) in observed:
                yield registered, True
            elif name in version.kept and version.kept[name].digest == digest:
                yield registered, False


def used_by(repo: Repo, registered: RegisteredVersion) -> set[tuple[str, str]]:
    """Return (name, digest) of each dataset that cells used for a registered version, as far as its lineage shows."""
    try:
        found = lineage.lineage(repo, registered.address)
    except NbmodelverError:
        return set()
    parts = [n.id.removeprefix("value:").rpartition(":") for n in found.nodes if n.kind == "dataset"]
    return {(name, digest) for name, _, digest in parts}
