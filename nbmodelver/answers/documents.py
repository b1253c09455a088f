"""Answers of the verbs that write documents: cards, changelogs, the report for an audit, the bill of materials."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.answers.registry import texts_of
from nbmodelver.errors import UsageError
from nbmodelver.registry import (
    bom,
    card,
    card_formats,
    changelog,
    croissant,
    data_card,
    reading,
    report,
    report_files,
    statements,
)
from nbmodelver.registry.report_facts import ReportRequest

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.model.cards import Card, DataCard
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

ALL = "all"
ENDINGS = {".html": "html", ".json": "json", ".jsonld": "croissant"}


def card_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show the card of a version or of a dataset, write it to a file, or state rows of it."""
    path = Path(call["output"]) if call["output"] else None
    form = call["format"] or ENDINGS.get(path.suffix if path else "", "markdown")
    if call["data"]:
        found: Card = _data_card(repo, call)
    elif form == "croissant":
        raise UsageError("Croissant describes a dataset", "name it: --data NAME")
    else:
        found = _model_card(repo, call)
    text = _card_text(found, form)
    if path is None:
        return views.code(text, "card", found)
    _write(path, text)
    return views.sentence(f"card of {found.title} written to ", views.Span(str(path), "code"), value=found)


def _model_card(repo: Repo, call: Call) -> Card:
    if not call["address"]:
        raise UsageError("a model or a dataset is missing", "name one: %mv_card churn@production, %mv_card --data df")
    registered = reading.resolve(repo, call["address"])
    if call["set"]:
        statements.state_model(repo, registered.model, texts_of(call["set"]))
    return card.of_version(repo, registered)


def _data_card(repo: Repo, call: Call) -> DataCard:
    version = data_card.version_with(repo, call["data"], call["address"] or "HEAD")
    if call["set"]:
        statements.state_data(repo, call["data"], texts_of(call["set"]))
    return data_card.of_version(repo, version, call["data"])


def _card_text(found: Card, form: str) -> str:
    from nbmodelver.model.cards import DataCard

    if form == "croissant" and isinstance(found, DataCard):
        return croissant.text(found)
    return {"markdown": card_formats.markdown, "html": card_formats.page, "json": card_formats.as_json}[form](found)


def report_(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Write the changelog, the report for an audit, or the bill of materials."""
    if call["compliance"] and call["bom"]:
        raise UsageError("--compliance and --bom cannot be combined", "--compliance --to FOLDER writes both")
    if call["bom"]:
        return _bom(repo, call)
    model = "" if call["model"] == ALL else call["model"]
    request = ReportRequest(model, call["since"] or "", call["until"] or "")
    return _compliance(repo, call, request) if call["compliance"] else _changelog(repo, call, request)


def _compliance(repo: Repo, call: Call, request: ReportRequest) -> Shown:
    found = report.compliance(repo, request)
    files: tuple[str, ...] = ()
    if call["to"]:
        found, paths = report_files.write(repo, found, Path(call["to"]), views.compliance_page)
        files = tuple(str(p) for p in (paths.page, paths.data, paths.bom, paths.checkpoint) if p.exists())
    return views.as_json(found, found.to_dict()) if call["json"] else views.compliance(found, files)


def _changelog(repo: Repo, call: Call, request: ReportRequest) -> Shown:
    entries = changelog.entries(repo, request)
    text = changelog.markdown(entries, f"Changelog of {request.model or 'all models'}")
    if call["to"]:
        path = Path(call["to"])
        report_files.require_new(path)
        _write(path, text)
        return views.sentence("changelog written to ", views.Span(str(path), "code"), value=text)
    return views.as_json(entries, [*entries]) if call["json"] else views.code(text, "changelog", text)


def _bom(repo: Repo, call: Call) -> Shown:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = bom.bom(repo, _registered(repo, call["model"]), now)
    text = bom.text(found)
    if call["to"]:
        path = Path(call["to"])
        report_files.require_new(path)
        _write(path, text)
        return views.sentence("bill of materials written to ", views.Span(str(path), "code"), value=found)
    return views.code(text, "bill of materials", found)


def _registered(repo: Repo, text: str) -> list[RegisteredVersion]:
    """Return the versions of all models, of one model, or the one of an address."""
    if text == ALL:
        return [r for name in reading.names(repo) for r in reading.versions(repo, name)]
    if "/" in text.removeprefix("models:/") or "@" in text:
        return [reading.resolve(repo, text)]
    return reading.versions(repo, reading.require(repo, text))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}", "choose another file") from error
