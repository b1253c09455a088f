"""Questions of rules that the evidence of a store concerns. It is no legal advice and names no dates as law.

The rules: Regulation (EU) 2024/1689 (AI Act), Regulation (EU) 2016/679 (GDPR), 45 CFR 164 (HIPAA), the Trust Services
Criteria (SOC 2), and NIST AI 100-1 (AI RMF).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.reports import RuleAnswer, counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model.reports import Cover, ReportTable

TECHNICAL = "AI Act, Annex IV and Art. 11, 18"
LOGS = "AI Act, Art. 12, 19, 26(6)"
GDPR = "GDPR, Art. 5(2), 17, 30"
HIPAA = "HIPAA, 164.312(b), 164.316"
SOC2 = "SOC 2, CC6.1, CC7.2, CC8.1"
NIST = "NIST AI RMF (AI 100-1), GOVERN 1.6 and 1.7, MAP, MEASURE, MANAGE"
OUTSIDE = "nothing in the store shows it"

Question = tuple[str, str, str, str, "Cover"]
"""(rule, question, evidence, source, cover). Evidence has the number of rows of a table as {table}."""

QUESTIONS: tuple[Question, ...] = (
    (TECHNICAL, "Which versions exist, and what were they made from?",
     "registered versions: {inventory}; contents of datasets: {data}; types of components: {materials}",
     "inventory, data, bill of materials", "visible"),
    (TECHNICAL, "How was a version validated, and with what result?",
     "outcomes of gates and checks: {gates}; findings: {alarms}", "gates and checks, alarms, model cards", "visible"),
    (TECHNICAL, "What was changed, why, and by whom?", "events of the period: {changes}", "changes", "visible"),
    (TECHNICAL, "Is the documentation kept, and is it unchanged?",
     "the audit log, and this report with its checkpoint", "integrity, checkpoint", "visible"),
    (TECHNICAL, "Is there a risk management, and human oversight?", OUTSIDE, "", "not covered"),
    (LOGS, "Which version made a prediction?",
     "deployments: {deployments}, each with a stamp that predictions can carry", "deployments, %mv_trace", "visible"),
    (LOGS, "What did the system do in operation?", f"{OUTSIDE}: the system that predicts keeps that log", "",
     "not covered"),
    (GDPR, "Which data is in which version and model, and may it be?",
     "contents of datasets: {data}, with what people stated about personal data and legal basis", "data", "visible"),
    (GDPR, "Was data erased when it had to be?", "purges, erasures and forgotten versions: {retention}", "retention",
     "visible"),
    (GDPR, "Can erased data be used again from this store?",
     "a purge removes its bytes from every version and from the files of the store", "retention, integrity",
     "prevented"),
    (GDPR, "What does a model remember of erased rows?", f"{OUTSIDE}: the model stays as it was trained", "",
     "not covered"),
    (GDPR, "Was data erased in backups, bundles and clones?", OUTSIDE, "", "not covered"),
    (HIPAA, "Are accesses and changes recorded?", "in the period, accesses: {accesses}; changes: {changes}",
     "recorded accesses, changes", "visible"),
    (HIPAA, "Is a change of the records detected?", "the check of the log and of the store", "integrity", "visible"),
    (HIPAA, "Who read the files with other software?", OUTSIDE, "", "not covered"),
    (SOC2, "Was each change approved and tested before it was used?",
     "statements about approvals: {approvals}; outcomes of gates and checks: {gates}", "approvals, gates and checks",
     "visible"),
    (SOC2, "Does a failed gate stop a promotion?",
     "our software refuses it without --force; forced acts in the period: {forced}", "gates and checks, forced",
     "prevented"),
    (SOC2, "Is an archived version kept from use?",
     "our software refuses it; deprecated or archived versions: {states}", "states, forced", "prevented"),
    (SOC2, "Were controls bypassed by those who may write the folder?",
     f"{OUTSIDE} unless refs and events disagree; the rights of the folder decide", "integrity", "not covered"),
    (NIST, "Is there an inventory of systems?", "registered versions: {inventory}", "inventory", "visible"),
    (NIST, "How are systems taken out of use?",
     "deprecated or archived versions: {states}, with reason and replacement", "states", "visible"),
    (NIST, "Is performance measured and followed up?", "outcomes: {gates}; findings: {alarms}",
     "gates and checks, alarms", "visible"),
    (NIST, "Are risk, impact and fairness judged?", f"{OUTSIDE}: people judge", "", "not covered"),
)  # fmt: skip


def answers(tables: Sequence[ReportTable]) -> tuple[RuleAnswer, ...]:
    """Return the questions with the evidence of these tables. Incomplete tables are named."""
    counts: Mapping[str, str] = {t.id: f"{len(t.rows):,}" for t in tables}
    broken = [t.title for t in tables if t.problem]
    warning = f"; {counted(len(broken), 'table')} of this report incomplete" if broken else ""
    return tuple(
        RuleAnswer(rule, question, evidence.format(**counts) + (warning if source else ""), source, cover)
        for rule, question, evidence, source, cover in QUESTIONS
    )
