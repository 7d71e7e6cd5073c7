"""All checks, and which of them judge what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from nurture.mail.lint import addresses, frame, law, parts, pictures, programs, reading, subject
from nurture.mail.lint.finding import Finding
from nurture.mail.lint.page import Page
from nurture.mail.lint.places import placed
from nurture.mail.lint.specimen import Specimen

Check = Callable[[Page], Iterator[Finding]]

_ON_LENGTH: tuple[Check, ...] = (parts.size, subject.subject_length)
"""What may change with longer names."""

_LAW: tuple[Check, ...] = (law.imprint, law.unsubscribe, law.opt_in)
"""What no mail may leave without."""

_ALL: tuple[Check, ...] = (
    *_LAW,
    *_ON_LENGTH,
    parts.text_part,
    parts.text_links,
    parts.text_lines,
    frame.markup,
    frame.language,
    frame.title,
    frame.head,
    frame.tables,
    frame.container,
    frame.forbidden,
    frame.inline,
    pictures.images,
    pictures.image_text,
    reading.contrasts,
    reading.text_sizes,
    reading.links,
    reading.headings,
    reading.buttons,
    addresses.addresses,
    subject.subject_signs,
    subject.preheader,
    subject.hidden_text,
    subject.spam_words,
    programs.elements,
    programs.style_blocks,
)


def lint(specimen: Specimen) -> list[Finding]:
    """Everything wrong with a letter, each thing once, with its place in the templates."""
    return _found(specimen, _ON_LENGTH if specimen.longest else _ALL)


def unlawful(specimen: Specimen) -> list[Finding]:
    """What the law wants in this letter and is not there, or does not want and is there."""
    return _found(specimen, _LAW)


def _found(specimen: Specimen, checks: tuple[Check, ...]) -> list[Finding]:
    page = Page(specimen)
    found = [placed(finding, specimen) for check in checks for finding in check(page)]
    return list(dict.fromkeys(replace(finding, needles=(), spot=None) for finding in found))
