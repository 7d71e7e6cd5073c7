"""Definitions change while people are in the middle of them: nobody is stranded, and who leaves has left."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from hostile.conftest import Edit
from stories.test_a_way_to_sales import hot
from stories.world import World
from web.house import House

from nurture.domain.handoff import HandoffState


def drop_the_welcome(home: Path) -> None:
    (home / "campaigns" / "welcome-feintakt.yaml").unlink()


def rename_the_consent(home: Path) -> None:
    places = [*home.glob("campaigns/*.yaml"), *home.glob("config/forms/*.yaml"), home / "config" / "consent.yaml"]
    for path in places:
        text = path.read_text("utf-8")
        text = re.sub(r"^( {2}|purpose: |purposes: \[)nurture\b", r"\1newsletter", text, flags=re.MULTILINE)
        path.write_text(text, "utf-8")


def test_sales_gives_back_a_lead_whose_campaign_is_gone(world: World, edit: Edit) -> None:
    hot(world)
    mail = world.sales_mails()[0]
    world.answer_sales(mail, "accepted")
    world.wait(days=30)
    assert world.enrollment("welcome-feintakt").state == "held"
    edit(drop_the_welcome)
    before = world.steps("welcome-feintakt")
    assert world.answer_sales(mail, "returned", "too-early") is HandoffState.RETURNED
    world.wait(days=30)
    assert len(world.steps("welcome-feintakt")) > len(before), "they finish what they began"


def test_sales_wins_a_lead_whose_campaign_is_gone(world: World, edit: Edit) -> None:
    hot(world)
    mail = world.sales_mails()[0]
    world.answer_sales(mail, "accepted")
    edit(drop_the_welcome)
    world.answer_sales(mail, "won")
    assert world.enrollment("welcome-feintakt").left_kind == "sales"


def test_unsubscribing_ends_mails_for_a_consent_that_is_called_otherwise_now(world: World, edit: Edit) -> None:
    mail = world.arrive()
    edit(rename_the_consent)
    world.wait(days=8)
    before = world.steps("welcome-feintakt")
    assert len(before) > 1, "the consent still carries what was begun with it"
    world.unsubscribe(mail)
    assert world.enrollment("welcome-feintakt").left_kind == "no-consent"
    world.wait(days=60)
    assert world.steps("welcome-feintakt") == before


def test_a_link_in_an_old_mail_to_what_is_gone_is_told_as_such(house: House) -> None:
    world = house.world
    welcome = world.arrive()
    world.click(welcome, "topic:bottlenecks")
    world.wait(days=10)
    token = next(world.link(mail, "content:") for mail in world.mails if "/l/" in mail.text and mail is not welcome)
    was = world.rt.publication
    world.rt.publication = replace(was, definitions=replace(was.definitions, content={}))
    assert house.get(f"/l/{token}").status_code == 404
    world.rt.publication = was
    assert house.get(f"/l/{token}").status_code == 302
