"""D7: nobody can use our opt-in mail as a weapon: limits per address, network, form, domain; spikes are noticed and held."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, FORM, TYPED, House, build

from nurture.domain import audit
from nurture.domain.form import OptInLimits
from nurture.engine import form_guard, reception, registration
from nurture.engine.registration import expire_registrations
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.store import alarms, form_guards
from nurture.store.database import connect, reading, transaction
from nurture.store.schema import FormTraffic, Message, Registration
from nurture.web.public import form_token

BOSS = audit.user("anna")


@pytest.fixture
def house(runtime: Runtime) -> House:
    return build(World(runtime, berlin("2026-03-02 10:00")), trusted_proxies=1)


@pytest.fixture
def small(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    """Forms that are usually sent less than six times an hour; on SQLite."""
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")), trusted_proxies=1)
    unguarded(house, 5)
    return house


def post(house: House, address: str, ip: str, form: str = FORM) -> int:
    """A program that keeps to the rules of the form: a token of its own, old enough."""
    known = house.rt.definitions.forms[form]
    token = form_token.issue(house.rt.signer, known, house.world.now - timedelta(seconds=5))
    sent = {**TYPED, "email": address, "stamp": token, "first_name": f"X{token[-6:]}".replace("_", "").replace("-", "")}
    return house.post(f"/f/{form}", sent, headers={"X-Forwarded-For": ip}).status_code


def unguarded(house: House, spike: int = 100_000, **limits: int) -> None:
    """Forms that expect so many posts within an hour."""
    d = house.rt.definitions
    forms = {i: replace(f, defence=replace(f.defence, spike=spike)) for i, f in d.forms.items()}
    changed = replace(d, forms=forms, opt_in=replace(OptInLimits(), **limits))
    house.rt.publication = replace(house.rt.publication, definitions=changed)


def states(house: House) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in house.world.rows(Registration):
        found[row.state] = found.get(row.state, 0) + 1
    return found


# --- the proof that was asked for -----------------------------------------------------------------------------------------


def strike(rt: Runtime, world: World, address: str, ip: str, number: int) -> bool:
    """What is left of a post when its token and its work are right: whether it was admitted."""
    brought = reception.Brought(rt.definitions.forms[FORM], address, ip, str(number))
    admission = reception.admit(rt, brought, world.now)
    if admission.room_at or admission.spent:
        return False
    values = {**TYPED, "email": address, "first_name": f"Nr {number}"}
    held = "guard" if admission.guarded else ""
    registration.register(rt, Submission(FORM, "de", values, frozenset()), world.visitor(ip=ip), world.now, held=held)
    return True


def test_d7_500_posts_at_one_victim_are_at_most_3_mails(house: House) -> None:
    unguarded(house)
    for n in range(500):
        house.world.now += timedelta(minutes=2)
        strike(house.rt, house.world, ADDRESS, f"198.51.{n % 250}.{n // 250}", n)
    assert house.world.now - berlin("2026-03-02 10:00") < timedelta(hours=24)
    house.world.wait(hours=1)
    assert len(house.world.to(ADDRESS)) == 3


def test_d7_500_victims_from_one_network_are_at_most_10_mails_in_any_ten_minutes(house: House) -> None:
    unguarded(house)
    begun = house.world.now + timedelta(minutes=5)
    for n in range(500):
        house.world.now = begun + timedelta(seconds=1.1) * n
        strike(house.rt, house.world, f"opfer{n}@firma{n}.example", f"198.51.100.{n % 250}", n)
    assert house.world.now - begun < timedelta(minutes=10)
    house.world.beat()
    assert len(house.world.mails) == 10


def test_d7_over_the_pages_who_is_over_the_limit_of_a_network_keeps_what_was_typed(house: House) -> None:
    told = [post(house, f"opfer{n}@firma{n}.example", f"198.51.100.{n}") for n in range(12)]
    assert told == [303] * 10 + [429] * 2


def _bomb(rt: Runtime, url: str, first: int) -> None:
    """What one process does: 12 posts at one victim, 12 at others from one network."""
    world = World(replace(rt, db=connect(url)), berlin("2026-03-02 10:00"))
    for n in range(first, first + 12):
        strike(world.rt, world, ADDRESS, f"198.51.{n}.7", n)
        strike(world.rt, world, f"opfer{n}@firma{n}.example", "198.60.100.7", n)
    world.rt.db.dispose()


def test_d7_the_limits_hold_over_two_processes(house: House) -> None:
    unguarded(house)
    url = house.rt.db.url.render_as_string(hide_password=False)
    fork = multiprocessing.get_context("fork")
    attack = [fork.Process(target=_bomb, args=(house.rt, url, 100 * n)) for n in (0, 1)]
    for process in attack:
        process.start()
    for process in attack:
        process.join(60)
    assert [process.exitcode for process in attack] == [0, 0]
    house.world.wait(hours=3)
    assert len(house.world.to(ADDRESS)) == 3
    assert len([mail for mail in house.world.mails if mail.to != ADDRESS]) == 10


# --- limits ---------------------------------------------------------------------------------------------------------------


def test_d7_one_address_gets_at_most_5_in_30_days_over_all_forms_and_not_within_10_minutes(house: House) -> None:
    unguarded(house)
    forms = [form.id for form in house.rt.definitions.forms.values() if not form.profile]
    visitor = house.world.visitor()
    begun = house.world.now
    for n in range(58):
        house.world.now = begun + timedelta(hours=12) * n + timedelta(minutes=n % 2)
        form = house.rt.definitions.forms[forms[n % len(forms)]]
        values = {f.name: {**TYPED, "fair_day": "2027-04-21"}.get(f.name, "") for f in form.fields} | {"company": f"Nr {n}"}
        registration.register(house.rt, Submission(form.id, "de", values, frozenset()), visitor, house.world.now)
    leaving = [mail.due_at for mail in house.world.rows(Message) if mail.state == "queued"]
    assert len(leaving) == 5
    assert min(b - a for a, b in pairwise(leaving)) >= timedelta(minutes=10)
    house.world.now = begun + timedelta(days=31)
    registration.register(house.rt, Submission(FORM, "de", TYPED, frozenset()), visitor, house.world.now)
    assert len([mail for mail in house.world.rows(Message) if mail.state == "queued"]) == 6


def test_d7_two_requests_within_10_minutes_are_two_mails_10_minutes_apart(house: House) -> None:
    house.world.fill_form()
    house.world.wait(minutes=1)
    house.world.fill_form(form="messe-produktion-2027")
    assert len(house.world.to(ADDRESS)) == 1
    house.world.wait(minutes=9)
    assert len(house.world.to(ADDRESS)) == 2


def test_d7_more_than_20_an_hour_to_one_company_are_held_and_told_the_same(house: House) -> None:
    unguarded(house)
    for n in range(22):
        strike(house.rt, house.world, f"person{n}@opfer.example", f"198.51.{n}.7", n)
        strike(house.rt, house.world, f"person{n}@gmx.de", f"198.52.{n}.7", n)
    assert post(house, "noch.einer@opfer.example", "198.53.1.7") == 303
    house.world.beat()
    to = [mail.to.partition("@")[2] for mail in house.world.mails]
    assert (to.count("opfer.example"), to.count("gmx.de")) == (20, 22)
    assert states(house) == {"pending": 42, "held": 3}
    assert form_guard.waiting(house.rt) == 1
    assert form_guard.release(house.rt, FORM, BOSS, house.world.now) == 3
    house.world.beat()
    assert len(house.world.mails) == 45


def test_d7_the_whole_installation_has_a_limit(house: House) -> None:
    unguarded(house, altogether=7)
    for n in range(9):
        post(house, f"person@firma{n}.example", f"198.51.{n}.7")
    assert states(house) == {"pending": 7, "held": 2}


# --- spikes ---------------------------------------------------------------------------------------------------------------


def attack(small: House, count: int = 7) -> None:
    for n in range(count):
        assert post(small, f"opfer{n}@firma{n}.example", f"198.51.{n}.7") in (303, 422)


def test_d7_a_spike_is_guarded_held_and_told_to_the_office(small: House) -> None:
    attack(small)
    small.world.beat()
    assert len(small.world.mails) == 5
    with reading(small.rt.db) as session:
        (alarm,) = alarms.open_alarms(session)
    assert "was sent 6 times within the hour, usual are at most 5" in alarm.text
    (guard,) = form_guard.overview(small.rt, small.world.now)
    assert (guard.form, guard.on, guard.held) == (FORM, True, 1)
    assert 'name="waiting"' in small.get(f"/f/{FORM}").text
    assert 'name="waiting"' not in small.get("/f/messe-produktion-2027").text, "other forms go on as usual"


def test_d7_what_is_usual_for_a_form_is_no_spike(small: House) -> None:
    """Five times the hourly median of the last seven days."""
    hour = form_guards.hour_of(small.world.now)
    with transaction(small.rt.db) as session:
        session.add_all(FormTraffic(form=FORM, hour=hour - timedelta(hours=n), sent=2) for n in range(1, 100))
    form = small.rt.definitions.forms[FORM]
    with reading(small.rt.db) as session:
        assert form_guard.allowance(session, form, small.world.now) == 10
        assert form_guard.allowance(session, form, small.world.now + timedelta(days=30)) == 5
    attack(small, 9)
    assert form_guard.overview(small.rt, small.world.now) == []


def test_d7_an_attack_that_goes_on_keeps_the_guard_up_and_a_quiet_hour_ends_it(small: House) -> None:
    attack(small)
    small.pause(minutes=50)
    for n in range(7):
        assert post(small, f"opfer{n}@andere{n}.example", f"198.53.{n}.7") == 422, "without its work"
    small.pause(minutes=50)
    assert form_guard.wanted(small.rt, small.rt.definitions.forms[FORM], small.world.now).hard
    small.pause(minutes=61)
    assert not form_guard.wanted(small.rt, small.rt.definitions.forms[FORM], small.world.now).proof
    assert states(small)["held"] >= 1, "what is held does not leave by itself"


def test_d7_a_human_releases_and_the_time_to_answer_begins_then(small: House) -> None:
    attack(small)
    small.world.wait(days=9)
    assert expire_registrations(small.rt, small.world.now) == 0
    assert states(small) == {"expired": 5, "held": 1}
    assert form_guard.release(small.rt, FORM, BOSS, small.world.now) == 1
    small.world.beat()
    (row,) = [row for row in small.world.rows(Registration) if row.state == "pending"]
    assert row.expires_at - small.world.now == timedelta(days=7)
    small.world.confirm(row.address)
    assert small.world.contact(row.address) is not None
    with reading(small.rt.db) as session:
        assert alarms.open_alarms(session) == []


def test_d7_released_mails_keep_to_the_limits_of_their_address(small: House) -> None:
    form_guards_up(small)
    for n in range(6):
        small.pause(minutes=11)
        sent = Submission(FORM, "de", {**TYPED, "first_name": f"Nr {n}"}, frozenset())
        registration.register(small.rt, sent, small.world.visitor(), small.world.now, held="guard")
    assert form_guard.release(small.rt, FORM, BOSS, small.world.now) == 6
    small.world.wait(hours=2)
    assert len(small.world.to(ADDRESS)) == 3


def form_guards_up(small: House) -> None:
    with transaction(small.rt.db) as session:
        form_guards.put_up(session, FORM, "test", small.world.now, small.world.now + timedelta(hours=1))


def test_d7_discarded_or_undecided_requests_leave_nothing_behind(small: House) -> None:
    attack(small)
    (held,) = small.world.rows(Registration, state="held")
    assert form_guard.discard(small.rt, FORM, BOSS, small.world.now) == 1
    (gone,) = small.world.rows(Registration, id=held.id)
    assert (gone.state, gone.address, gone.answers) == ("expired", f"forgotten-{held.id}", {})
    kept = Submission(FORM, "de", {**TYPED, "email": "spaet@firma.example"}, frozenset())
    registration.register(small.rt, kept, small.world.visitor(), small.world.now, held="guard")
    assert form_guard.drop_undecided(small.rt, small.world.now + timedelta(days=13)) == 0
    assert form_guard.drop_undecided(small.rt, small.world.now + timedelta(days=15)) == 1
    assert all("spaet@" not in m.address for m in small.world.rows(Message))
    with reading(small.rt.db) as session:
        assert "nobody decided" in alarms.open_alarms(session)[0].text


def test_d7_ending_a_guard_by_hand(small: House) -> None:
    attack(small)
    form_guard.end(small.rt, FORM, BOSS, small.world.now)
    assert not form_guard.wanted(small.rt, small.rt.definitions.forms[FORM], small.world.now).proof
