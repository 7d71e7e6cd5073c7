"""One thing that came back, however it came: a mail, or an event a provider reported.

Reads only; what it belongs to is found in ``returns_match.py``, what follows in ``returns_policy.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from nurture.delivery.returned import Report, read
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a report is about, and what it says of that address. ``words``: the server's. ``original``: the address that
    was forwarded to it, '' if that is not told. ``action``: of RFC 3464, '' where nothing but a failure is told."""

    address: str
    failure: Failure | None = None
    status: str = ""
    words: str = ""
    original: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """``digest`` makes it one. ``addresses``: whom it was sent to; one may be our token. ``mentioned``: what looks like a
    token of ours within it (return path of the mail inside). ``header_ids``: perhaps of our mail, best first.

    ``sender``: who wrote it (replies). ``left``: it says that its writer left the company. ``stops``: it asks for no
    more mail. ``vouched``: its source proved who it is, so that an address alone is believed.
    """

    digest: str
    source: str
    kind: ReturnKind
    subject: str
    said: str
    raw: bytes
    recipients: tuple[Recipient, ...] = ()
    addresses: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    envelope_id: str = ""
    header_ids: tuple[str, ...] = ()
    sender: str = ""
    left: bool = False
    stops: bool = False
    vouched: bool = False


_LOOKED_AT = 400_000
_TOKEN = re.compile(rb"\bb\+[a-z2-7]{16,62}@[A-Za-z0-9.-]{1,255}", re.IGNORECASE)


def from_mail(raw: bytes, source: str, to: str | None) -> Came:
    """A returned mail. ``to``: whom the envelope named, where the source knows."""
    report = read(raw)
    looked_at = b"\n".join(((to or "").encode("utf-8", "replace"), raw[:_LOOKED_AT]))
    tokens = tuple(dict.fromkeys(found.decode("ascii") for found in _TOKEN.findall(looked_at)[:20]))
    return Came(
        digest=digest_of(raw, report, tokens),
        source=source,
        kind=report.means,
        subject=clean(report.subject),
        said=clean(report.said),
        raw=raw,
        recipients=tuple(_recipients(report)),
        addresses=tuple(dict.fromkeys((*([to] if to else ()), *report.return_paths))),
        mentioned=tokens,
        envelope_id=clean(report.envelope_id),
        header_ids=tuple(dict.fromkeys(_bracketed(id_) for id_ in (report.message_id, *report.references) if id_)),
        sender=clean(report.sender),
        left=report.left,
        stops=report.stops,
    )


def knowing(came: Came, ours: str) -> Came:
    """The same mail, read by somebody who knows the subject of the mail it answers: who repeats that says nothing by it."""
    report = read(came.raw, ours)
    return replace(came, kind=report.means, said=clean(report.said), left=report.left, stops=report.stops)


def digest_of(raw: bytes, report: Report, tokens: Sequence[str]) -> str:
    """The same for the same mail, whichever way and however often it comes: its Message-ID and its body.

    Some servers give no Message-ID and say the same of everybody: then the return path in it (``tokens``) tells them apart.
    """
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1].replace(b"\r\n", b"\n").rstrip()
    name = report.own_id or "|".join((report.sender, report.subject, *sorted({token.lower() for token in tokens})))
    return sha256(name.encode("utf-8", "replace") + b"\0" + body).hexdigest()


def _recipients(report: Report) -> Iterator[Recipient]:
    for failed in report.reports:
        said = failed.status or "", clean(failed.diagnostic)
        failure = failed.failure if failed.action == "failed" else None
        yield Recipient(clean(failed.recipient), failure, *said, clean(failed.original), failed.action)
    if report.complaint is not None:
        for address in report.complaint.recipients:
            yield Recipient(clean(address), words=f"feedback: {clean(report.complaint.feedback_type)}")


def _bracketed(id_: str) -> str:
    return f"<{id_.strip().strip('<>')}>"


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """What any database takes and any terminal shows: no control characters but ends of lines, no half characters."""
    return _CONTROLS.sub("", text).encode("utf-8", "replace").decode("utf-8")
