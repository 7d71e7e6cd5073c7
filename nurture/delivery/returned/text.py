"""Bounces without a status part: who failed, told from the text a mail server wrote for humans.

Hundreds of servers, a handful of layouts: the address stands on a line of its own, begins the line of its reason
("<max@example.com>: 550 …"), ends a sentence ("could not be delivered to max@example.com"), or is named in an SMTP
command. Only a mail that a server wrote (machine.reports) is read like this: in a human's words the same sentence is
only a quotation.
"""

from __future__ import annotations

import re

from nurture.delivery.returned.address import addresses_in
from nurture.delivery.returned.original import Original
from nurture.domain.failure import FAILURE_OF, Failure, reason
from nurture.domain.failure_reason import Reason, folded, reason_in
from nurture.domain.phrases import phrases

_FAILURE = phrases(
    r"""
        (?:not|n't|unable to|cannot|could ?not|failed to|nicht|never|be|impossible to) (?:be )?(?:deliver
          |sen[dt]\b|reach|process|route|accept|forward|complete)
        (?:deliver\w*|delevery|message|mail|sending|recipients?|address(?:es)?|zustellung
          |transmission) .{0,80}?(?:fail|abort|unsuccess|problem|error|reject|refus|delay|return|suspend
          |impossible)
        undeliver | user unknown | unknown user | no such user | failed (?:addresses|recipient) | fatal error
        permanent (?:error|failure) | delivery (?:status|report) | did not reach | does not like recipient
        following (?:address|recipient) | did(?:n't| not) (?:reach|receive) | unzustellbar
        nicht (?:zugestellt|zustellbar|ubermittelt|erreich) | fehlgeschlagen | konnte .{0,80}nicht
        n'a pas (?:pu )?etre | n'ont pas | pas pu | echec | no (?:se )?(?:ha podido|pudo|puede)
        non (?:e stato|consegnat|recapitat) | mailbox (?:is )?(?:full|unavailable) | over quota | quota exceeded
        loop alert | duplicated message | gave up | has been (?:rejected|blocked) | was (?:rejected|blocked)
        送信できません | 失敗しま | 届きません | 配信できません | エラー
        не может быть доставлен | не доставлен | не удалось доставить | недоставлен | non remis | dorucen | no mailbox
        not (?:yet )?been delivered | postponed | may not exist
        nao (?:foi possivel|entregue|pode) | erro ao entregar | falha na entrega | kon niet worden
        niet (?:worden )?bezorgd
        (?:bezorging|aflevering) .{0,60}mislukt | 退信 | 被退回 | 无法(?:送达|投递) | 無法(?:送達|投遞)
        未能送达 | 届けられません
        ist voll | attempt\w* to deliver | (?<!\d)[45]\d\d[ -]#?[45]\.\d\.\d | said: [45]\d\d
        (?:reason|error): [45]\d\d
    """
)
_SENTENCE = phrases(
    r"""
        deliver\w* | undeliverable | send(?:ing)? | sent | message | mail | addressed | forward\w* | recipient
        user | to | an | for | fur | rcpt | address | mailbox | account | group | empfanger\w*
    """,
    after=r"""[^@]{0,90}?[ :<(\[\"'=][^\s@]{1,100}@""",
)
_ADVICE = phrases(
    r"""
        contact | for (?:further|more|assistance|help) | please (?:send|forward|write) | postmaster@
        mailer-daemon@ | administrator | wenden sie | questions | support@ | abuse@
    """
)
_OURS = phrases(
    r"""
        ^\s*(?:from|sender|return-path|reply-to|envelope-from|message-id|x-\w+|mail from|originator|von
          |absender)\b\s*:?
        >>> mail from | mail from: | message-id:? | \bsender\b.{0,20}$ | sent by | message from | created by
        generated (?:by|from) | original message was received
    """,
    flags=re.IGNORECASE,
)
_ALONE = phrases(
    r"""
        smtp: | rcpt to: | to: | an: | recipient:? | address:? | user:? | e-?mail:? | empfanger:?
        failed recipient:? | final-recipient: | adresse:?
    """,
    before=r"""^(?:[45]\d\d[ -])?[\s<>\"'*\-(\[•=:]{0,12}""",
    after=r"""?[\s<\"'(\[]{0,4}[^\s@]{1,100}@[^\s@]{3,200}""",
)
_INTRO = re.compile(r"sent by\s*$|message from\s*$|message that .{0,60}sent\s*$")


def tells_failure(text: str) -> bool:
    """Whether the words are those of a failed delivery."""
    return bool(_FAILURE.search(folded(text[:6_000])))


def refuses_for_what_we_are(text: str) -> bool:
    """Whether a filter tells the sender that it kept a mail back, for reputation, content or a rule."""
    return (
        bool(_KEPT_BACK.search(" ".join(folded(text[:3_000]).split())))
        and FAILURE_OF[reason(None, None, text[:3_000])] is Failure.POLICY
    )


_KEPT_BACK = phrases(
    r"""
        (?:ihre|your|votre|uw|su|vostro) (?:e-?mail|mail|nachricht|message|bericht|mensaje|messaggio)\b.{0,160}(?:blockiert
          |nicht zugestellt|abgewiesen|abgelehnt|zuruckgehalten|blocked|not delivered|not been delivered|rejected
          |quarantined|bloque|rejete|geblokkeerd|bloqueado|bloccat)
    """
)


def tells_reason(text: str) -> bool:
    """Whether the words name a reason that only a report on a recipient would name."""
    return reason_in(text) in _REASONS


def recipients_in(original: Original, ours: frozenset[str]) -> list[str]:
    """The addresses the report says failed. ``ours``: those that cannot be meant, as they got the report."""
    not_meant = ours | original.senders
    scored = _scored(original.said[:20_000], frozenset(original.recipients))
    meant = {address: score for address, score in scored.items() if address not in not_meant}
    meant = meant or {address: score for address, score in scored.items() if score >= _STRONG}  # one may write to oneself
    best = max(meant.values(), default=0)
    return [address for address, score in meant.items() if score >= min(best, _STRONG)] if best else []


_REASONS = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MAILBOX_FULL, Reason.SUSPENDED})
_STRONG = 3


def _scored(text: str, written_to: frozenset[str]) -> dict[str, int]:
    """How surely each address is one that failed."""
    scores: dict[str, int] = {}
    before = ""
    for line in text.split("\n"):
        plain = folded(line[:600])
        for address in addresses_in(line[:600]):
            scores[address] = max(scores.get(address, 0), _score(plain, before, address, written_to))
        before = plain.strip() or before
    return scores


def _score(line: str, before: str, address: str, written_to: frozenset[str]) -> int:
    if _OURS.search(line.partition(address)[0]) or _INTRO.search(before):
        return 0
    if _ADVICE.search(line) and not re.search(r"\b[45]\d\d\b", line):
        return 0
    known = 2 if address in written_to else 0
    if _ALONE.match(line):
        return 3 + known
    return (2 if _SENTENCE.search(line) else 1) + known
