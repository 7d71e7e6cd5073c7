"""The order in which a returned mail is looked at; the first step that recognises it says what it is.

complaint      a feedback report (RFC 5965), Amazon's notification
auto-reply     marks of a responder, and nothing of a delivery report
bounce, …      delivery status (RFC 3464) -> X-Failed-Recipients -> flufl.bounce -> the text a server wrote
reply          a human
unclear        for the quarantine
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from nurture.delivery.returned import absence, amazon, dsn, feedback, foreign, human, machine, text
from nurture.delivery.returned.address import addresses_in, is_address, plain
from nurture.delivery.returned.mail import Mail, open_mail, opened_again
from nurture.delivery.returned.original import Original, ids_in, original_of
from nurture.delivery.returned.report import Failed, Report
from nurture.delivery.returned.stop import says_in_a_footer_only, says_plainly, wants_to_stop
from nurture.delivery.returned.verdict import Words, failed
from nurture.domain.failure_reason import folded
from nurture.domain.returns import ReturnKind

_MAX_RECIPIENTS = 200
_BY_ORIGINAL = "returned message"
_FIELDS = re.compile(r"^[ >]{0,4}(?:Reporting-MTA|Final-Recipient|Original-Recipient):", re.MULTILINE | re.IGNORECASE)


def read(raw: bytes, ours: str = "") -> Report:
    """What a returned mail says. Pure, bounded in time, and never raises, whatever the bytes.

    ``ours``: the subject of the mail that is answered, where that is known; who repeats it says nothing by it.
    """
    try:
        return _read(raw, ours)
    except Exception:  # noqa: BLE001 - one hostile mail must never stop the reading of all others
        return Report(ReturnKind.UNCLEAR, "it cannot be read")


def _read(raw: bytes, ours: str) -> Report:
    mail = open_mail(raw)
    report = _whole(mail, ours)
    within = _within(mail, report)
    return replace(within, return_paths=(*report.return_paths, *within.return_paths)) if within else report


def _whole(mail: Mail, ours: str = "") -> Report:
    original = original_of(mail)
    return _completed(_told(mail, original, ours), mail, original)


def _within(mail: Mail, report: Report) -> Report | None:
    """The report inside a server's mail that names nobody itself: gateways pass other servers' reports on like this."""
    named = any(one.recipient for one in report.reports) and report.found_by != _BY_ORIGINAL
    if named or report.kind is ReturnKind.COMPLAINT or not mail.inner or not machine.from_daemon(mail):
        return None
    inner = _whole(opened_again(mail.inner[0]))
    return inner if inner.kind in (ReturnKind.BOUNCE, ReturnKind.DELAYED, ReturnKind.COMPLAINT) else None


def _told(mail: Mail, original: Original, ours: str) -> Report:
    complaint = feedback.complaint_in(mail, original) or feedback.opt_out(mail)
    if complaint:
        return Report(ReturnKind.COMPLAINT, "feedback report", complaint=complaint)
    told = amazon.notification(mail.text)
    if told:
        return told
    if _asks_to_stop(mail, ours):
        return _written(ReturnKind.REPLY, "an answer that asks for no more mail", mail, ours)
    mark = machine.answers_by_itself(mail, ours)
    if mark and not _is_report(mail, original):
        if machine.from_daemon(mail):  # servers report, they never answer: these are words that nobody here knows
            return Report(ReturnKind.UNCLEAR, "a server's mail that names no failure")
        if machine.is_marked(mail, ours) and not machine.is_bulk(mail) and text.refuses_for_what_we_are(original.said):
            return _kept_back(mail, original)
        return _written(ReturnKind.AUTO_REPLY, mark, mail, ours)
    bounce = _bounce(mail, original)
    return _forwarded(bounce, original) if bounce else _no_bounce(mail, ours)


def _kept_back(mail: Mail, original: Original) -> Report:
    """A filter's notice to the sender. It blames us, not the recipient, so an alarm is all that follows."""
    words = Words(original.said, _subject(mail, original))
    named = text.recipients_in(original, _ours(mail))[:1] or [""]
    return Report(ReturnKind.BOUNCE, "filter's notice", tuple(_failed(address, "failed", words) for address in named))


_ADDRESS = r"[^\s<>()\"@]{1,100}@[^\s<>()\"@]{1,200}"
_FORWARDED = re.compile(
    rf"({_ADDRESS})>?\"?:?\s{{0,20}}\((?:generated|expanded|forwarded) from:? <?({_ADDRESS})>?\)", re.IGNORECASE
)


def _forwarded(report: Report, original: Original) -> Report:
    """With the address that a server says it forwarded from; that one has not failed itself."""
    pairs = {plain(to): plain(given) for to, given in _FORWARDED.findall(original.said[:20_000])}
    found = [one if one.original else replace(one, original=pairs.get(one.recipient, "")) for one in report.reports]
    sources = {one.original for one in found if one.original and one.original != one.recipient}
    return replace(report, reports=tuple(one for one in found if one.recipient not in sources) or tuple(found))


def _asks_to_stop(mail: Mail, ours: str) -> bool:
    """Whether it is an answer whose writer asks for no more mail: a human's, unless a responder says what it is."""
    if machine.is_marked(mail, ours) or not machine.may_be_a_humans_answer(mail):
        return False
    said, subject = human.own_words(mail.text), mail.header("subject")
    if machine.answers_by_itself(mail, ours) and says_in_a_footer_only(said):
        return wants_to_stop("", subject, ours)
    return wants_to_stop(said, subject, ours)


def _is_report(mail: Mail, original: Original) -> bool:
    """Whether it is a server's report: servers, too, mark their mails as automatic."""
    if dsn.is_notification(mail) or mail.header("x-failed-recipients"):
        return True
    if machine.is_bulk(mail) and not machine.from_daemon(mail):
        return False
    if mail.report_type == "disposition-notification" and "rejected" not in folded(mail.text[:2_000]):
        return False
    return _may_report(mail, original) and _tells_failure(mail, original)


def _bounce(mail: Mail, original: Original) -> Report | None:
    words = Words(_FIELDS.split(original.said, maxsplit=1)[0] or original.said, _subject(mail, original))
    found, envelope_id = (
        dsn.notifications(mail, words) if dsn.is_notification(mail) or _may_report(mail, original) else ([], "")
    )
    if any(one.recipient for one in found):
        return Report(_kind(found), "delivery status", _distinct(found), envelope_id=envelope_id)
    if not (_may_report(mail, original) or mail.header("x-failed-recipients") or dsn.is_notification(mail)):
        return None
    told = _by_text(mail, original, words)
    if found and told:
        named = tuple(replace(found[0], recipient=one.recipient) for one in told.reports)
        return replace(told, kind=_kind(found), reports=named, envelope_id=envelope_id)
    return Report(_kind(found), "delivery status", tuple(found[:1]), envelope_id=envelope_id) if found else told


def _subject(mail: Mail, original: Original) -> str:
    """The report's subject, unless it repeats ours: our words say nothing about the recipient."""
    subject, ours = mail.header("subject")[:300], original.fields.first("subject")
    return "" if ours and ours[:40] in subject else subject


def _may_report(mail: Mail, original: Original) -> bool:
    return machine.reports(mail, returns_a_mail=original.was_returned or bool(mail.returned))


def _by_text(mail: Mail, original: Original, words: Words) -> Report | None:
    if not (mail.header("x-failed-recipients") or _tells_failure(mail, original)):
        return None
    action = "delayed" if _only_delayed(mail, original) else "failed"
    for step, addresses in _steps(mail, original):
        if addresses:
            found = [_failed(address, action, words) for address in addresses[:_MAX_RECIPIENTS]]
            return Report(_kind(found), step, _distinct(found))
    if len(original.recipients) == 1:
        return Report(ReturnKind.BOUNCE, _BY_ORIGINAL, (_failed(original.recipients[0], action, words),))
    return Report(ReturnKind.BOUNCE, "text", (_failed("", action, words),))


def _tells_failure(mail: Mail, original: Original) -> bool:
    if machine.tells_of_failure(mail) or text.tells_failure(mail.header("subject") + "\n" + original.said):
        return True
    return machine.from_daemon(mail) and text.tells_reason(original.said)


def _steps(mail: Mail, original: Original) -> Iterable[tuple[str, list[str]]]:
    listed = ",".join(mail.all("x-failed-recipients"))
    yield "X-Failed-Recipients", [address for address in map(plain, listed.split(",")) if address]
    ours = _ours(mail)
    own = text.recipients_in(original, ours)
    yield "flufl.bounce", _confirmed(foreign.detected(mail.message, original.said), own, ours | original.senders)
    yield "text", own


def _confirmed(found: list[str], own: list[str], not_meant: frozenset[str]) -> list[str]:
    """What a foreign detector found, without what cannot be meant; with our own reading where both agree."""
    meant = [address for address in found if address not in not_meant]
    if meant and set(meant) < set(own):
        return own
    return [address for address in meant if address in own] or meant


def _ours(mail: Mail) -> frozenset[str]:
    """Addresses that cannot have failed, as this report was sent to them or by them."""
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "from", "return-path", "sender", "reply-to")
    return frozenset(address for name in names for address in addresses_in(mail.header(name)))


def _failed(address: str, action: str, words: Words) -> Failed:
    return failed(recipient=address, action=action, status=None, diagnostic="", words=words)


def _only_delayed(mail: Mail, original: Original) -> bool:
    """Whether the report is a warning: the server still tries."""
    head = folded(mail.header("subject") + "\n" + original.said[:1_500])
    return any(phrase in head for phrase in _STILL_TRYING) and "permanent" not in head


_STILL_TRYING = (
    "warning message only",
    "has been delayed",
    "is delayed",
    "will be retried",
    "do not need to resend",
    "will continue to",
    "will keep trying",
    "still being retried",
    "not yet been delivered",
    "temporary failure report",
    "notification (delay)",
    "wird weiterhin versucht",
    "verzogert",
)


def _kind(found: Iterable[Failed]) -> ReturnKind:
    actions = {one.action for one in found}
    if "failed" in actions:
        return ReturnKind.BOUNCE
    return ReturnKind.DELAYED if "delayed" in actions else ReturnKind.DELIVERED


def _distinct(found: Iterable[Failed]) -> tuple[Failed, ...]:
    by_address: dict[str, Failed] = {}
    for one in found:
        by_address.setdefault(one.recipient, one)
    named = [one for address, one in by_address.items() if address]
    return tuple(named or by_address.values())[:_MAX_RECIPIENTS]


def _no_bounce(mail: Mail, ours: str) -> Report:
    if dsn.is_notification(mail) or machine.from_daemon(mail):
        why = "a server's mail that names no failure" if mail.text.strip() else "no text"
        return _written(ReturnKind.UNCLEAR, why, mail, ours)
    if not is_address(machine.writer(mail)):
        return _written(ReturnKind.UNCLEAR, "nobody's mail", mail, ours)
    if not mail.text.strip() and not wants_to_stop("", mail.header("subject"), ours):
        return Report(ReturnKind.UNCLEAR, "no text")
    return _written(ReturnKind.REPLY, "a human's mail", mail, ours)


def _written(kind: ReturnKind, found_by: str, mail: Mail, ours: str) -> Report:
    said, subject = human.own_words(mail.text), mail.header("subject")
    left = kind is not ReturnKind.UNCLEAR and absence.left_the_company(subject + "\n" + said)
    successor = absence.successor_in(said, machine.writer(mail)) if left else ""
    return Report(kind, found_by, said=said, left=left, successor=successor, stops=_stops(kind, said, mail, ours))


def _stops(kind: ReturnKind, said: str, mail: Mail, ours: str) -> bool:
    """Whether it asks for no more mail. Of a responder only what it answers to a mail counts, and only plain words."""
    if kind is ReturnKind.AUTO_REPLY:
        return machine.may_be_a_humans_answer(mail) and says_plainly(said)
    return wants_to_stop(said, mail.header("subject"), ours)


def _completed(report: Report, mail: Mail, original: Original) -> Report:
    """With what is read off any mail alike."""
    about = report.message_id or original.message_id
    referred = [*ids_in(mail.header("in-reply-to")), *reversed(ids_in(mail.header("references")))]
    references = tuple(dict.fromkeys(filter(None, (about, *referred))))
    return replace(
        report,
        return_paths=_return_paths(mail),
        message_id=about or next(iter(references), ""),
        references=references[:50],
        envelope_id=report.envelope_id[:300],
        subject=mail.header("subject")[:300],
        sender=machine.writer(mail),
        own_id=next(iter(ids_in(mail.header("message-id"))), ""),
    )


def _return_paths(mail: Mail) -> tuple[str, ...]:
    names = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "original-recipient", "to", "cc")
    found = (address for name in names for value in mail.all(name) for address in addresses_in(value))
    return tuple(dict.fromkeys(found))[:50]
