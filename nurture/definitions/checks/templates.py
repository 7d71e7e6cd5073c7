"""Whether every mail of every campaign has its templates: for each function, phase and language, html and text.

Only whether files exist; what is in them is the business of ``nurture.mail``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nurture.definitions.index import Index
from nurture.definitions.piece import Piece

_PHASES = ("b1", "b2", "b3")
_FORMS = ("html", "txt")

Reader = tuple[str | None, str]
"""(function or None, phase in lower case)"""


def check_templates(found: Index) -> None:
    """Each mail is judged once per product, where it is first used."""
    judged: set[tuple[str, str]] = set()
    for campaign in found.campaigns():
        product = campaign["product"].text or ""
        for step in campaign["steps"].each():
            mail = step["mail"].text
            if mail is None or not found.knows("mail", mail) or (mail, product) in judged:
                continue
            judged.add((mail, product))
            _check_mail(step["mail"], mail, product, found)


def _check_mail(piece: Piece, mail: str, product: str, found: Index) -> None:
    fallback = found["mailing"]["fallback"].texts()
    functions = found["products"]["products"][product]["functions"]
    if not fallback or not functions.is_list or not found.languages:
        return
    there = _files(found.home.folder / "mail_templates" / mail)
    readers: list[Reader] = [(function, phase) for function in (*functions.texts(), None) for phase in _PHASES]
    for language in found.languages:
        missing = [reader for reader in readers if not _has(reader, language, fallback, there)]
        if missing:
            piece.fault(_words(mail, language, missing, readers, fallback))


def _files(folder: Path) -> frozenset[str]:
    """Every file below ``folder``, as a path relative to it."""
    return frozenset(path.relative_to(folder).as_posix() for path in folder.glob("*/*/*.j2"))


def _cells(reader: Reader, fallback: Iterable[str]) -> list[str]:
    function, phase = reader
    filled = (pattern.replace("{function}", function or "any").replace("{phase}", phase) for pattern in fallback)
    return list(dict.fromkeys(filled))


def _has(reader: Reader, language: str, fallback: Iterable[str], there: frozenset[str]) -> bool:
    return any(
        all(f"{cell}/{language}.{form}.j2" in there for form in _FORMS) for cell in _cells(reader, fallback)
    )  # fmt: skip


def _words(mail: str, language: str, missing: list[Reader], readers: list[Reader], fallback: tuple[str, ...]) -> str:
    whom = "anybody" if missing == readers else _whom(missing)
    looked = ", ".join(_cells(missing[0], fallback))
    return (
        f"the mail '{mail}' has no {language}.html.j2 with {language}.txt.j2 for {whom}; "
        f"looked in mail_templates/{mail}/ for {looked}"
    )


def _whom(readers: list[Reader]) -> str:
    by_function: dict[str | None, list[str]] = {}
    for function, phase in readers:
        by_function.setdefault(function, []).append(phase.upper())
    return "; ".join(
        f"{function or 'contacts without a function'} in {', '.join(phases)}" for function, phases in by_function.items()
    )
