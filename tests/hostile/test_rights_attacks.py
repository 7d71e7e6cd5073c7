"""Rights of data subjects, used against others; both databases."""

from __future__ import annotations

import io
import quopri
import zipfile
from collections.abc import Callable
from pathlib import Path

from law.people import OTTO, ZDENKA, Kept, Someone, everything_stored, found
from sqlalchemy import Engine, select
from stories.world import World, berlin

from nurture.domain.audit import contact
from nurture.engine import erasure, links, opt_in, preferences, registration, rights
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.store import preferences as choices
from nurture.store.database import reading, transaction
from nurture.store.schema import ConsentEventRow, Contact, Message, Suppression


def arrives(world: World, who: Someone) -> int:
    told = {"email": who.address, "salutation": "ms", "first_name": who.first, "last_name": who.last,
            "company": who.company, "function": "production-planning"}  # fmt: skip
    sent = Submission("whitepaper-feinplanung", "de", told, frozenset({"nurture", "tracking"}), None)
    registration.register(world.rt, sent, who.visitor, world.now)
    world.beat()
    world.wait(minutes=7)
    opt_in.confirm(world.rt, world.opt_in_mail(who.address).tokens("/c/")[0], who.visitor, world.now)
    world.beat()
    person = world.contact(who.address)
    assert person is not None
    return person.id


def types_the_address_of(world: World, attacker: int, victim: Someone) -> None:
    """By the preferences page; the mail that asks goes to the victim, who does nothing."""
    (mail,) = [m for m in world.rows(Message, contact_id=attacker) if m.kind == "nurture"][:1]
    token = links.signed_url(world.rt, "preferences", attacker, mail.id).rpartition("/")[2]
    opened = preferences.direct(world.rt, token, world.now)
    preferences.change_address(world.rt, opened, victim.address, world.visitor(), world.now)
    world.beat()


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace") + quopri.decodestring(raw).decode("utf-8", "replace")


def test_whoever_types_the_address_of_another_sees_and_erases_nothing_of_theirs(world: World) -> None:
    attacker, victim = arrives(world, OTTO), arrives(world, ZDENKA)
    rights.handed_out(world.rt, victim, "access", contact(victim), world.now)
    types_the_address_of(world, attacker, ZDENKA)

    packed = zipfile.ZipFile(io.BytesIO(rights.bundle(world.rt, attacker, "de", world.now)))
    told = "".join(_decoded(packed.read(name)) for name in packed.namelist())
    for string in (ZDENKA.ip, ZDENKA.agent, ZDENKA.first):
        assert string not in told
    waiting = max(r.id for r in world.registrations())
    assert f"/c/{waiting}." not in told, "the mail that asks is answered in the mailbox, and nowhere else"

    erasure.erase(world.rt, attacker, contact(attacker), world.now)

    mark = world.rt.pseudonyms.mark(ZDENKA.address)
    with reading(world.rt.db) as session:
        assert session.get(Suppression, mark) is None, "nobody erased the victim"
        theirs = session.scalars(select(ConsentEventRow).where(ConsentEventRow.subject == mark)).all()
        assert theirs
        assert all(row.redacted is None and row.evidence for row in theirs), "the proof of the victim's consent stays"
        assert session.get(Contact, victim) is not None


def test_a_former_address_that_is_anothers_now_is_not_erased_with_the_one_who_had_it(world: World) -> None:
    """info@ was one person's once; today it is another's."""
    had, has = arrives(world, OTTO), arrives(world, ZDENKA)
    with transaction(world.rt.db) as session:
        choices.note_changes(session, had, [("address", ZDENKA.address, OTTO.address)], f"contact {had}", world.now)
    erasure.erase(world.rt, had, contact(had), world.now)
    mark = world.rt.pseudonyms.mark(ZDENKA.address)
    with reading(world.rt.db) as session:
        assert session.get(Suppression, mark) is None
        theirs = session.scalars(select(ConsentEventRow).where(ConsentEventRow.subject == mark)).all()
        assert all(row.redacted is None for row in theirs)
        assert session.get(Contact, has) is not None


def test_a_case_under_a_former_address_is_finished_with_the_files(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    box = Kept(tmp_path / "mailbox")
    world = World(make_runtime(sqlite_db, transport=box, mailbox=box.box), berlin("2026-03-02 10:00"))
    person, former = arrives(world, ZDENKA), "zdenka@former.example"
    with transaction(world.rt.db) as session:
        choices.note_changes(session, person, [("address", former, ZDENKA.address)], f"contact {person}", world.now)
    case = rights.open_case(world.rt, "erasure", former, "mail", contact(person), world.now)
    done = erasure.erase(world.rt, person, contact(person), world.now, case=case)
    assert done.finished
    assert done.files
    assert found(ZDENKA, everything_stored(sqlite_db, tmp_path / "mailbox")) == []
