"""Colours and their contrast (WCAG 2), lengths in pixels."""

from __future__ import annotations

from functools import lru_cache

import tinycss2
from tinycss2.color4 import parse_color

Colour = tuple[float, float, float]
"""Red, green, blue from 0 to 1."""

WHITE, BLACK, LINK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.0, 0.0, 238 / 255)


@lru_cache(maxsize=1024)
def colour(text: str) -> tuple[Colour, float] | None:
    """The colour and its opacity; None: none that could be computed."""
    found = parse_color(text)
    if found is None or isinstance(found, str):
        return None
    try:
        shown = found.to("srgb")
    except NotImplementedError:  # lab and its kin, which no mail program knows
        return None
    r, g, b = (min(1.0, max(0.0, part or 0.0)) for part in shown.coordinates)
    return (r, g, b), float(found.alpha)


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


_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "rem": 16.0}
_WORDS = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0}


def pixels(text: str, around: float) -> float | None:
    """A length in pixels; ``around``: what 1em or 100% is. None: none that could be computed."""
    found = tinycss2.parse_one_component_value(text, skip_comments=True)
    if found.type == "ident":
        return _WORDS.get(found.lower_value)
    if found.type not in ("number", "dimension", "percentage"):
        return None
    unit = {"number": "px", "percentage": "%"}.get(found.type) or found.lower_unit
    sizes = {**_UNITS, "em": around, "ex": around / 2, "%": around / 100}
    return float(found.value) * sizes[unit] if unit in sizes else None
