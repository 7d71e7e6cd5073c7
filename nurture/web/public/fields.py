"""A form of the definitions as fields of a page, and what came back from one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Request

from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.domain.form import Form
from nurture.engine.submission import choices

HONEYPOT = "contact_url"
"""A field no person sees; who fills it in is a program."""
CONSENT = "consent"
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the page shows it."""

    name: str
    kind: str
    label: str
    hint: str
    required: bool
    autocomplete: str
    max_length: int
    options: tuple[tuple[str, str], ...]
    value: str
    problem: str

    @property
    def id(self) -> str:
        return f"field-{self.name}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back. Strings only, so that it can be shown again as it was typed."""

    values: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[str] = frozenset()
    source: str | None = None


def read(request: Request, form: Form) -> Typed:
    """The fields of ``form`` in ``request``; whatever else was sent is ignored."""
    return Typed(
        {f.name: request.form.get(f.name, "")[:LONGEST] for f in form.fields},
        frozenset(request.form.getlist(CONSENT)) & frozenset(form.purposes),
        source(request),
    )


def source(request: Request) -> str | None:
    """Where the visitor came from, as the link to the page says: ``source``, else ``utm_source``; plain names only."""
    for name in ("source", "utm_source"):
        said = request.args.get(name) or request.form.get(name) or ""
        if plain(said):
            return said
    return None


def plain(said: str) -> str | None:
    """``said`` if it is a plain name."""
    return said if _SOURCE.fullmatch(said) else None


def shown(
    definitions: Definitions, form: Form, language: str, values: Mapping[str, str], problems: Mapping[str, str]
) -> list[Shown]:
    """The fields of ``form`` with what was typed and what is wrong with it."""
    return [
        Shown(
            name=f.name,
            kind=f.kind.value,
            label=in_language(f.label, language),
            hint=in_language(f.hint, language) if f.hint else "",
            required=f.required,
            autocomplete=f.autocomplete,
            max_length=f.max_length,
            options=tuple((v, in_language(t, language)) for v, t in choices(definitions, form, f).items()),
            value=values.get(f.name, ""),
            problem=problems.get(f.name, ""),
        )
        for f in form.fields
    ]
