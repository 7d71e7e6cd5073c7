"""What came back, and the quarantine: what only a human can tell. It is shown as text; nothing in it runs or loads."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from nurture.domain.errors import IllegalTransition, InvalidInput, NotFound
from nurture.domain.returns import ReturnKind
from nurture.engine import message_life, returned_view, returns_desk
from nurture.web.office.desk import PAGE, desk, done, language, me, page, page_number

ASSIGNABLE = (ReturnKind.BOUNCE, ReturnKind.COMPLAINT, ReturnKind.REPLY, ReturnKind.AUTO_REPLY, ReturnKind.DELAYED)
"""What a human may say that it is."""


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/delivery/returned", "returned", show_list)
    office.add_url_rule("/delivery/returned/<int:number>", "returned_mail", show_one)
    office.add_url_rule("/delivery/returned/<int:number>/raw", "returned_raw", download)
    office.add_url_rule("/delivery/returned/<int:number>/dismiss", "dismiss_returned", dismiss, methods=["POST"])
    office.add_url_rule("/delivery/returned/<int:number>/assign", "assign_returned", assign, methods=["POST"])
    office.add_url_rule("/delivery/returned/<int:number>/objection", "object_returned", objection, methods=["POST"])


def show_list() -> Response:
    quarantine, number, kind = request.args.get("show") == "quarantine", page_number(), request.args.get("kind", "")
    kind = kind if kind in {k.value for k in ReturnKind} else ""
    rows, more = returned_view.listing(
        desk().rt, quarantine=quarantine, kind=kind, language=language(), limit=PAGE, offset=(number - 1) * PAGE
    )
    query = {name: value for name, value in (("show", "quarantine" if quarantine else ""), ("kind", kind)) if value}
    return page("returned", rows=rows, more=more, quarantine=quarantine, waiting=returned_view.waiting(desk().rt),
                kind=kind, kinds=[k.value for k in ReturnKind], number=number, query=query)  # fmt: skip


def show_one(number: int) -> Response:
    return _page(number)


def _page(number: int, status: int = 200, problem: str = "") -> Response:
    found = returned_view.detail(desk().rt, number, language())
    given = {name: request.form.get(name, "") for name in ("message", "address")}
    return page("returned_mail", status, found=found, kinds=[k.value for k in ASSIGNABLE], problem=problem,
                given=given, shown=returned_view.SHOWN)  # fmt: skip


def download(number: int) -> Response:
    """As it came; a browser neither shows nor runs it."""
    response = make_response(returned_view.raw(desk().rt, number))
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="returned-{number}.eml"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def dismiss(number: int) -> Response:
    returns_desk.dismiss(desk().rt, number, me().name, desk().now())
    return done("returned.dismissed", "office.returned", show="quarantine")


def assign(number: int) -> Response:
    wanted, kind = request.form.get("message", "")[:400], request.form.get("kind", "")
    meant = ReturnKind(kind) if kind in {k.value for k in ASSIGNABLE} else None
    try:
        message = message_life.number_of(desk().rt, wanted)
        returns_desk.assign(desk().rt, number, message, me().name, desk().now(), kind=meant)
    except NotFound as error:
        if error.what == "returned mail":
            raise
        return _page(number, 404, "returned.no-such-mail")
    except IllegalTransition as error:
        return _page(number, 409, "returned.moved-on" if error.machine == "returned mail" else "returned.say-kind")
    return done("returned.assigned", "office.returned_mail", number=number)


def objection(number: int) -> Response:
    try:
        returns_desk.wants_no_more(desk().rt, number, request.form.get("address", "")[:320], me().name, desk().now())
    except InvalidInput:
        return _page(number, 422, "returned.no-address")
    except IllegalTransition:
        return _page(number, 409, "returned.moved-on")
    return done("returned.objected", "office.returned_mail", number=number)
