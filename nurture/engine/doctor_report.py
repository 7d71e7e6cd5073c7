"""What the doctor found: findings that say where something is wrong and what to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from nurture.delivery.smtp_settings import SmtpSettings


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    """Mails get there, but something is missing or unwise."""
    FAIL = "fail"
    """Mails are refused, junked or lost."""


class Area(StrEnum):
    SENDING = "Sending"
    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    BOUNCES = "Bounces"
    REPLIES = "Replies"
    HOST = "Host name"
    TLS = "Mail server"
    UNSUBSCRIBE = "Unsubscribe"
    WEBSITE = "Website"
    PROVIDERS = "Providers"


@dataclass(frozen=True, slots=True)
class Finding:
    """``where``: a domain, host, file or setting. ``change``: what to do about it, with the exact record; '' if nothing."""

    level: Level
    area: Area
    where: str
    what: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How mails leave. ``mode``: mailbox, smtp (over ``relay``) or direct. ``addresses``: from which, if known."""

    mode: str
    relay: SmtpSettings | None = None
    helo: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order in which they were looked for."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        return not self.count(Level.FAIL)

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.healthy, "findings": [asdict(finding) for finding in self.findings]}


def worst(findings: Iterable[Finding], area: Area) -> Level | None:
    """The gravest level in an area; None if nothing was looked at there."""
    levels = {finding.level for finding in findings if finding.area is area}
    return next((level for level in (Level.FAIL, Level.WARN, Level.OK) if level in levels), None)
