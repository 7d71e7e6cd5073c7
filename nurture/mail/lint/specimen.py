"""One letter to be judged, with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.mail.render import Letter


@dataclass(frozen=True, slots=True)
class Specimen:
    """``sources``: the files it was made from. ``longest``: written with the longest values there may be, so that only
    what depends on length is judged. ``size``: octets of the whole mail; ``html_size``: of its html as it travels (a letter
    may be written in character references), 0 for as it stands here. ``unsubscribe``: the reader's address for it, in
    a nurture mail. ``imprint``: what must stand in it in so many words. ``public_url``: where our own links lead."""

    letter: Letter
    size: int
    name: str
    language: str
    sources: Mapping[str, str] = field(repr=False)
    public_url: str = ""
    unsubscribe: str | None = None
    imprint: tuple[str, ...] = ()
    opt_in: bool = False
    html_size: int = 0
    longest: bool = False
