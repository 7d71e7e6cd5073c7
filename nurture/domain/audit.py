"""Who acts, for the audit log. Names nobody outside the company: contacts appear as their number, never as an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    """Somebody logged in to the back office."""
    SALES = "sales"
    """Somebody of the sales team, by the link in a mail to them."""
    CONTACT = "contact"
    """The person whose data it is, by a page or a mail."""
    BEAT = "beat"
    """A periodic duty of ours."""
    CLI = "cli"
    """Whoever may run commands on the machine; named by the login there."""
    API = "api"
    """A program with a key, a mail provider's webhook."""
    SYSTEM = "system"
    """The house itself: a start, a reload."""


@dataclass(frozen=True, slots=True)
class Actor:
    """``name``: the user's or the login's name, the contact's number, the beat's or the key's name."""

    kind: ActorKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def contact(number: int) -> Actor:
    return Actor(ActorKind.CONTACT, str(number))


def beat(name: str) -> Actor:
    return Actor(ActorKind.BEAT, name)


def user(name: str) -> Actor:
    return Actor(ActorKind.USER, name)


def cli(login: str) -> Actor:
    return Actor(ActorKind.CLI, login)


HOUSE = Actor(ActorKind.SYSTEM, "nurture")
