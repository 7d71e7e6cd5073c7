"""Mails by state, with the reason; and each of them as its reader saw it, in a frame that can do nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, make_response, request

from nurture.domain.errors import IllegalTransition, NurtureError
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import letters, message_life, outbox, worklists
from nurture.engine.runtime import Runtime
from nurture.web.office.desk import PAGE, desk, done, language, me, page, page_number

PREVIEW_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""The mail's own style sheets and nothing else: no scripts, no links, no pictures from elsewhere."""
VIEWS: dict[str, tuple[MessageState, ...]] = {
    "stuck": worklists.STUCK,
    "unknown": (MessageState.UNKNOWN,),
    "under-way": (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING),
    "accepted": (MessageState.ACCEPTED,),
    "cancelled": (MessageState.CANCELLED,),
    "all": (),
}


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/messages", "messages", show_list)
    office.add_url_rule("/messages/<int:number>", "message", show_one)
    office.add_url_rule("/messages/<int:number>/html", "message_html", show_html)
    office.add_url_rule("/messages/<int:number>/release", "release_message", release, methods=["POST"])
    office.add_url_rule("/messages/<int:number>/cancel", "cancel_message", cancel, methods=["POST"])


def show_list() -> Response:
    counts, number = worklists.message_counts(desk().rt), page_number()
    totals = {name: sum(counts.get(s, 0) for s in states or tuple(MessageState)) for name, states in VIEWS.items()}
    view = request.args.get("show", "")
    if view not in VIEWS:
        view = "stuck" if totals["stuck"] else "all"
    rows = worklists.messages(desk().rt, VIEWS[view], _kind(), language(), PAGE, (number - 1) * PAGE)
    return page("messages", rows=rows, view=view, totals=totals, number=number, size=PAGE)


def _kind() -> MessageKind | None:
    asked = request.args.get("kind", "")
    return MessageKind(asked) if asked in {kind.value for kind in MessageKind} else None


def show_one(number: int) -> Response:
    row = worklists.message(desk().rt, number, language())
    letter, fault = None, ""
    try:
        letter = letters.preview(desk().rt, number)
    except NurtureError as error:
        fault = str(error)
    return page(
        "message",
        row=row,
        life=message_life.life(desk().rt, number, language(), desk().now()),
        letter=letter,
        fault=fault,
        releasable=row.state in outbox.RELEASABLE,
        cancellable=row.state in outbox.CANCELLABLE,
    )


def release(number: int) -> Response:
    return _act(outbox.release, number, "messages.released")


def cancel(number: int) -> Response:
    return _act(outbox.cancel, number, "messages.called-off")


def _act(verb: Callable[[Runtime, int, str, datetime], None], number: int, said: str) -> Response:
    """Do it, unless the mail has moved on in the meantime."""
    try:
        verb(desk().rt, number, me().name, desk().now())
    except IllegalTransition:
        said = "messages.moved-on"
    return done(said, "office.message", number=number)


def show_html(number: int) -> Response:
    """The HTML part alone; shown in a frame of the page above."""
    response = make_response(letters.preview(desk().rt, number).html)
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response
