"""What a proof says, as sections of text: one content for the page and for the PDF. Knows no format.

Says only what the ledger and what it refers to say: a form, a purpose or an organisation that was changed or removed since
changes nothing here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from lxml import html

from nurture.domain.catalogue import in_language
from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.domain.errors import IllegalTransition
from nurture.engine.proof.material import Entry, Proof, WordingText
from nurture.engine.proof.texts import text


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, line by line."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that were shown or sent, as they were."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """To be typed as it stands."""

    text: str


Block = str | Facts | Quote | Code
"""A paragraph, or one of these."""


@dataclass(frozen=True, slots=True)
class Section:
    """``part``: a heading of its own; else one step within the part before it."""

    title: str
    blocks: Sequence[Block]
    part: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    language: str
    sections: Sequence[Section] = field(default_factory=list)


def document(proof: Proof, language: str, zone: ZoneInfo) -> Document:
    """``proof`` in words."""
    return Document(text("title", language), language, list(_Writer(proof, language, zone).sections()))


class _Writer:
    def __init__(self, proof: Proof, language: str, zone: ZoneInfo) -> None:
        self._proof, self._language, self._zone = proof, language, zone

    def sections(self) -> Iterator[Section]:
        yield Section(self._t("about"), [Facts(list(self._about())), self._t("intro")])
        yield Section(self._t("state"), [Facts(list(self._states())), self._t("state-note")])
        yield Section(self._t("wordings"), list(self._wordings()))
        yield Section(self._t("steps"), [self._t("steps-note")])
        yield from (self._step(entry) for entry in self._proof.entries)
        for name, raw in self._proof.mails.items():
            yield Section(self._t("mail", file=name), list(self._mail(raw)))
        for shown in self._proof.exhibits.values():
            kind = self._t(f"exhibit.{shown.kind}", default=shown.kind)
            yield Section(f"{kind} ({shown.file})", [Quote(_readable(shown.media_type, shown.body))])
        yield Section(self._t("verify"), list(self._verify()))

    # --- who and what -----------------------------------------------------------------------------------------------------

    def _about(self) -> Iterator[tuple[str, str]]:
        proof = self._proof
        yield self._t("person"), ", ".join(filter(None, (proof.name, proof.address)))
        yield self._t("controller"), _organisation(proof.controller, self._language)
        yield self._t("made"), f"{self._moment(proof.made_at)}"
        yield self._t("by"), proof.made_by.removeprefix("user:")
        yield self._t("entries"), str(len(proof.entries))
        yield self._t("subject"), "\n".join(proof.subjects)

    def _states(self) -> Iterator[tuple[str, str]]:
        """Where the entries lead; nothing else is asked."""
        found: dict[str, tuple[ConsentState, datetime]] = {}
        for entry in self._proof.entries:
            if entry.event in set(ConsentEvent):
                before, since = found.get(entry.purpose, (ConsentState.NONE, entry.at))
                try:
                    state = after(before, ConsentEvent(entry.event))
                except IllegalTransition:
                    continue
                found[entry.purpose] = (state, since if state is before else entry.at)
        for purpose, (state, since) in found.items():
            yield self._purpose(purpose), f"{self._t(f'state.{state}')}, {self._t('since')} {self._moment(since)}"

    def _wordings(self) -> Iterator[Block]:
        if not self._proof.wordings:
            yield self._t("no-wording")
        agreed = {entry.evidence.get("wording") for entry in self._proof.entries}
        for id_, wording in self._proof.wordings.items():
            yield Facts(
                [
                    (self._t("purpose"), self._purpose(wording.purpose)),
                    (self._t("agreed"), self._t("yes" if id_ in agreed else "offered-only")),
                    (self._t("version"), f"{wording.version} ({wording.language})"),
                    ("SHA-256", id_),
                ]
            )
            yield Quote(wording.text)

    # --- steps ------------------------------------------------------------------------------------------------------------

    def _step(self, entry: Entry) -> Section:
        what = self._t(f"event.{entry.event}", default=entry.event)
        purpose = f" – {self._purpose(entry.purpose)}" if entry.purpose else ""
        title = self._t("entry", number=str(entry.number), what=what) + purpose
        blocks: list[Block] = [Facts([(self._t("when"), self._moment(entry.at)), *self._told(entry), *self._hashes(entry)])]
        if entry.redacted is not None:
            blocks.insert(0, self._t("removed", number=str(entry.redacted)))
        if later := entry.evidence.get("chained_later"):
            blocks.insert(0, self._t("chained-later", at=str(later)))
        return Section(title, blocks, part=False)

    def _told(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Everything the evidence says, known by name or not."""
        for name, value in entry.evidence.items():
            if name not in ("salt", "chained_later", "titles") and value not in (None, "", [], {}):
                yield self._t(f"fact.{name}", default=name), self._value(name, value)
                if name == "offered":
                    left = [purpose for purpose in value if purpose not in entry.evidence.get("ticked", ())]
                    yield self._t("not-ticked"), "\n".join(map(self._purpose, left)) or "–"

    def _value(self, name: str, value: Any) -> str:
        if name == "wording":
            known = self._proof.wordings.get(value)
            return f"{self._named(known)}\n{value}" if known else str(value)
        if name == "offered" and isinstance(value, Mapping):
            return "\n".join(self._purpose(purpose) for purpose in value)
        if name == "ticked" and isinstance(value, list):
            return "\n".join(self._purpose(purpose) for purpose in value)
        if name in ("shown", "controller") and (shown := self._proof.exhibits.get(value)):
            return f"{shown.file}\n{value}"
        if isinstance(value, bool):
            return self._t("yes" if value else "no")
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _hashes(self, entry: Entry) -> Iterator[tuple[str, str]]:
        yield self._t("content"), entry.content
        yield self._t("own-previous"), entry.own_previous
        yield self._t("hash"), entry.hash

    # --- what was sent ----------------------------------------------------------------------------------------------------

    def _mail(self, raw: bytes) -> Iterator[Block]:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - the policy makes such
        names = ("From", "To", "Subject", "Date", "Message-ID")
        yield Facts([(name, str(mail[name])) for name in names if mail[name]])
        body = mail.get_body(("plain", "html"))
        if body is not None:
            yield Quote(str(body.get_content()).strip())

    def _verify(self) -> Iterator[Block]:
        yield self._t("verify-how")
        yield Code("python3 verify.py")
        yield self._t("verify-what")
        end = self._proof.end
        yield Facts(
            [(self._t("end"), f"{end['number']}"), (self._t("hash"), str(end["hash"])), (self._t("seal"), str(end["seal"]))]
        )
        yield self._t("law")

    # --- words ------------------------------------------------------------------------------------------------------------

    def _purpose(self, purpose: str) -> str:
        """As it was called when it was asked."""
        titles = (entry.evidence.get("titles", {}).get(purpose) for entry in self._proof.entries)
        title = next(filter(None, titles), None)
        return f"{title} ({purpose})" if title else purpose

    def _named(self, wording: WordingText) -> str:
        return self._t("wording-named", version=wording.version, spoken=wording.language)

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        utc = moment.astimezone(ZoneInfo("UTC"))
        return f"{local:{self._t('clock')}} {local.tzname()} ({utc:%Y-%m-%d %H:%M:%S} UTC)"

    def _t(self, key: str, *, default: str | None = None, **places: str) -> str:
        return text(key, self._language, default=default, **places)


def _organisation(body: str, language: str) -> str:
    """The controller as it named itself then."""
    said = json.loads(body)
    country = said.get("country", {})
    lines = (
        said.get("company") or said.get("name"),
        said.get("street"),
        f"{said.get('postal_code', '')} {said.get('city', '')}, {in_language(country, language) if country else ''}",
        ", ".join(filter(None, (said.get("register"), said.get("vat_id")))),
        ", ".join(filter(None, (said.get("email"), said.get("phone")))),
    )
    return "\n".join(filter(None, lines))


_BLOCKS = {"p", "h1", "h2", "h3", "li", "div", "label", "legend", "dt", "dd", "option", "button", "br", "fieldset"}
_TICK = re.compile(r"[ \t\xa0]+")


def _readable(media_type: str, body: str) -> str:
    """A page as text: what stands in it, boxes as ☐, fields as ____."""
    if media_type != "text/html":
        return body
    root = html.fromstring(body)
    for unseen in root.xpath("//title | //*[@aria-hidden='true'] | //svg"):
        unseen.drop_tree()
    for box in root.iter("input", "textarea", "select"):
        ticked = "☑" if box.get("checked") is not None else "☐"
        box.tail = f"{ticked if box.get('type') == 'checkbox' else '________'} {(box.tail or '').lstrip()}"
    for element in root.iter():
        if element.tag in _BLOCKS:
            element.tail = f"\n{element.tail or ''}"
            element.text = f"\n{element.text or ''}" if element.tag == "div" else element.text
    lines = (_TICK.sub(" ", line).strip() for line in root.text_content().splitlines())
    return "\n".join(line for line in lines if line)
