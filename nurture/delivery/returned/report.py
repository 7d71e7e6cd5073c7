"""What a returned mail says, as values. Nothing here acts, and nothing here knows whom we wrote to.

``Report`` says who failed according to the mail; whether that is true (the address equals the send log's) is decided
by whoever holds the send log.
"""

from __future__ import annotations

from dataclasses import dataclass

from nurture.domain.failure import Failure
from nurture.domain.failure_reason import Reason
from nurture.domain.returns import ReturnKind


@dataclass(frozen=True, slots=True)
class Failed:
    """One recipient of a bounce, delay or success notice.

    ``recipient``: lower case; '' where the mail names nobody, so that only the return path can tell.
    ``original``: the address the mail was sent to, where the server names it apart (forwardings). ``action``: of RFC
    3464. ``diagnostic``: the server's words.
    """

    recipient: str
    action: str
    status: str | None
    diagnostic: str
    failure: Failure
    reason: Reason
    original: str = ""


_NO_BLAME = frozenset({"not-spam", "auth-failure", "dmarc", "virus"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A feedback report (RFC 5965). ``recipients``: as far as they are named; often they are blacked out."""

    feedback_type: str
    recipients: tuple[str, ...]
    user_agent: str = ""
    reported_domain: str = ""
    source_ip: str = ""
    arrival: str = ""
    """As the report words it."""

    @property
    def blames(self) -> bool:
        """Whether somebody did not want this mail. "Not spam" and reports on authentication are about other things."""
        return self.feedback_type not in _NO_BLAME


@dataclass(frozen=True, slots=True)
class Report:
    """What one mail says.

    ``found_by``: the step that recognised it. ``return_paths``: addresses it was delivered to, the likeliest first;
    one may carry our token. ``message_id``: of the mail it is about, '' if unknown; ``references``: all ids it refers
    to, that one first. ``said``: what a human or a responder wrote, without what it quotes. ``left``: it says that its
    writer left the company; ``successor``: the address to write to from now on, '' if none is named. ``stops``: its writer
    asks for no more mail; of a responder, that its words say so plainly.
    """

    kind: ReturnKind
    found_by: str = ""
    reports: tuple[Failed, ...] = ()
    complaint: Complaint | None = None
    return_paths: tuple[str, ...] = ()
    envelope_id: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: str = ""
    own_id: str = ""
    said: str = ""
    left: bool = False
    successor: str = ""
    stops: bool = False

    @property
    def means(self) -> ReturnKind:
        """Its kind as it counts: feedback that blames nobody ("not spam", on authentication) is for a human to look at."""
        blames = self.complaint is None or self.complaint.blames
        return self.kind if blames else ReturnKind.UNCLEAR
