"""People whose traces are looked for: told apart by strings that stand nowhere else."""

from __future__ import annotations

import base64
import json
import quopri
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from stories.world import Mail, World

from nurture.delivery import MailboxTransport, MemoryTransport, Outcome, Parcel
from nurture.engine import link_pages, links, opt_in, registration
from nurture.engine.returns import take_in
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor
from nurture.store.schema import Base, Message


@dataclass(frozen=True)
class Someone:
    """``first`` and ``last`` have umlauts; ``wish`` is a free answer."""

    address: str
    first: str
    last: str
    company: str
    phone: str
    ip: str
    agent: str
    wish: str

    @property
    def strings(self) -> tuple[str, ...]:
        """Everything that must not be found of this person."""
        return (self.address, self.address.partition("@")[0], self.first, self.last, self.company, self.phone, self.ip,
                self.agent, self.wish)  # fmt: skip

    @property
    def visitor(self) -> Visitor:
        return Visitor(
            ip=self.ip, user_agent=self.agent, method="POST", page_url=f"https://nurture.example/f/x?ref={self.last}"
        )


ZDENKA = Someone("zdenka.quittenbaum@quitte-anlagen.example", "Zdenkaö", "Quittenbaumß", "Quitte Anlagen OHG", "+49 231 7766554",
                 "198.51.100.231", "Mozilla/5.0 (X11; ZdenkaOS 17.3) Quux/99.1", "Bitte nur freitags wegen der Äquatortaufe")  # fmt: skip
OTTO = Someone("otto.plumeyer@plumeyer-werke.example", "Ottokar", "Plumeyer", "Plumeyer Werke KG", "+49 511 1212129",
               "192.0.2.44", "Mozilla/5.0 (Macintosh; PlumOS 4) Quux/12.0", "Bitte erst nach der Inventur")  # fmt: skip


class Kept(MemoryTransport):
    """Delivers into memory, for the story, and into a local mailbox."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.box = MailboxTransport(folder)

    def keep(self, parcel: Parcel) -> Outcome:
        self.box.keep(parcel)
        return super().keep(parcel)


def lives(world: World, who: Someone) -> None:
    """Form, confirmation, click, download, answers, a wish for a call with its handoff, a reply."""
    mail = arrives(world, who)
    world.wait(minutes=4)
    seen = {"ip": who.ip, "agent": who.agent}
    url = world.click(mail, "topic:bottlenecks", **seen)
    world.wait(seconds=40)
    page = link_pages.topic_page(world.rt, url.rpartition("/t/")[2], world.now)
    world.download(next(a for content, a in page.items if content.id == "checkliste-engpass"), **seen)
    wishes_a_call(world, who, mail)
    reply = (
        f"From: {who.first} {who.last} <{who.address}>\nTo: hello@nurture.example\nSubject: Re: {mail.subject}\n"
        f"In-Reply-To: {mail.message['Message-ID']}\nMessage-ID: <r-{who.ip}@client.example>\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    ).encode() + quopri.encodestring(f"Hallo, {who.wish}. {who.first} {who.last}, {who.phone}\n".encode())
    take_in(world.rt, reply, "test", world.now)
    world.beat()


def arrives(world: World, who: Someone) -> Mail:
    told = {"email": who.address, "salutation": "ms", "first_name": who.first, "last_name": who.last, "company": who.company,
            "function": "production-planning"}  # fmt: skip
    sent = Submission("whitepaper-feinplanung", "de", told, frozenset({"nurture", "tracking"}), None)
    registration.register(world.rt, sent, who.visitor, world.now)
    world.beat()
    world.wait(minutes=7)
    opt_in.confirm(world.rt, world.opt_in_mail(who.address).tokens("/c/")[0], who.visitor, world.now)
    world.beat()
    return world.to(who.address)[-1]


def wishes_a_call(world: World, who: Someone, mail: Mail) -> None:
    (row,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    token = links.signed_url(world.rt, "call", row.id).rpartition("/")[2]
    link_pages.wish_call(world.rt, token, who.phone, who.wish, who.visitor, world.now)
    world.beat()


# --- looking everywhere -----------------------------------------------------------------------------------------------


def everything_stored(db: Engine, *folders: Path) -> Iterator[tuple[str, bytes]]:
    """(where, bytes): the database as a dump and as files, and every file below ``folders``."""
    with Session(db) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    yield f"{table.name}.{name}", _bytes(value)
    path = db.url.database
    if db.dialect.name == "sqlite" and path:
        for file in Path(path).parent.glob(Path(path).name + "*"):
            yield file.name, file.read_bytes()
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                yield str(file), file.name.encode() + file.read_bytes()


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str).encode()
    return str(value).encode()


def found(who: Someone, places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where anything of ``who`` stands: as it is, in JSON, in hexadecimal, as quoted-printable or base64."""
    wanted = {s: set(_spellings(s)) for s in who.strings}
    hits = set()
    for where, raw in places:
        lower = raw.lower()
        for string, spellings in wanted.items():
            if any((s in raw) if exact else (s in lower) for s, exact in spellings):
                hits.add(f"{where}: {string}")
    return sorted(hits)


def _spellings(string: str) -> Iterator[tuple[bytes, bool]]:
    """(bytes, whether capitals matter)."""
    for text in {string, string.lower()}:
        raw = text.encode()
        yield raw.lower(), False
        yield json.dumps(text)[1:-1].encode().lower(), False
        yield raw.hex().encode(), False
        yield quopri.encodestring(raw).strip().lower(), False
        yield "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in text).encode().lower(), False
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw)
            yield coded[(0, 2, 3)[shift] : -4], True
