"""A mailbox on this machine instead of a mail server: one .eml file per mail, to be read on a page or with any program.

    <folder>/2026-03-02/090000-<32 hex digits>.eml      day and time of the mail's Date (UTC), hash of its Message-ID

The folders by day keep a page of the newest mails cheap however many there are. Files appear whole or not at all, and a
mail that is delivered twice is there once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from nurture.delivery.outcome import Kind, Outcome, Phase
from nurture.delivery.transport import Parcel, Work, carry_together
from nurture.domain.errors import NotFound

_NAME = re.compile(r"\d{4}-\d\d-\d\d/\d{6}-[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{32}")
_DATE = re.compile(rb"^Date: (.+?)\r?$", re.MULTILINE | re.IGNORECASE)
_HEAD = 16_384
"""Headers longer than this are not shown in the list."""
_SEARCHED = 5_000
"""How many of the newest mails a search looks through."""


@dataclass(frozen=True, slots=True)
class MailSummary:
    """One line of the mailbox. ``kind``: 'nurture' (can be unsubscribed from) or 'service'."""

    id: str
    at: datetime | None
    sender: str
    recipient: str
    subject: str
    kind: str
    header_id: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mails, newest first. ``more``: whether there are older ones."""

    mails: tuple[MailSummary, ...]
    more: bool


class MailboxTransport:
    """Delivers into ``folder``."""

    name = "mailbox"
    idempotent = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def carry(self, work: Work) -> None:
        carry_together(work, self.keep)

    def keep(self, parcel: Parcel) -> Outcome:
        """Write the mail down."""
        path = _path_of(self.folder, parcel)
        try:
            _write_whole(path, parcel.raw)
        except OSError as error:
            # as with an unreachable server: full or missing disks are nobody's fault and pass
            return Outcome(Kind.DEFERRED, Phase.CONNECT, f"the mailbox folder {self.folder} cannot be written: {error}")
        return Outcome(Kind.ACCEPTED, Phase.ANSWER, f"in the mailbox as {path.parent.name}/{path.stem}")

    def list_mails(self, offset: int = 0, limit: int = 50, search: str = "") -> MailPage:
        """``limit`` mails after the ``offset`` newest; with ``search``, those with it in recipient or subject.

        Costs a look at the folders of the days shown and at the heads of the mails shown.
        """
        found: Iterator[MailSummary] = map(self._summary, _newest_first(self.folder))
        if wanted := search.casefold().strip():
            found = (m for m in islice(found, _SEARCHED) if wanted in f"{m.recipient} {m.subject}".casefold())
        mails = tuple(islice(found, offset, offset + limit + 1))
        return MailPage(mails[:limit], len(mails) > limit)

    def read_mail(self, mail: str) -> bytes:
        """The bytes of the mail with this id. Raises NotFound."""
        path = self.folder / f"{mail}.eml"
        if not _NAME.fullmatch(mail) or not path.is_file():
            raise NotFound("mail", mail)
        return path.read_bytes()

    def forget(self, header_ids: Iterable[str]) -> int:
        """Delete the mails with these Message-IDs, half-written ones included. Returns how many files went."""
        wanted = {_hash(header_id) for header_id in header_ids}
        days = [day for day in self.folder.iterdir() if day.is_dir()] if wanted and self.folder.is_dir() else []
        doomed = [file for day in days for file in day.iterdir() if wanted & set(_HASH.findall(file.name))]
        for file in doomed:
            file.unlink(missing_ok=True)
        return len(doomed)

    def _summary(self, path: Path) -> MailSummary:
        with path.open("rb") as file:
            head = file.read(_HEAD).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        message = BytesHeaderParser(policy=policy.default).parsebytes(head)
        return MailSummary(
            id=f"{path.parent.name}/{path.stem}",
            at=_date_of(head),
            sender=str(message.get("From", "")),
            recipient=str(message.get("To", "")),
            subject=str(message.get("Subject", "")),
            kind="nurture" if "List-Unsubscribe" in message else "service",
            header_id=str(message.get("Message-ID", "")).strip(),
        )


def _newest_first(folder: Path) -> Iterator[Path]:
    """All mails; reads one day's folder at a time."""
    if not folder.is_dir():
        return
    for day in sorted((d for d in folder.iterdir() if d.is_dir()), reverse=True):
        yield from sorted(day.glob("*.eml"), reverse=True)


def _date_of(raw: bytes) -> datetime | None:
    found = _DATE.search(raw.partition(b"\r\n\r\n")[0])
    if found is None:
        return None
    try:
        moment = parsedate_to_datetime(found[1].decode("ascii", "replace"))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _path_of(folder: Path, parcel: Parcel) -> Path:
    at = _date_of(parcel.raw) or datetime.fromtimestamp(0, UTC)
    return folder / f"{at:%Y-%m-%d}" / f"{at:%H%M%S}-{_hash(parcel.header_id)}.eml"


def _hash(header_id: str) -> str:
    return sha256(header_id.encode()).hexdigest()[:32]


def _write_whole(path: Path, raw: bytes) -> None:
    """The file appears whole or not at all, and survives a power failure. Writing it again changes nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # dot files are never listed; one per process, so that two never write into the same
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
