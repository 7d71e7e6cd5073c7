"""What the tests of the way back share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from returns.postroom import BOUNCES, Postroom
from sqlalchemy import Engine

from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime


@pytest.fixture
def with_bounce_domain(example: Publication) -> Publication:
    """The example with a domain for bounces, so that every mail has a return path of its own."""
    rules = replace(example.definitions.delivery, bounce_domain=BOUNCES)
    return replace(example, definitions=replace(example.definitions, delivery=rules))


@pytest.fixture
def room(db: Engine, make_runtime: Callable[..., Runtime], with_bounce_domain: Publication, now: datetime) -> Postroom:
    """On both databases."""
    return Postroom(make_runtime(db, publication=with_bounce_domain), now)


@pytest.fixture
def one_room(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime], with_bounce_domain: Publication, now: datetime
) -> Postroom:
    """On SQLite alone, for what has nothing to do with the database."""
    return Postroom(make_runtime(sqlite_db, publication=with_bounce_domain), now)
