"""Lists as one parameter: whatever stands in them is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nurture.store.bulk import among, given
from nurture.store.schema import Company, MailDomain, Suppression

AWKWARD = ('a"b', "c\\d", "e,f", "{g}", "NULL", "", " h ", "i'j", "k\nl", "m%sn", 'ä\\"', '","')


@pytest.fixture
def suppressed(db: Engine, now: datetime) -> Engine:
    with Session(db) as session, session.begin():
        session.add_all(Suppression(address_key=key, reason="", since=now) for key in (*AWKWARD, "somebody else", "a", "b"))
    return db


@pytest.mark.parametrize("wanted", [AWKWARD, AWKWARD[:1], ("a", "b"), ("nobody",), ()], ids=repr)
def test_words(suppressed: Engine, wanted: tuple[str, ...]) -> None:
    with Session(suppressed) as session:
        found = session.scalars(select(Suppression.address_key).where(among(session, Suppression.address_key, wanted)))
        assert sorted(found) == sorted(set(wanted) - {"nobody"})


def test_a_list_is_asked_with_from_any_iterable(suppressed: Engine) -> None:
    with Session(suppressed) as session:
        for wanted in ({"a", "b"}, iter("ab"), dict.fromkeys("ab").keys()):
            found = session.scalars(select(Suppression.address_key).where(among(session, Suppression.address_key, wanted)))
            assert sorted(found) == ["a", "b"]
        assert session.scalars(select(MailDomain.domain).where(among(session, MailDomain.domain, ["a"]))).all() == []


@pytest.mark.parametrize("wanted", [AWKWARD, ("nobody",), (), {"a"}], ids=repr)
def test_a_statement_that_is_kept_finds_the_same(suppressed: Engine, wanted: Iterable[str]) -> None:
    kept = select(Suppression.address_key).where(given(suppressed.dialect.name, Suppression.address_key, "keys"))
    with Session(suppressed) as session:
        asked = session.scalars(select(Suppression.address_key).where(among(session, Suppression.address_key, wanted)))
        assert sorted(session.scalars(kept, {"keys": wanted})) == sorted(asked)


def test_numbers_of_a_statement_that_is_kept(suppressed: Engine, now: datetime) -> None:
    with Session(suppressed) as session, session.begin():
        session.add_all(Company(id=n, name=str(n), created_at=now) for n in (1, 2, 10**12))
        kept = select(Company.name).where(given(suppressed.dialect.name, Company.id, "ids"))
        for wanted in ({2, 10**12}, (), range(2, 3)):
            assert sorted(map(int, session.scalars(kept, {"ids": wanted}))) == sorted(wanted)
