"""Subjects of answers: what stands behind "Re:", and whether it only repeats the subject of the mail that is answered."""

from __future__ import annotations

import re

from nurture.domain.failure_reason import folded

_TAG = r"(?:\[[^\]]{1,40}\]|\*+ ?\w{1,20} ?\*+|ext(?:ern(?:al)?)?\s?[:|])\s*"
"""What lists and gateways put there: "[EXTERN]", "[sales]", "***SPAM***"."""
_TAGS = re.compile(rf"\s*{_TAG}")
_PREFIX = re.compile(
    rf"\s*(?:{_TAG})?(?:re|aw|antw|antwort|sv|vs|fw|fwd|wg|tr|rv|doorst|i|r|rif|res|enc|odp|odpowiedz|pd|ynt|ilt|vb|nj|ha|atb|vl"
    r"|ответ|отв|回复|回覆|答复|答覆|転送|返信)\s*(?:[\[(^]\d{1,3}[\])]?)?\s?[:：]\s*"
)
"""What mail programs of many languages put before the subject of an answer, or of a mail passed on."""
_MOST = 8


def is_answer(subject: str) -> bool:
    return bool(_PREFIX.match(folded(subject[:300])))


def bare(subject: str) -> str:
    """The subject without what mail programs put before it, folded."""
    text = folded(subject[:300]).strip()
    for _ in range(_MOST):
        found = _PREFIX.match(text) or _TAGS.match(text)
        if not found:
            break
        text = text[found.end() :]
    return " ".join(text.split())


def repeats(subject: str, ours: str) -> bool:
    """Whether a subject is nothing but ours again, perhaps with "Re:" or cut off: then it says nothing of its writer."""
    theirs, of_ours = bare(subject), bare(ours)
    return bool(of_ours) and (theirs == of_ours or (len(theirs) > _CUT_OFF and of_ours.startswith(theirs.rstrip("…. "))))


_CUT_OFF = 20
