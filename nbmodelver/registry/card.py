"""The card of a registered version, made from what the version, the log and people state. It never guesses.

What people state once per model is kept as events, `%mv_card churn --set purpose=TEXT`; a later text replaces an
earlier one for later cards, and both stay in the log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.kinds.interface import described
from nbmodelver.model.cards import NOT_STATED, Card, CardSection
from nbmodelver.registry import card_evidence, card_front, reading, statements
from nbmodelver.registry.register import bases_of, metadata_of
from nbmodelver.repo.core import states
from nbmodelver.repo.inspect import dataset_facts
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json, Version
    from nbmodelver.model.cards import CardRow
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

MOST_PARAMETERS = 30


def card(repo: Repo, address: str) -> Card:
    """Return the card of a registered version. Raises UnknownModel, Damaged."""
    return of_version(repo, reading.resolve(repo, address))


def of_version(repo: Repo, registered: RegisteredVersion) -> Card:
    """Return the card of a registered version. Raises UnknownModel if its data is gone, Damaged."""
    version = _as_stored(reading.version_of(repo, registered))
    texts = statements.of_model(repo, registered.model)
    sections = (
        _identity(repo, registered, version),
        CardSection("Use", statements.rows(texts, statements.MODEL, statements.USE), by_hand=True),
        CardSection("Metrics", card_evidence.metrics(repo, registered, version)),
        CardSection("Parameters", _parameters(version, registered.variable)),
        CardSection("Data", tuple(_data(repo, version, registered))),
        CardSection("About the data", statements.rows(texts, statements.MODEL, statements.ABOUT_DATA), by_hand=True),
        CardSection("Findings", card_evidence.findings(repo, version)),
        CardSection("Gates and checks", tuple(card_evidence.gates(repo, registered, version))),
        CardSection("Approvals and use", tuple(card_evidence.use(repo, registered))),
        CardSection("Environment", _environment(repo, version)),
    )
    return Card(registered.address, sections, _front_matter(repo, registered, version, texts))


def _as_stored(version: Version) -> Version:
    """Return a version with its names in the order of the record: those of a commit of this process have another."""
    return replace(portable.read_record(portable.record(version)), id=version.id)


def _identity(repo: Repo, registered: RegisteredVersion, version: Version) -> CardSection:
    model = reading.model(repo, registered.model)
    kept = version.kept.get(registered.variable)
    event = states.event_of(repo, registered.event)
    interface = event.private.get("interface") if event is not None else None
    state_now = states.state_of(repo, version.id)
    rows = [
        ("Model", registered.address),
        ("Version", f"{version.name}, {version.id}"),
        ("Description", model.description or NOT_STATED),
        ("Owners", ", ".join(model.owners) or NOT_STATED),
        ("Algorithm", kept.type if kept is not None else NOT_STATED),
        ("Inputs and outputs", described(interface if isinstance(interface, dict) else {}) or "not known"),
        ("Size", f"{kept.size_bytes:,} bytes" if kept is not None else NOT_STATED),
        ("Base models", ", ".join(bases_of(repo, registered)) or "none declared"),
        ("Stages", ", ".join(model.labels(registered.number)) or "none"),
        ("State", states.phrase(state_now) if state_now is not None else "active"),
        ("Registered", f"{registered.at_utc[:10]} by {registered.by}"),
        ("Why this number", registered.reason or NOT_STATED),
    ]
    return CardSection("Model", tuple(rows))


def _parameters(version: Version, variable: str) -> tuple[CardRow, ...]:
    prefix = f"{variable}."
    own = [(n.removeprefix(prefix), str(v)) for n, v in version.params.items() if n.startswith(prefix)]
    more = [("", f"and {len(own) - MOST_PARAMETERS} more")] if len(own) > MOST_PARAMETERS else []
    return (*own[:MOST_PARAMETERS], *more)


def _data(repo: Repo, version: Version, registered: RegisteredVersion) -> Iterator[CardRow]:
    metadata = metadata_of(repo, registered)
    for name, kept in version.kept.items():
        if kept.kind != "dataset":
            continue
        profile = repo.profile(version, name)
        sizes = profile.get("shape")
        shape = " x ".join(map(str, sizes)) if isinstance(sizes, list) else ""
        role = ", ".join(dataset_facts.roles(version, name))
        parts = [kept.type, shape, f"role {role}" if role else "", f"digest {kept.digest[:12]}"]
        stated = statements.of_data(repo, name)
        licence = metadata.get(f"licence.{name}") or stated.get("licence")
        parts += [f"licence {licence or NOT_STATED}", f"personal data {stated.get('personal_data', NOT_STATED)}"]
        yield name, ", ".join(p for p in parts if p)


def _environment(repo: Repo, version: Version) -> tuple[CardRow, ...]:
    known = repo.environment(version)
    packages = known.get("packages")
    rows = [(what, str(known[what])) for what in ("python", "system", "machine") if known.get(what)]
    rows += [("packages", f"{len(packages)}, listed in the version")] if isinstance(packages, dict) else []
    git = version.git
    rows += [("Git", f"{git.commit[:12]}{' with uncommitted changes' if git.dirty else ''}")] if git else []
    return tuple(rows)


def _front_matter(
    repo: Repo, registered: RegisteredVersion, version: Version, texts: Mapping[str, str]
) -> dict[str, Json]:
    kept = version.kept.get(registered.variable)
    own: dict[str, Json] = {
        "address": registered.address, "model": registered.model, "version": version.id,
        "digest": kept.digest if kept is not None else "",
    }  # fmt: skip
    return card_front.model(
        kept.type if kept is not None else "",
        licence_text=texts.get("licence", ""),
        bases=bases_of(repo, registered),
        metrics=version.metrics,
        own=own,
    )
