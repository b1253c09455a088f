"""Rules for names of branches and tags: letters, marks and digits of any script, without characters that look alike.

The rules follow Unicode Technical Standard 39, level "highly restrictive", applied to each word of a name, with a short
table of confusable letters instead of the full one. A name never becomes a file name: see refs.py.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from nbmodelver.errors import BadName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_CHARACTERS = 100
SIGNS = "._-"
TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Sets of scripts that may be mixed in one word (UTS 39, section 5.2)."""
ANY_SCRIPT = frozenset({"COMBINING", "VARIATION", "MODIFIER", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜаеѕіјоресухһԁԛԝѵүӏԍΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρικυγχϲϳıƖɑɡօսհոյցքս",
    "ABESIJKMHOPCTYXYGQWaesijopecyxhdqwvylgABEZHIKMNOPTYXoavpikuyxcjilagouhnjgpu",
)
_ID_LIKE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_VERSION_LIKE = re.compile(r"v\d+|head", re.IGNORECASE)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


def normalized(name: str) -> str:
    """Return the name in Unicode normal form C, in which names are stored and compared."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def valid_name(name: str, taken: Iterable[str] = ()) -> str:
    """Return the normalized name of a branch or tag. Raises BadName, with the reason and a valid name as hint.

    taken: existing names; a name that differs from one of them only in case, or that looks the same, is refused.
    """
    if not isinstance(name, str):
        raise BadName(f"a {type(name).__name__} cannot be a name", "give a string")
    name = normalized(name)
    reason = _what_is_wrong(name)
    if reason:
        raise BadName(f"{name!r} cannot be a name: {reason}", _way_out(name))
    require_distinct(name, taken)
    return name


def require_distinct(name: str, taken: Iterable[str]) -> None:
    """Raise BadName if the name differs from one of `taken` only in case, or looks the same."""
    for other in map(normalized, taken):
        if other == name:
            continue
        if other.casefold() == name.casefold():
            raise BadName(f"{name!r} differs from {other!r} only in case", f"use {other!r} or another name")
        if looks(other) == looks(name):
            scripts = f"{_scripts(name)} and {_scripts(other)} letters"
            raise BadName(f"{name!r} looks like {other!r} ({scripts})", f"use {other!r} or another name")


def looks(name: str) -> str:
    """Return the skeleton of a name (UTS 39, section 4): it is equal for names that look alike."""
    plain = unicodedata.normalize("NFKD", name).translate(_LOOK_ALIKES)
    return unicodedata.normalize("NFKC", plain).casefold()


def _what_is_wrong(name: str) -> str:
    return next(_wrongs(name), "")


def _wrongs(name: str) -> Iterator[str]:
    hidden = next((c for c in name if unicodedata.category(c) in ("Cf", "Cc", "Zl", "Zp") or _is_blank(c)), None)
    if hidden is not None:
        yield f"it has an invisible character ({_called(hidden)})"
    if len(name) > MOST_CHARACTERS:
        yield f"it is longer than {MOST_CHARACTERS} characters"
    wrong = next((c for c in name if c not in SIGNS and unicodedata.category(c)[0] not in "LMN"), None)
    if wrong is not None or not name or unicodedata.category(name[0])[0] not in "LN":
        yield "it may hold only letters, digits, '.', '_' and '-', and begins with a letter or digit"
    odd = next((c for c in name if not c.isascii() and unicodedata.normalize("NFKC", c) != c), None)
    if odd is not None and unicodedata.normalize("NFKC", name) != name:
        yield f"it has {odd!r}, which is another form of {unicodedata.normalize('NFKC', odd)!r}"
    mixed = next((run for run in _runs(name) if not _fit(_scripts_of(run))), None)
    if mixed is not None:
        yield f"the word {mixed!r} mixes {_scripts(mixed)} letters, which may look alike"
    if ".." in name:
        yield "it contains '..'"
    if name.endswith((".", ".lock")):
        yield "it ends with '.' or '.lock'"
    if name.split(".", maxsplit=1)[0].lower() in _DEVICES:
        yield "it is the name of a device on Windows"
    if _ID_LIKE.fullmatch(name):
        yield "it looks like an id"
    if _VERSION_LIKE.fullmatch(name):
        yield "it already means a version"


def _is_blank(char: str) -> bool:
    """Return True for invisible letters and marks: Hangul fillers, Khmer inherent vowels, variation selectors."""
    return char in "\u115f\u1160\u3164\uffa0\u17b4\u17b5\u034f" or "VARIATION SELECTOR" in unicodedata.name(char, "")


def _called(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '').lower()}".rstrip()


def _runs(name: str) -> list[str]:
    """Return the words of a name: what stands between the characters of SIGNS."""
    return [run for run in re.split(r"[._-]", name) if run]


def _scripts_of(run: str) -> frozenset[str]:
    """Return the scripts of a word, from the first word of each character's Unicode name. ASCII digits have none."""
    found = set()
    for char in run:
        if char.isascii() and char.isdigit():
            continue
        first = unicodedata.name(char, "UNKNOWN").split(" ")[0]
        if unicodedata.category(char)[0] != "M" and first not in ANY_SCRIPT:
            found.add(first.removesuffix("-INDIC") if first == "ARABIC-INDIC" else first)
    return frozenset(found)


def _fit(scripts: frozenset[str]) -> bool:
    return len(scripts) <= 1 or any(scripts <= together for together in TOGETHER)


def _scripts(name: str) -> str:
    return " and ".join(sorted(s.title() for run in _runs(name) for s in _scripts_of(run))) or "no"


def _way_out(name: str) -> str:
    seen = "".join(c for c in name if unicodedata.category(c) not in ("Cf", "Cc") and not _is_blank(c))
    same = unicodedata.normalize("NFKC", seen)
    plain = unicodedata.normalize("NFKD", same).encode("ascii", "ignore").decode()
    for form in (same, same.translate(_LOOK_ALIKES), plain):
        better = _tidied(form)
        for one in (better[:MOST_CHARACTERS], f"x-{better}"[:MOST_CHARACTERS]):
            if better and not _what_is_wrong(one):
                return f"try: {one}"
    return "try: a name of letters and digits"


def _tidied(name: str) -> str:
    """Return the name with "-" for invalid characters, without what it may not begin or end with."""
    kept = "".join(c if c in SIGNS or unicodedata.category(c)[0] in "LMN" else "-" for c in name)
    inside = re.sub(r"-{2,}", "-", re.sub(r"\.{2,}", ".", kept)).strip(SIGNS).removesuffix(".lock")
    return inside.lstrip("".join(c for c in inside if unicodedata.category(c)[0] == "M"))
