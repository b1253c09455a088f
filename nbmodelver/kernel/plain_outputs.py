"""Answers as text and HTML, if the page cannot show panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.answers import ANSWERS
from nbmodelver.errors import NoStore
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Plan
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


class PlainOutputs:
    """The outputs of a session without panels; `panels/outputs.py` replaces them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def panel_for(self, call: Call) -> Shown:
        """Return the history in place of a panel."""
        return self.history()

    def history(self) -> Shown:
        """Return the versions, newest first; a sentence if there is no store yet."""
        try:
            return ANSWERS["log"](self._session.repo(), parse("log", ""), None)
        except NoStore:
            return views.sentence("no versions yet; create the first with %mv_commit", value=[])

    def result(self, call: Call, shown: Shown) -> Shown:
        """Return the answer unchanged."""
        return shown

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """Return None: without a panel there is no button."""
        return None
