"""The audit log: who did what to people or rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, stream_with_context, url_for

from nurture.domain import audit as actors
from nurture.domain.audit import ActorKind
from nurture.domain.errors import NotFound
from nurture.domain.pacing import start_of
from nurture.engine import audit as log
from nurture.engine import export
from nurture.engine.audit_words import ACTORS, said
from nurture.store.audit import Wanted
from nurture.web.office.desk import PAGE, desk, language, me, page, page_number

_NOBODY = -1
"""A contact that does not exist: the address that was asked for is nobody's."""


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/protection", "protection", enter)
    office.add_url_rule("/protection/audit", "audit", show)
    office.add_url_rule("/protection/audit/export", "export_audit", give_out, methods=["POST"])


def enter() -> Response:
    """The first of the pages on data protection."""
    return make_response(redirect(url_for("office.cases"), 303))


def show() -> Response:
    number, asked = page_number(), _asked()
    rows, total = log.log(desk().rt, _wanted(asked), language(), PAGE, (number - 1) * PAGE)
    return page(
        "audit",
        rows=rows,
        total=total,
        number=number,
        size=PAGE,
        asked=asked,
        query={name: value for name, value in asked.items() if value},
        kinds=[(kind.value, said(ACTORS, kind.value, language())) for kind in ActorKind],
        actions=log.actions(desk().rt, language()),
    )


def give_out() -> Response:
    """All of it as CSV; that it was given out is on record first."""
    here = desk()
    export.given_out(here.rt, "audit", "csv", actors.user(me().name), here.now())
    pieces = stream_with_context(export.export(here.rt, "audit", "csv"))
    name = f"audit-{here.now():%Y-%m-%d}.csv"
    return Response(
        pieces, mimetype="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:320] for name in ("kind", "action", "contact", "since", "until")}


def _wanted(asked: dict[str, str]) -> Wanted:
    """What cannot be read is as good as not asked for."""
    since, until = _day(asked["since"]), _day(asked["until"])
    zone = desk().definitions.calendar.zone
    bounds: dict[str, Any] = {
        "since": start_of(since, zone) if since else None,
        "until": start_of(date.fromordinal(until.toordinal() + 1), zone) if until else None,
    }
    kind = asked["kind"] if asked["kind"] in list(ActorKind) else ""
    return Wanted(kind=kind, action=asked["action"], contact=_contact(asked["contact"]), **bounds)


def _contact(text: str) -> int | None:
    """An address, or the number of somebody who may be gone."""
    if not text or (text.isdecimal() and len(text) < 18):
        return int(text) if text else None
    try:
        return log.concerning(desk().rt, text)
    except NotFound:
        return _NOBODY


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
