"""Months of nurturing in seconds: the real engine under a stepped clock, with people who behave by script.

    arrivals -> form -> (confirm) -> mails arrive -> read, click, download, answer, ask for a call, leave -> sales answers

Everything but the clock, the postman and the people is the product's own: verbs, rules, templates, tokens, a database of
its own. All chance comes from the seed, so two runs with one seed are identical. What people do happens at its minute;
the beats run at midnight, 8 and 13 o'clock, if something is due by then; what is daily for real is done every Monday, and
scores fade once a month (they count anew at every activity anyway).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from nurture.delivery import MemoryTransport, Parcel
from nurture.domain.errors import NurtureError
from nurture.domain.handoff import HandoffEvent
from nurture.domain.message import MessageKind
from nurture.domain.pacing import local_date, start_of
from nurture.engine import handoff, link_pages, links, opt_in, preferences, registration, tracking
from nurture.engine.beats import BEATS, Beat, Worker, slot
from nurture.engine.publication import Publication, publish
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.mail.signing import Signer
from nurture.simulation import people
from nurture.simulation.people import Person
from nurture.simulation.report import Report, report
from nurture.store.database import reading
from nurture.store.due import next_moments
from nurture.store.schema import Message
from nurture.store.scratch import scratch_database

_NIGHTLY = timedelta(days=1)
_HOURS = (time(0), time(8), time(13))
"""When the beats run, by the wall clock of the calendar."""
_WORKER = Worker("simulation")

Progress = Callable[[int, int], None]
"""Called with (days done, days in all)."""


def simulate(
    publication: Publication,
    *,
    contacts: int,
    days: int,
    seed: int,
    start: datetime,
    progress: Progress | None = None,
) -> Report:
    """``contacts`` people over ``days`` from ``start`` (aware). Arrivals are spread over the first half of the time.

    1,000 contacts x 180 days take about a minute on one core.
    """
    with scratch_database() as db:
        rt = Runtime(
            db=db,
            publication=publication,
            signer=Signer([f"simulation-{seed}-0123456789abcdef0123456789abcdef"]),
            transport=MemoryTransport(),
            public_url="https://simulation.example",
            installation=f"simulation-{seed}",
        )
        begin = start_of(local_date(start, publication.definitions.calendar.zone), publication.definitions.calendar.zone)
        publish(rt, begin)
        world = _World(rt, begin, begin + timedelta(days=days), progress, people.SalesTeam(publication.definitions, seed))
        for person in people.crowd(publication.definitions, contacts, begin, days, seed):
            world.at(person.arrives, partial(world.register, person))
        world.run()
        return report(rt, seed=seed, contacts=contacts, start=begin, end=begin + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is needed to act on a mail."""

    person: Person
    message: Message


class _World:
    """The clock, the post, and what people are about to do."""

    def __init__(
        self, rt: Runtime, start: datetime, end: datetime, progress: Progress | None, sales: people.SalesTeam
    ) -> None:
        self._rt, self._start, self._end, self._progress = rt, start, end, progress
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._seen = 0
        self._slots: dict[str, str] = {}
        self._people: dict[str, Person] = {}
        self._sales = sales

    def at(self, moment: datetime, act: Callable[[datetime], None]) -> None:
        """Let ``act`` happen at ``moment``."""
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, act))

    def run(self) -> None:
        """From start to end."""
        now = self._start
        while now < self._end:
            beat = self._next_beat(now)
            self._act_until(beat)
            now = beat
            self._beat(now)
            self._post(now)
            if self._progress is not None:
                self._progress((now - self._start).days, (self._end - self._start).days)

    def _next_beat(self, now: datetime) -> datetime:
        """The first beat at or after the moment at which there is something to do."""
        zone = self._rt.definitions.calendar.zone
        midnight = start_of(local_date(now, zone) + _NIGHTLY, zone)
        agenda = [self._agenda[0][0]] if self._agenda else []
        wanted = max(min([*self._due().values(), *agenda, midnight]), now + timedelta(seconds=1))
        day = local_date(wanted, zone)
        beats = (start_of(day, zone, hour) for hour in _HOURS)
        following = next((beat for beat in beats if beat >= wanted), start_of(day + _NIGHTLY, zone))
        return min(max(following, now + timedelta(seconds=1)), self._end)

    def _due(self) -> dict[str, datetime]:
        with reading(self._rt.db) as session:
            return next_moments(session)

    def _act_until(self, moment: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= moment:
            at, _, act = heapq.heappop(self._agenda)
            act(at)

    def _beat(self, now: datetime) -> None:
        """Run what is due, again and again until nothing is; then the duties whose slot has begun."""
        for beat in BEATS:
            if beat.name == "handoff-clocks" or (beat.duty and self._turn(beat, now)):
                beat.run(self._rt, now, _WORKER)
        for _ in range(50):
            due = self._due()
            names = [beat for beat in BEATS if beat.name in due and due[beat.name] <= now]
            if not names:
                return
            for beat in names:
                beat.run(self._rt, now, _WORKER)
        raise AssertionError("the beats never come to rest")

    def _turn(self, beat: Beat, now: datetime) -> bool:
        """Hourly duties run nightly here: a silence of weeks is not measured in hours."""
        here = slot(beat, now)
        if self._slots.get(beat.name) == here or not self._at_midnight(now):
            return False
        today = local_date(now, self._rt.definitions.calendar.zone)
        if beat.every >= _NIGHTLY and (today.weekday() or (beat.name == "scores" and today.day > 7)):
            return False
        self._slots[beat.name] = here
        return True

    def _at_midnight(self, now: datetime) -> bool:
        return now.astimezone(self._rt.definitions.calendar.zone).time() < time(1)

    # --- mail arrives -----------------------------------------------------------------------------------------------

    def _post(self, now: datetime) -> None:
        """Give people their new mails; each plans what to do about it."""
        transport = self._rt.transport
        assert isinstance(transport, MemoryTransport)  # noqa: S101 - built so above
        new, self._seen = transport.parcels[self._seen :], len(transport.parcels)
        for parcel in new:
            self._deliver(parcel, now)
        if new:  # nobody reads them again; a long simulation would keep gigabytes
            transport.parcels.clear()
            self._seen = 0

    def _deliver(self, parcel: Parcel, now: datetime) -> None:
        with reading(self._rt.db) as session:
            message = session.get_one(Message, parcel.message_id)
        if message.kind is MessageKind.SALES:
            self._plan_sales(message, now)
        elif (person := self._people.get(parcel.recipient)) is not None:
            self._plan(_Reader(person, message), now)

    def _plan(self, reader: _Reader, now: datetime) -> None:
        person, message = reader.person, reader.message
        if message.kind is MessageKind.OPT_IN:
            if (wait := person.confirms_after()) is not None:
                self.at(now + wait, partial(self._confirm, reader))
            return
        if message.template_version is None:
            return
        found = list(enumerate(self._rt.template(message.template_version).links))
        if person.scanner:
            for position, wait in person.scan(len(found)):
                self.at(now + wait, partial(self._scan, reader, position))
        for wait, do in person.reaction(found):
            self.at(now + wait, partial(self._do, reader, do))

    # --- what people do -----------------------------------------------------------------------------------------------

    def register(self, person: Person, now: datetime) -> None:
        self._people[person.address] = person
        registration.register(self._rt, person.submission(self._rt.definitions), person.browser(now), now)

    def _confirm(self, reader: _Reader, now: datetime) -> None:
        with _may_be_too_late():
            token = self._rt.signer.sign("confirm", str(reader.message.registration_id))
            done = opt_in.confirm(self._rt, token, reader.person.browser(now), now)
            if done.offer_url and (wait := reader.person.fetches_offer()) is not None:
                self.at(now + wait, partial(self._download, done.offer_url, reader.person))

    def _do(self, reader: _Reader, do: people.Reaction, now: datetime) -> None:
        with _may_be_too_late():
            match do.kind:
                case "click":
                    self._read(reader, do, now)
                case "leave":
                    token = self._rt.signer.sign("unsubscribe", f"{reader.message.contact_id}.{reader.message.id}")
                    preferences.unsubscribe(self._rt, token, reader.person.browser(now), now)

    def _read(self, reader: _Reader, do: people.Reaction, now: datetime) -> None:
        """Follow a link, and do on the page behind it what one does there."""
        url = self._click(reader, do.position, now, reader.person.browser(now, "GET"))
        path, _, token = url.removeprefix(self._rt.public_url).lstrip("/").partition("/")
        if path == "d" and do.download:
            self._download(url, reader.person, now + do.pause)
        elif path == "t" and do.download:
            page = link_pages.topic_page(self._rt, token, now)
            if page.items:
                item = page.items[do.pick % len(page.items)][1]
                if "/d/" in item:
                    self._download(item, reader.person, now + do.pause)
        elif path == "q":
            form = link_pages.questions_page(self._rt, token, now).form
            answers = reader.person.answers(self._rt.definitions, form)
            link_pages.answer_questions(self._rt, token, answers, reader.person.browser(now), now + do.pause)
        elif path == "call" and do.download:
            link_pages.wish_call(self._rt, token, reader.person.phone, "", reader.person.browser(now), now + do.pause)

    def _scan(self, reader: _Reader, position: int, now: datetime) -> None:
        self._click(reader, position, now, reader.person.gateway())

    def _click(self, reader: _Reader, position: int, now: datetime, visitor: Visitor) -> str:
        message = reader.message
        template = self._rt.template(message.template_version or "")
        url = links.link_urls(self._rt, template, message.id, mode=links.mode_of(message))[position]
        if "/l/" not in url:
            return url
        return tracking.follow(self._rt, url.rpartition("/l/")[2], visitor, now)

    def _download(self, url: str, person: Person, now: datetime) -> None:
        with _may_be_too_late():
            tracking.download(self._rt, url.rpartition("/d/")[2], person.browser(now), now)

    # --- sales ----------------------------------------------------------------------------------------------------------

    def _plan_sales(self, message: Message, now: datetime) -> None:
        if message.mail != "dossier" or message.handoff_id is None:
            return
        for wait, event, reason in self._sales.answers(message.handoff_id):
            self.at(now + wait, partial(self._answer, message, event, reason))

    def _answer(self, message: Message, event: HandoffEvent, reason: str, now: datetime) -> None:
        token = self._rt.signer.sign("answer", f"{message.handoff_id}.{message.context['recipient']}")
        with _may_be_too_late():
            handoff.answer(self._rt, token, event.value, reason, "", now)


@contextmanager
def _may_be_too_late() -> Iterator[None]:
    """People act on old mails: a link may have expired, a handoff may be closed. The engine refuses, life goes on."""
    try:
        yield
    except NurtureError:
        return
