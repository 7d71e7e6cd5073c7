"""Invented people and an invented sales team: who comes, and what they do with a mail.

Every person draws from a random source of its own, seeded by (seed, number), so that one person's behaviour does not
depend on how many others there are. The shares are round figures, to see how a campaign behaves, not a forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from nurture.domain.definitions import Definitions
from nurture.domain.form import FieldKind, Form, FormField, PurposeKind
from nurture.domain.handoff import HandoffEvent
from nurture.engine.submission import Submission, choices
from nurture.engine.visitor import Visitor
from nurture.mail.library import Link

_FIRST = (
    "Anna",
    "Bernd",
    "Carla",
    "Dirk",
    "Eva",
    "Frank",
    "Greta",
    "Hans",
    "Ines",
    "Jens",
    "Karin",
    "Lars",
    "Mira",
    "Nils",
)
_LAST = ("Albers", "Becker", "Cramer", "Dietz", "Engel", "Fuchs", "Graf", "Huber", "Jansen", "Keller", "Lorenz", "Maurer")
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
_GATEWAY = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36"

TEMPERS: dict[str, tuple[int, float, float, float]] = {
    # name: (share in %, clicks a mail, downloads behind a click, leaves at a mail)
    "keen": (12, 0.75, 0.85, 0.002),
    "reader": (33, 0.35, 0.55, 0.006),
    "skimmer": (30, 0.10, 0.30, 0.010),
    "silent": (20, 0.00, 0.00, 0.008),
    "leaver": (5, 0.05, 0.10, 0.250),
}
_CONFIRMS, _CONSENTS, _TRACKED, _PHONES, _SCANNED = 0.85, 0.92, 0.70, 0.25, 0.25


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody does about a mail. ``position``: which link; ``pick``: which item behind it."""

    kind: str
    position: int = 0
    download: bool = False
    pick: int = 0
    pause: timedelta = timedelta(seconds=40)


@dataclass
class Person:
    """Somebody who comes by a form."""

    number: int
    arrives: datetime
    form: str
    language: str
    temper: str
    scanner: bool
    random: Random = field(repr=False)

    @property
    def address(self) -> str:
        return f"person{self.number}@firma{self.number // 2}.example"

    @property
    def phone(self) -> str:
        return f"+49 30 {1000000 + self.number}"

    def submission(self, definitions: Definitions) -> Submission:
        form = definitions.forms[self.form]
        return Submission(form.id, self.language, self.answers(definitions, form), self._purposes(definitions, form))

    def answers(self, definitions: Definitions, form: Form) -> dict[str, str]:
        """Something sensible for every field that is asked."""
        return {f.name: value for f in form.fields if (value := self._answer(definitions, form, f))}

    def _answer(self, definitions: Definitions, form: Form, asked: FormField) -> str:
        first, last = self.number % len(_FIRST), self.number // len(_FIRST) % len(_LAST)
        known = {
            "email": self.address,
            "first_name": _FIRST[first],
            "last_name": _LAST[last],
            "company": f"Firma {self.number // 2} GmbH",
            "phone": self.phone,
            "call_me": "yes" if self.temper == "keen" and self.random.random() < 0.1 else "",
        }
        if asked.name in known:
            return known[asked.name]
        if asked.kind is FieldKind.CHOICE:
            return self.random.choice(list(choices(definitions, form, asked)))
        return "Angabe" if asked.required else ""

    def _purposes(self, definitions: Definitions, form: Form) -> frozenset[str]:
        likely = {PurposeKind.MAIL: _CONSENTS, PurposeKind.TRACKING: _TRACKED, PurposeKind.PHONE: _PHONES}
        return frozenset(p for p in form.purposes if self.random.random() < likely[definitions.purposes[p].kind])

    def confirms_after(self) -> timedelta | None:
        """None: never."""
        return self._soon(6) if self.random.random() < _CONFIRMS else None

    def fetches_offer(self) -> timedelta | None:
        return timedelta(seconds=self.random.randint(20, 180)) if self.random.random() < TEMPERS[self.temper][2] else None

    def reaction(self, found: Sequence[tuple[int, Link]]) -> Iterator[tuple[timedelta, Reaction]]:
        """What this person does about a mail with these links, and when."""
        _, clicks, downloads, leaves = TEMPERS[self.temper]
        if found and self.random.random() < clicks:
            wait = self._soon(25)
            for position, link in self.random.sample(found, k=min(len(found), self.random.choice((1, 1, 1, 2)))):
                if link.kind == "call_me" and self.random.random() > 0.3:
                    continue
                download = self.random.random() < downloads
                yield wait, Reaction("click", position, download, self.random.randrange(8), self._pause())
                wait += timedelta(minutes=self.random.randint(1, 20))
        if self.random.random() < leaves:
            yield self._soon(120), Reaction("leave")

    def scan(self, links: int) -> Iterator[tuple[int, timedelta]]:
        """The security gateway of this person's company follows every link, within seconds, mostly about a minute in."""
        start = self.random.choice((12, 25, 43, 58, 130))
        for position in range(links):
            yield position, timedelta(seconds=start, milliseconds=150 * position)

    def browser(self, now: datetime, method: str = "POST") -> Visitor:  # noqa: ARG002 - the same one at any time
        return Visitor(ip=f"198.51.{self.number // 250 % 250}.{self.number % 250}", user_agent=_BROWSER, method=method)

    def gateway(self) -> Visitor:
        return Visitor(ip=f"40.94.{self.number % 200}.7", user_agent=_GATEWAY, method="GET")

    def _soon(self, median_minutes: float) -> timedelta:
        """Log-normal around a median: most within the hour, some the day after."""
        return timedelta(minutes=min(round(self.random.lognormvariate(0, 1.2) * median_minutes, 2), 4 * 1440))

    def _pause(self) -> timedelta:
        return timedelta(seconds=self.random.randint(15, 240))


def crowd(definitions: Definitions, count: int, start: datetime, days: int, seed: int) -> Iterator[Person]:
    """``count`` people who come in the first half of the time, by the forms that are open to the public."""
    forms = [form.id for form in definitions.forms.values() if not form.profile]
    tempers, shares = list(TEMPERS), [share for share, *_ in TEMPERS.values()]
    for number in range(count):
        random = Random(f"{seed}:{number}")  # noqa: S311 - repeatable is the point
        day = random.randrange(max(1, days // 2))
        yield Person(
            number=number,
            arrives=start + timedelta(days=day, hours=7, seconds=random.randrange(12 * 3600)),
            form=random.choice(forms),
            language=random.choices(definitions.organisation.languages, weights=_weights(definitions))[0],
            temper=random.choices(tempers, weights=shares)[0],
            scanner=random.random() < _SCANNED,
            random=random,
        )


def _weights(definitions: Definitions) -> list[int]:
    return [80, *[20] * (len(definitions.organisation.languages) - 1)]


class SalesTeam:
    """Answers handoffs: most are taken up within a day, some come back, some are won."""

    def __init__(self, definitions: Definitions, seed: int) -> None:
        self._reasons = list(definitions.sales.return_reasons)
        self._seed = seed

    def answers(self, handoff: int) -> Iterator[tuple[timedelta, HandoffEvent, str]]:
        """(after, answer, reason) of one handoff."""
        random = Random(f"{self._seed}:sales:{handoff}")  # noqa: S311
        wait = timedelta(hours=random.choice((1, 2, 3, 5, 8, 26)))
        if random.random() < 0.15:
            yield wait, HandoffEvent.RETURNED, random.choice(self._reasons)
            return
        yield wait, HandoffEvent.ACCEPTED, ""
        wait += timedelta(days=random.randint(5, 40))
        event = random.choices((HandoffEvent.RETURNED, HandoffEvent.WON, HandoffEvent.LOST), weights=(55, 25, 20))[0]
        yield wait, event, random.choice(self._reasons) if event is HandoffEvent.RETURNED else ""
