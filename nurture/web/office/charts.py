"""Small drawings as SVG paths: bars over time and shares of a whole. Knows numbers only; colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.breaker import Figures

PARTS = ("accepted", "deferred", "refused")
"""From the bottom to the top, also the names of the classes that give them their colours."""


@dataclass(frozen=True, slots=True)
class Bars:
    """``paths``: part -> what to draw, in a box of ``width`` by ``height``. ``most``: what the highest bar stands for."""

    width: int
    height: int
    paths: Mapping[str, str]
    most: int


def parts(figures: Figures) -> tuple[int, int, int]:
    """In the order of PARTS."""
    return figures.accepted, figures.deferred, figures.refused


def bars(series: Sequence[Figures], height: int, *, most: int = 0) -> Bars:
    """One bar per minute, four wide with its gap. ``most``: what the whole height stands for; 0: the highest bar."""
    top = max(most, *(sum(parts(f)) for f in series), 1)
    paths = dict.fromkeys(PARTS, "")
    for i, figures in enumerate(series):
        ground = float(height)
        for name, number in zip(PARTS, parts(figures), strict=True):
            if number:
                tall = max(1.0, number / top * height)
                paths[name] += f"M{i * 4} {ground:.1f}h3v-{tall:.1f}h-3z"
                ground -= tall
    return Bars(len(series) * 4, height, paths, top)


def shares(figures: Figures) -> list[tuple[str, float, float]]:
    """(part, where it begins, how wide it is) of a strip that is 100 wide and stands for all tries.

    A part that is there can be seen; what ended without an answer is left blank.
    """
    numbers = (*parts(figures), figures.unknown)
    if not (whole := sum(numbers)):
        return []
    wide = [max(1.5, number / whole * 100) if number else 0.0 for number in numbers]
    scale, begin, strip = 100 / sum(wide), 0.0, []
    for name, width in zip(PARTS, wide[:-1], strict=True):
        if width:
            strip.append((name, round(begin, 2), round(width * scale, 2)))
            begin += width * scale
    return strip
