"""Mail templates on disk -> a library of compiled templates, each a version that can be made again from its sources.

    <mail>/<cell>/<language>.html.j2 and .txt.j2     a nurture mail; <cell> such as it-management/b1 or any/any
    service/<name>/<language>.html.j2 and .txt.j2    a service mail: opt-in, dossier, handoff-…
    layout/…                                         what they extend and import

Reports every fault of every file at once. Knows nothing of campaigns and of who reads the mails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path

import jinja2
from jinja2 import nodes

from nurture.domain.errors import DefinitionError, Fault, NotFound
from nurture.mail import analysis, legal
from nurture.mail.analysis import Link, Source
from nurture.mail.environment import HTML, TEXT, make_environment
from nurture.mail.folding import fold
from nurture.mail.plates import Press
from nurture.mail.structure import shape_faults, understands_references
from nurture.mail.vocabulary import LAYOUT, LINK_FUNCTIONS, RENDERED, SERVICE, SERVICE_MAILS, names_for

__all__ = ["Library", "Link", "Template", "compile_version", "load_library"]

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_LAYOUT_FOLDER = "layout/"
_WORTH_FOLDING = 100
"""Folding takes as long as it saves over about as many letters."""


@dataclass(frozen=True)
class Template:
    """One mail for one cell and language. ``version``: hash over ``sources``, every file both parts depend on."""

    version: str
    mail: str
    cell: str
    language: str
    sources: dict[str, str] = field(hash=False, repr=False)
    links: tuple[Link, ...]
    html: jinja2.Template = field(compare=False, repr=False)
    text: jinja2.Template = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """Where it lies below mail_templates/, without the endings."""
        return _stem(self.mail, self.cell, self.language)

    @cached_property
    def flat(self) -> Flat | None:
        """Both parts made for speed; None if that is not possible. They print what ``html`` and ``text`` print."""
        environment = self.html.environment
        html = fold(environment, self.name + HTML, self.sources, self.links)
        text = fold(environment, self.name + TEXT, self.sources, self.links, tuple(RENDERED))
        return Flat(html, text) if html and text else None

    @property
    def swift(self) -> Flat | None:
        """``flat``, once so many letters are asked for that making it is worth its time."""
        return self.flat if next(self._asked) > _WORTH_FOLDING else None

    @cached_property
    def _asked(self) -> Iterator[int]:
        return count(1)

    @cached_property
    def press(self) -> Press:
        """Where its plates are made."""
        return Press(self.html.environment, self.name, self.sources, self.links)

    @cached_property
    def references(self) -> bool:
        """Whether its html may spell what is beyond ASCII as character references, which not every place understands."""
        return all(understands_references(text) for name, text in self.sources.items() if name.endswith(HTML))


@dataclass(frozen=True)
class Flat:
    """A mail's two parts, folded (see ``folding``)."""

    html: jinja2.Template
    text: jinja2.Template


class Library:
    """All current templates."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._by_place = {(t.mail, t.cell, t.language): t for t in templates}

    def find(self, mail: str, cells: Sequence[str], language: str) -> Template | None:
        """The template of the first cell that has one in ``language``."""
        found = (self._by_place.get((mail, cell, language)) for cell in cells)
        return next((template for template in found if template is not None), None)

    def service(self, name: str, language: str) -> Template:
        """The service mail ``name``. Raises NotFound."""
        template = self._by_place.get((SERVICE, name, language))
        if template is None:
            raise NotFound("service mail", f"{name} in {language}")
        return template

    def mails(self) -> tuple[str, ...]:
        """The names of all nurture mails."""
        return tuple(sorted({mail for mail, _, _ in self._by_place if mail != SERVICE}))

    def templates(self) -> tuple[Template, ...]:
        """Every template, service mails included, in the order of their places."""
        return tuple(self._by_place[place] for place in sorted(self._by_place))


def load_library(folder: Path) -> Library:
    """Read, check and compile everything below ``folder``. Raises DefinitionError with every fault of every file."""
    texts, faults = _read(folder)
    environment = make_environment(texts)
    files: dict[str, Source] = {}
    for name, text in texts.items():
        parsed = _parse(environment, name, text)
        if isinstance(parsed, Fault):
            faults.append(parsed)
        else:
            files[name] = parsed
    places = _places(texts)
    faults += _faults(environment, texts, files) + list(_missing_parts(places)) + list(_missing_services(places))
    if faults:
        raise DefinitionError([replace(fault, file=f"{folder.name}/{fault.file}") for fault in _distinct(faults)])
    return Library(_template(environment, files, *place) for place in sorted(places))


def compile_version(mail: str, cell: str, language: str, sources: Mapping[str, str]) -> Template:
    """The template of an older version from its stored sources. Raises DefinitionError if they no longer compile."""
    environment = make_environment(sources)
    parsed = [_parse(environment, name, text) for name, text in sources.items()]
    faults = [outcome for outcome in parsed if isinstance(outcome, Fault)]
    if faults:
        raise DefinitionError(faults)
    return _template(environment, {s.name: s for s in parsed if isinstance(s, Source)}, mail, cell, language)


def _read(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or any(part.startswith(".") for part in Path(name).parts) or path.name.startswith("README"):
            continue
        outcome = _misplaced(name) or _text(path, name)
        if isinstance(outcome, Fault):
            faults.append(outcome)
        else:
            texts[name] = outcome
    return texts, faults


def _text(path: Path, name: str) -> str | Fault:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return Fault(name, line, 1, "", "this is not UTF-8; save the file as UTF-8")
    except OSError as error:
        return Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")
    control = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if control is None:
        return text
    line = text.count("\n", 0, control.start()) + 1
    return Fault(
        name, line, control.start() - text.rfind("\n", 0, control.start()), "", "there is a control character here"
    )


def _misplaced(name: str) -> Fault | None:
    if not name.endswith((HTML, TEXT)):
        return Fault(name, 0, 0, "", f"not a template; their names end in {HTML} or {TEXT}")
    if name.startswith(_LAYOUT_FOLDER):
        return None
    parts = name.split("/")
    if len(parts) < 3 or not _LANGUAGE.fullmatch(parts[-1].split(".")[0]) or parts[-1].count(".") != 2:
        return Fault(name, 0, 0, "", "expected <mail>/<cell>/<language>.html.j2, such as welcome/any/any/de.html.j2")
    return None


def _parse(environment: jinja2.Environment, name: str, text: str) -> Source | Fault:
    try:
        environment.get_template(name)
        return Source(name, text, _tree(name, text))
    except jinja2.TemplateSyntaxError as error:
        return analysis.syntax_fault(name, text, error)


@lru_cache(maxsize=1024)
def _tree(name: str, text: str) -> nodes.Template:
    """A file's syntax tree, for reading alone: never to be compiled, since that changes it."""
    return make_environment({}).parse(text, name)


def _places(names: Iterable[str]) -> dict[tuple[str, str, str], set[str]]:
    """(mail, cell, language) -> the endings it has files for."""
    places: dict[tuple[str, str, str], set[str]] = {}
    for name in names:
        if not name.startswith(_LAYOUT_FOLDER):
            places.setdefault(_place(name), set()).add(HTML if name.endswith(HTML) else TEXT)
    return places


def _place(name: str) -> tuple[str, str, str]:
    mail, _, rest = name.partition("/")
    cell, _, file = rest.rpartition("/")
    return mail, cell, file.split(".")[0]


def _faults(environment: jinja2.Environment, texts: Mapping[str, str], files: Mapping[str, Source]) -> list[Fault]:
    found: list[Fault] = []
    for source in files.values():
        found += analysis.filter_faults(source, environment)
        found += analysis.macro_faults(source, files)
        found += analysis.reference_faults(source, texts.keys())
        if source.name.startswith(_LAYOUT_FOLDER):
            found += analysis.name_faults(source, LAYOUT, ())
            found += legal.layout_faults(source, files)
            continue
        mail, cell, _ = _place(source.name)
        names = {**names_for(mail, cell), **(RENDERED if source.name.endswith(HTML) else {})}
        found += analysis.name_faults(source, names, () if mail == SERVICE else LINK_FUNCTIONS)
        found += () if mail == SERVICE else analysis.link_faults(source)
        found += shape_faults(source, mail, files)
        found += legal.footer_faults(source)
    return found


def _missing_parts(places: Mapping[tuple[str, str, str], set[str]]) -> Iterator[Fault]:
    for place, endings in places.items():
        for ending in {HTML, TEXT} - endings:
            there = _stem(*place) + next(iter(endings))
            yield Fault(there, 0, 0, "", f"its other part is missing: {_stem(*place)}{ending}")


def _missing_services(places: Mapping[tuple[str, str, str], set[str]]) -> Iterator[Fault]:
    languages = sorted({language for _, _, language in places})
    for name in SERVICE_MAILS:
        for language in languages:
            if (SERVICE, name, language) not in places:
                yield Fault(
                    _stem(SERVICE, name, language) + HTML, 0, 0, "", f"the mail '{name}' is missing in '{language}'"
                )


def _template(
    environment: jinja2.Environment, files: Mapping[str, Source], mail: str, cell: str, language: str
) -> Template:
    stem = _stem(mail, cell, language)
    html, text = files[stem + HTML], files[stem + TEXT]
    sources = {source.name: source.text for source in _closure((html, text), files)}
    return Template(
        version=_version(mail, cell, language, sources),
        mail=mail,
        cell=cell,
        language=language,
        sources=sources,
        links=analysis.links_of((html, text)),
        html=environment.get_template(html.name),
        text=environment.get_template(text.name),
    )


def _closure(start: Iterable[Source], files: Mapping[str, Source]) -> list[Source]:
    """``start`` and every file they need, directly or not, by name."""
    found: dict[str, Source] = {}
    waiting = list(start)
    while waiting:
        source = waiting.pop()
        if source.name not in found:
            found[source.name] = source
            waiting += [files[name] for name in source.needs]
    return [found[name] for name in sorted(found)]


def _version(mail: str, cell: str, language: str, sources: Mapping[str, str]) -> str:
    content = json.dumps([mail, cell, language, sorted(sources.items())], ensure_ascii=True, separators=(",", ":"))
    return sha256(content.encode("ascii")).hexdigest()


def _stem(mail: str, cell: str, language: str) -> str:
    return f"{mail}/{cell}/{language}"


def _distinct(faults: Iterable[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))
