"""What the linter says of every mail of a publication, as it would be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes

from nurture.domain.errors import NurtureError, TemplateFault
from nurture.domain.message import MessageKind
from nurture.domain.organisation import Imprint
from nurture.engine.publication import Publication
from nurture.engine.specimens import LONGEST, PUBLIC_URL, USUAL, Example, Reader, Writer
from nurture.mail.environment import HTML
from nurture.mail.library import Template
from nurture.mail.lint import RULES, Finding, Specimen, Verdict, lint, unlawful, verdicts

_FOLDER = "mail_templates"


def check_mails(publication: Publication) -> list[Verdict]:
    """Every finding once, errors first. About 3 s for a hundred letters."""
    return verdicts(_findings(publication, (USUAL, LONGEST), lint))


def check_law(publication: Publication) -> list[Verdict]:
    """Where a mail breaks the law: imprint, link to unsubscribe, advertising in the opt-in mail. About 0.5 s."""
    found = verdicts(_findings(publication, (USUAL,), unlawful))
    return [verdict for verdict in found if verdict.finding.rule != RULES["written"].name]


def _findings(
    publication: Publication, readers: tuple[Reader, ...], judge: Callable[[Specimen], list[Finding]]
) -> Iterator[tuple[str, Finding]]:
    imprint = publication.definitions.organisation.imprint
    writer = Writer(publication)
    for template in publication.library.templates():
        told: list[Finding] = []
        for reader in readers:
            told = _together(told, _judged(writer, template, reader, imprint, judge))
        yield from ((template.name, replace(finding, file=f"{_FOLDER}/{finding.file}")) for finding in told)


def _together(told: list[Finding], found: list[Finding]) -> list[Finding]:
    """With what the next reader's letter adds: a rule that was broken before is told again only if it is worse now, and
    then instead."""
    worst = {finding.rule: finding.level for finding in sorted(told, key=lambda f: f.level, reverse=True)}
    news = [f for f in found if f.rule not in worst or f.level < worst[f.rule]]
    worse = {finding.rule for finding in news}
    return [finding for finding in told if finding.rule not in worse] + news


def _judged(
    writer: Writer, template: Template, reader: Reader, imprint: Imprint, judge: Callable[[Specimen], list[Finding]]
) -> list[Finding]:
    try:
        example = writer.write(template, reader)
    except TemplateFault as fault:
        return [replace(RULES["written"].broken(str(fault)), file=fault.template, line=fault.line)]
    except NurtureError as fault:
        return [replace(RULES["written"].broken(str(fault)), file=f"{template.name}{HTML}")]
    return judge(_specimen(example, imprint))


def _specimen(example: Example, imprint: Imprint) -> Specimen:
    outside = example.kind is not MessageKind.SALES
    return Specimen(
        letter=example.letter,
        size=len(example.raw),
        html_size=_html_size(example.raw),
        name=example.template.name,
        language=example.template.language,
        sources=example.template.sources,
        public_url=PUBLIC_URL,
        unsubscribe=example.unsubscribe,
        imprint=_facts(imprint) if outside else (),
        opt_in=example.kind is MessageKind.OPT_IN or example.template.cell == "preferences-link",
        longest=example.reader.longest,
    )


def _facts(imprint: Imprint) -> tuple[str, ...]:
    """What the law wants named (§ 5 DDG, § 35a GmbHG)."""
    said = (imprint.company, imprint.street, imprint.postal_code, imprint.city, imprint.register, imprint.vat_id)
    return tuple(filter(None, (*said, *imprint.represented_by, imprint.phone, imprint.email)))


def _html_size(raw: bytes) -> int:
    parts = (part for part in message_from_bytes(raw).walk() if part.get_content_type() == "text/html")
    return sum(len(part.get_payload(decode=True)) for part in parts)
