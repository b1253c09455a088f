"""Firefox as the distribution ships it, driven over WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/).

Playwright drives only a Firefox that it patched, and Debian has no geckodriver; Firefox itself speaks BiDi over a
websocket (`--remote-debugging-port`). What a person does goes through `input.performActions`, as events of a real
pointer and keyboard. Knows nothing of JupyterLab.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import queue
import re
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import websocket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT_S = 120
PREFERENCES: dict[str, object] = {
    "ui.prefersReducedMotion": 1,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.enabled": False,
}
KEYS = {"Control": "\ue009"}


class BidiError(Exception):
    """The browser answered a command with an error."""


class Firefox:
    """One running browser with one session."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(f"{url}/session", suppress_origin=True, timeout=LIMIT_S)
        self._socket.settimeout(None)
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self.errors: list[str] = []
        """Uncaught errors of scripts, and what pages write to the console as errors."""
        threading.Thread(target=self._read, daemon=True).start()
        self.version = self.send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command and wait for its result. Raises BidiError."""
        number = next(self._numbers)
        answer: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers[number] = answer
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        reply = answer.get(timeout=LIMIT_S)
        del self._answers[number]
        if reply["type"] == "error":
            raise BidiError(f"{method}: {reply['error']}: {reply['message']}")
        result: dict[str, Any] = reply["result"]
        return result

    def _read(self) -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while heard := self._socket.recv():  # nothing at its end
                message = json.loads(heard)
                if "id" in message and message["id"] in self._answers:
                    self._answers[message["id"]].put(message)
                elif message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                    self.errors.append(message["params"]["text"] or "")

    def page(self, width: int = 1280, height: int = 900) -> Page:
        """A new tab."""
        context = self.send("browsingContext.create", type="tab")["context"]
        self.send("browsingContext.setViewport", context=context, viewport={"width": width, "height": height})
        return Page(self, context)

    def close(self) -> None:
        """End the session; the browser ends with it."""
        with contextlib.suppress(BidiError, queue.Empty):
            self.send("browser.close")
        self._socket.close()


class Page:
    """One tab."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self.firefox = firefox
        self.context = context

    def go(self, url: str) -> None:
        """Open an address; returns before everything is loaded."""
        self.firefox.send("browsingContext.navigate", context=self.context, url=url, wait="none")

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function, awaited; arguments and result are what JSON holds. Raises BidiError."""
        whole = f"async (...given) => JSON.stringify(await ({function})(...given)) ?? 'null'"
        return json.loads(self._call(whole, *arguments)["value"])

    def _call(self, function: str, *arguments: Any) -> dict[str, Any]:
        """Call a function; give BiDi's remote value. Arguments pass as JSON."""
        reply = self.firefox.send(
            "script.callFunction",
            functionDeclaration=f"given => ({function})(...JSON.parse(given))",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self.context},
            awaitPromise=True,
        )
        if reply["type"] == "exception":
            raise BidiError(reply["exceptionDetails"]["text"])
        result: dict[str, Any] = reply["result"]
        return result

    def until(self, function: str, *arguments: Any, limit_s: float = LIMIT_S) -> Any:
        """Wait until a JavaScript function gives something true; give that."""
        end = time.monotonic() + limit_s
        while True:
            with contextlib.suppress(BidiError):  # the page may be on its way to another document
                if found := self.evaluate(function, *arguments):
                    return found
            assert time.monotonic() < end, f"never true: {function} {arguments}"
            time.sleep(0.05)

    def element(self, selector: str, name: str = "", within: str = "body") -> dict[str, Any]:
        """Wait for an element, in view and at rest; give its reference. name: a pattern for its label or text."""
        self.until(RESTS, selector, name, within)
        return {"sharedId": self._call(FIND, selector, name, within)["sharedId"]}

    def click(self, selector: str, name: str = "", within: str = "body", *, key: str | None = None) -> None:
        """Click the middle of an element with the pointer. key: held down meanwhile."""
        origin = {"type": "element", "element": self.element(selector, name, within)}
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        actions: list[dict[str, Any]] = [{"type": "pointer", "id": "mouse", "actions": [move, *press]}]
        if key:
            hold = [{"type": "keyDown", "value": KEYS[key]}, {"type": "pause"}, {"type": "pause"}]
            release = {"type": "keyUp", "value": KEYS[key]}
            actions.append({"type": "key", "id": "keyboard", "actions": [*hold, release]})
        self.firefox.send("input.performActions", context=self.context, actions=actions)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        strokes = [{"type": kind, "value": char} for char in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        self.firefox.send("input.performActions", context=self.context, actions=actions)

    def shot(self, place: Path) -> None:
        """Write a picture of the tab."""
        picture = self.firefox.send("browsingContext.captureScreenshot", context=self.context)["data"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(base64.b64decode(picture))


FIND = """(selector, name, within) => {
  const seen = element => element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
  const called = element => (element.getAttribute('aria-label') ?? element.innerText ?? '').trim();
  return [...document.querySelectorAll(within)].filter(seen).flatMap(place => [...place.querySelectorAll(selector)])
    .filter(element => seen(element) && new RegExp(name).test(called(element)))[0] ?? null;
}"""
RESTS = f"""async (...given) => {{
  const element = ({FIND})(...given);
  element?.scrollIntoView({{block: 'nearest'}});
  const place = () => JSON.stringify(element?.getBoundingClientRect() ?? null);
  const before = place();
  await new Promise(resolve => setTimeout(resolve, 50));
  const {{right, bottom}} = JSON.parse(before) ?? {{right: Infinity, bottom: Infinity}};
  return before === place() && right <= innerWidth && bottom <= innerHeight;
}}"""


@contextlib.contextmanager
def running(command: str, profile: Path) -> Iterator[Firefox]:
    """A Firefox without a window, with a profile of its own that is empty but for the preferences."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    arguments = [command, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    log = profile / "stderr.txt"
    with log.open("w") as said:
        process = subprocess.Popen(arguments, stdout=said, stderr=said)
    try:
        firefox = Firefox(_address(process, log))
        yield firefox
        firefox.close()
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, as it says itself."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"Firefox does not listen: {log.read_text()}")
