"""Colours and their contrast (WCAG 2), lengths in pixels."""

from __future__ import annotations

import re
from functools import lru_cache

import tinycss2
from tinycss2.color3 import parse_color

Colour = tuple[float, float, float]
"""Red, green, blue from 0 to 1."""

WHITE, BLACK, LINK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.0, 0.0, 238 / 255)


@lru_cache(maxsize=1024)
def colour(text: str) -> tuple[Colour, float] | None:
    """The colour and its opacity; None: none that could be computed."""
    found = parse_color(text)
    if found is None or isinstance(found, str):
        return None
    return (found.red, found.green, found.blue), found.alpha


@lru_cache(maxsize=1024)
def colour_within(text: str) -> str:
    """The colour in a shorthand such as ``background``, as it is written; '' if there is none."""
    for part in tinycss2.parse_component_value_list(text):
        if part.type in ("ident", "hash", "function") and colour(part.serialize()) is not None:
            return str(part.serialize())
    return ""


def over(above: tuple[Colour, float], below: Colour) -> Colour:
    """What is seen of a colour with its opacity over another."""
    (r, g, b), a = above
    return r * a + below[0] * (1 - a), g * a + below[1] * (1 - a), b * a + below[2] * (1 - a)


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(of: Colour) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4) for c in of)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def written(of: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in of)


_LENGTH = re.compile(r"(-?[\d.]+)(px|pt|em|rem|%)?")
_WORDS = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0}


def pixels(text: str, around: float) -> float | None:
    """A length in pixels; ``around``: what 1em or 100% is."""
    if text in _WORDS:
        return _WORDS[text]
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    units = {"px": 1.0, "pt": 4 / 3, "em": around, "rem": 16.0, "%": around / 100, None: 1.0}
    return float(found[1]) * units[found[2]]
