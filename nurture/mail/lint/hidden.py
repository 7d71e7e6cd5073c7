"""Whether a style keeps an element from being seen. Asks the declarations alone, not what stands around the element."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nurture.mail.lint.colour import pixels

_FAR = -100.0
"""Pixels or per cent: what is moved so far is outside of the window."""
_MOVES = ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
_FAINT = 0.1
"""Opacity: what is fainter is not meant to be seen."""
_CLIPPED = re.compile(
    r"rect\((\s*0[a-z]*[\s,]*){4}\)|inset\(\s*(50|[5-9]\d|100)%.*\)|scale\(\s*0\s*\)|opacity\(\s*0%?\s*\)"
)


def hides(style: Mapping[str, str]) -> bool:
    """Whether what is declared for an element hides it."""
    said = {name: value.strip().lower() for name, value in style.items()}
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or _share(said.get("opacity", "1")) < _FAINT
        or (
            said.get("overflow") in ("hidden", "clip")
            and any(_size(said, name) == 0 for name in ("height", "max-height", "width", "max-width"))
        )
        or any((_size(said, name) or 0.0) <= _FAR for name in _MOVES)
        or any(_CLIPPED.search(said.get(name, "")) for name in ("clip", "clip-path", "transform", "filter"))
    )


def _size(style: Mapping[str, str], name: str) -> float | None:
    return pixels(style.get(name, "").replace("%", "px"), 16.0)


def _share(said: str) -> float:
    found = pixels(said.replace("%", "px"), 1.0)
    return 1.0 if found is None else found / 100 if said.endswith("%") else found
