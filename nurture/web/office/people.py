"""People: the list with its search, and everything about one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from nurture.domain.catalogue import LeadClass, in_language
from nurture.domain.errors import NotFound
from nurture.engine import people, returns_desk
from nurture.engine.person import STATES
from nurture.engine.timeline import timeline
from nurture.engine.timeline_entries import GROUPS
from nurture.engine.words import word
from nurture.store.people import Wanted
from nurture.web.office.desk import PAGE, desk, done, language, me, page, page_number

_SHOWN = 150
"""How many entries of a timeline are shown before one asks for all."""


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/people", "people", show_list)
    office.add_url_rule("/people/<path:address>", "person", show_one)
    office.add_url_rule("/held/<path:address>", "decide_hold", decide_hold, methods=["POST"])


def show_list() -> Response:
    """The list; only its table when htmx asks while somebody types."""
    wanted, number = _wanted(), page_number()
    found = people.search(desk().rt, wanted, PAGE, (number - 1) * PAGE, desk().now())
    template = "people_table" if request.headers.get("HX-Request") else "people"
    return page(
        template, found=found, wanted=wanted, number=number, size=PAGE,
        query=_query(wanted), state_options=_options("person", STATES), class_options=_class_options(),
        function_options=[(f.id, in_language(f.name, language())) for f in desk().definitions.functions.values()],
    )  # fmt: skip


def _options(group: str, states: Iterable[str]) -> list[tuple[str, str]]:
    return [(state, word(f"{group}.{state}", language())) for state in states]


def _class_options() -> list[tuple[str, str]]:
    return [(name, f"{name}: {text}") for name, text in _options("class", (c.value for c in LeadClass))]


def _wanted() -> Wanted:
    """What was asked for; values that do not exist are as good as none."""
    asked = request.args
    function, lead_class, state = asked.get("function", ""), asked.get("class", ""), asked.get("state", "")
    return Wanted(
        text=asked.get("q", "").strip()[:100],
        function=function if function in desk().definitions.functions else "",
        lead_class=lead_class if lead_class in {c.value for c in LeadClass} else "",
        state=state if state in STATES else "",
    )


def _query(wanted: Wanted) -> dict[str, Any]:
    named = {"q": wanted.text, "function": wanted.function, "class": wanted.lead_class, "state": wanted.state}
    return {name: value for name, value in named.items() if value}


def decide_hold(address: str) -> Response:
    """What the owner of a held address meant: no more mail, or not. Somebody else may have decided meanwhile."""
    stop = request.form.get("meant") == "stop"
    said = "held.stopped" if stop else "held.goes-on"
    try:
        (returns_desk.meant_stop if stop else returns_desk.go_on)(desk().rt, address, me().name, desk().now())
    except NotFound:
        said = "held.decided"
    return done(said, "office.person", address=address)


def show_one(address: str) -> Response:
    story = timeline(desk().rt, address, language(), desk().now())
    shown = request.args.get("show", "")
    entries = [e for e in story.entries if shown not in GROUPS or e.group == shown]
    return page(
        "person",
        story=story,
        now=desk().now(),
        entries=entries if request.args.get("all") else entries[:_SHOWN],
        total=len(entries),
        groups=[(group, sum(e.group == group for e in story.entries)) for group in GROUPS],
        shown=shown if shown in GROUPS else "",
    )
