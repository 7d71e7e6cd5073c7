"""The letter that is measured with: 8 KB of html, 2 KB of text, six observed links, a layout, a loop, three conditions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from nurture.mail.library import Library, Template, compile_version

MAIL, CELL, LANGUAGE = "bench-letter", "any/any", "de"
_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def template(layouts: Path) -> Template:
    """The letter, in the layout below ``layouts`` (the shipped mail_templates/)."""
    sources = {f"layout/{path.name}": path.read_text("utf-8") for path in sorted((layouts / "layout").iterdir())}
    for ending in ("html.j2", "txt.j2"):
        sources[f"{MAIL}/{CELL}/{LANGUAGE}.{ending}"] = (_HERE / f"{LANGUAGE}.{ending}").read_text("utf-8")
    return compile_version(MAIL, CELL, LANGUAGE, sources)


def with_letter(library: Library, layouts: Path) -> Library:
    """``library`` and the letter, so that messages may be written from it."""
    return Library([*library.templates(), template(layouts)])
