"""From a landing page to sales and back, as one story after the other."""

from __future__ import annotations

import pytest
from stories.world import World, berlin

from nurture.domain.catalogue import LeadClass
from nurture.domain.errors import IllegalTransition, InvalidInput, InvalidToken
from nurture.domain.handoff import HandoffState

MARIA = "maria.weber@anlagenbau-huber.example"


def hot(world: World) -> None:
    """Maria arrives and reads two items: enough for sales."""
    mail = world.arrive()
    world.wait(minutes=3)
    world.read_topic(mail, "bottlenecks", "checkliste-engpass")
    world.wait(minutes=2)
    world.read_topic(mail, "delivery-dates", "rechnung-terminverzug")


def test_a_first_visit_leads_to_sales_and_every_point_is_explained(world: World) -> None:
    world.fill_form()
    assert [mail.subject for mail in world.to(MARIA)] == [world.opt_in_mail(MARIA).subject]
    assert world.contact() is None, "nobody is a contact before the confirmation"

    world.wait(minutes=4)
    confirmed = world.confirm()
    assert confirmed.offer_url is not None
    assert "/d/" in confirmed.offer_url
    assert world.steps() == [("welcome-feintakt", "hello")]

    welcome = world.to(MARIA)[-1]
    assert "Weber" in welcome.text
    world.wait(minutes=3)
    assert world.read_topic(welcome, "bottlenecks", "checkliste-engpass") == "checkliste-engpass.de.pdf"
    assert world.handoffs() == [], "one download does not make a lead ready"
    world.wait(minutes=2)
    world.read_topic(welcome, "delivery-dates", "rechnung-terminverzug")

    [handoff] = world.handoffs()
    assert handoff.state is HandoffState.OFFERED
    [dossier] = world.sales_mails()
    text = " ".join(dossier.text.split())
    for fact in ("Maria Weber", "maria.weber@", "Anlagenbau Huber GmbH", "B mit 56 Punkten erreicht die Schwelle von 55"):
        assert fact in text, fact
    assert handoff.reason == "grade B with 56 points reaches the threshold of 55"
    score = world.score()
    assert score.points == pytest.approx(sum(line.counts for line in score.lines))
    assert score.points == world.lead().points, "the list and the explanation show one figure"
    rules = [line.rule for line in score.lines]
    assert rules.count("download") == 2
    assert rules.count("click") == 2, "the clicks count, because the same reader then pressed a button"


def test_while_sales_works_the_lead_marketing_pauses(world: World) -> None:
    hot(world)
    world.answer_sales(world.sales_mails()[0], "accepted")
    before = world.steps()
    world.wait(days=40)
    assert world.steps() == before
    assert world.enrollment("welcome-feintakt").state == "held"
    assert ("by-topic", "wait", "sales is working on this lead") in [
        (s, o, r) for s, o, r in world.reasons("welcome-feintakt")
    ] or world.enrollment("welcome-feintakt").reason == "sales is working on this lead"


def test_a_returned_lead_goes_on_where_it_was(world: World) -> None:
    hot(world)
    mail = world.sales_mails()[0]
    world.answer_sales(mail, "accepted")
    world.wait(days=10)
    world.answer_sales(mail, "returned", "too-early", "Erst nach dem ERP-Wechsel im Herbst")
    lead = world.lead()
    assert (lead.lead_class, lead.confirmed) == (LeadClass.B1, True)
    change = world.class_changes()[-1]
    assert change.evidence == "sales"
    assert "too-early" in change.reason
    world.wait(days=30)
    assert len(world.steps("welcome-feintakt")) > 1, "nurture goes on"
    assert [h.state for h in world.handoffs()] == [HandoffState.RETURNED], "the old points do not hand it over again"


def test_no_need_ends_the_campaigns_of_this_product(world: World) -> None:
    hot(world)
    world.answer_sales(world.sales_mails()[0], "returned", "no-need")
    assert world.lead().lead_class is LeadClass.C
    world.wait(days=90)
    assert len(world.steps()) == 1
    assert world.enrollment("welcome-feintakt").state == "left"


def test_pressing_twice_is_one_answer_and_a_second_thought_is_refused(world: World) -> None:
    hot(world)
    mail = world.sales_mails()[0]
    assert world.answer_sales(mail, "accepted") is HandoffState.ACCEPTED
    assert world.answer_sales(mail, "accepted") is HandoffState.ACCEPTED
    assert world.answer_sales(mail, "won") is HandoffState.WON
    with pytest.raises(IllegalTransition, match="'returned' is not possible in state 'won'"):
        world.answer_sales(mail, "returned", "too-early")


def test_a_return_needs_a_reason_we_know(world: World) -> None:
    hot(world)
    with pytest.raises(InvalidInput, match="reason"):
        world.answer_sales(world.sales_mails()[0], "returned", "because")
    assert world.handoffs()[0].state is HandoffState.OFFERED


def test_sales_is_reminded_and_then_the_head_is_told_in_office_time(world: World) -> None:
    world.until(berlin("2026-03-06 15:00"))  # a Friday afternoon
    hot(world)
    world.until(berlin("2026-03-08 23:00"))
    assert len(world.sales_mails()) == 1, "nobody is reminded at the weekend"
    world.until(berlin("2026-03-09 20:00"))
    kinds = [mail.to for mail in world.sales_mails()]
    assert len(kinds) == 3
    assert kinds[0] == kinds[1]
    assert kinds[2] == "sabine.overbeck@hallmann-brueck.example"


def test_a_wish_to_be_called_goes_to_sales_within_a_minute_whatever_the_score(world: World) -> None:
    world.fill_form(form="messe-produktion-2027", purposes=("nurture",), call_me="yes", phone="+49 231 555 0101")
    world.confirm()
    [handoff] = world.handoffs()
    assert handoff.trigger == "wish"
    world.wait(seconds=60)
    assert "+49 231 555 0101" in world.sales_mails()[0].text


def test_a_full_team_makes_a_waiting_list_and_the_best_lead_goes_first(world: World) -> None:
    team = world.rt.definitions.sales.team.values()
    room = sum(p.open_leads for p in team if "feintakt" in p.products)
    people = [f"lead{n}@kunde{n}.example" for n in range(room + 2)]
    for n, person in enumerate(people):
        world.fill_form(person, "messe-produktion-2027", ("nurture",), call_me="yes", phone=f"+49 231 555 {n:04}")
        world.confirm(person)
    states = [h.state for h in world.handoffs()]
    assert states.count(HandoffState.OFFERED) == room
    assert states.count(HandoffState.WAITING) == 2
    world.wait(seconds=60)
    busy = next(h for h in world.handoffs() if h.state is HandoffState.OFFERED)
    mail = next(m for m in world.sales_mails() if f"{busy.dossier['address']}" in m.text)
    world.answer_sales(mail, "returned", "not-reachable")
    world.wait(minutes=2)
    assert [h.state for h in world.handoffs()].count(HandoffState.WAITING) == 1


def test_a_link_of_somebody_who_no_longer_has_the_lead_stops_working(world: World) -> None:
    hot(world)
    [mail] = world.sales_mails()
    token = mail.tokens("/h/")[0]
    forged = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    from nurture.engine import handoff

    with pytest.raises(InvalidToken):
        handoff.answer_page(world.rt, forged, world.now)


def test_two_people_of_one_company_are_one_lead_and_one_handoff(world: World) -> None:
    mail = world.arrive()
    world.wait(minutes=3)
    world.read_topic(mail, "bottlenecks", "checkliste-engpass")
    colleague = world.arrive(
        "thomas.klein@anlagenbau-huber.example", first_name="Thomas", last_name="Klein", salutation="mr"
    )
    world.wait(minutes=3)
    world.read_topic(colleague, "delivery-dates", "rechnung-terminverzug")
    world.read_topic(colleague, "bottlenecks", "checkliste-engpass")
    assert len({c.unit_id for c in (world.contact(), world.contact("thomas.klein@anlagenbau-huber.example")) if c}) == 1
    assert len(world.handoffs()) == 1
