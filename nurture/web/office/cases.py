"""Requests of data subjects with their deadlines, and what can be done about them for one person."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from nurture.domain import audit as actors
from nurture.domain.audit import Actor
from nurture.domain.catalogue import in_language
from nurture.domain.errors import IllegalTransition, InvalidInput
from nurture.domain.pacing import start_of
from nurture.engine import erasure, rights
from nurture.engine.audit_words import ACTIONS
from nurture.engine.audit_words import said as in_words
from nurture.engine.erasure import Ground
from nurture.engine.person_rights import Subject, find, subject
from nurture.engine.rights import CHANNELS, Kind
from nurture.engine.rights_words import told
from nurture.web.office.desk import LANGUAGES, PAGE, desk, done, formats, language, me, page, page_number, words

_TYPED = ("kind", "address", "channel", "on", "note")
_GROUNDS = {Ground.ASKED: "rights.why-asked", Ground.UNLAWFUL: "rights.why-unlawful", Ground.OVER: "rights.why-over"}
_BY_HAND = [channel for channel in CHANNELS if channel not in ("page", "cli")]


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/protection/cases", "cases", show_list)
    office.add_url_rule("/protection/cases", "open_case", open_one, methods=["POST"])
    office.add_url_rule("/protection/cases/<int:number>", "case", show_one)
    office.add_url_rule("/protection/cases/<int:number>/extend", "extend_case", extend, methods=["POST"])
    office.add_url_rule("/protection/cases/<int:number>/settle", "settle_case", settle, methods=["POST"])
    office.add_url_rule("/protection/rights/<path:address>", "person_rights", show_person)
    office.add_url_rule("/protection/rights/<path:address>", "act_on_rights", act, methods=["POST"])


def _actor() -> Actor:
    return actors.user(me().name)


def show_list() -> Response:
    return _list(dict.fromkeys(_TYPED, ""), {})


def _list(typed: dict[str, str], problems: dict[str, str], status: int = 200) -> Response:
    settled, number = request.args.get("show") == "settled", page_number()
    rows, total = rights.listing(
        desk().rt, desk().now(), state="settled" if settled else "open", limit=PAGE, offset=(number - 1) * PAGE
    )
    return page("cases", status, rows=rows, total=total, number=number, size=PAGE, settled=settled, typed=typed,
                problems=problems, kinds=[k.value for k in Kind], channels=_BY_HAND, today=_today(),
                said=partial(told, language=language()))  # fmt: skip


def _today() -> date:
    return desk().now().astimezone(desk().definitions.calendar.zone).date()


def open_one() -> Response:
    typed = {name: request.form.get(name, "")[:4000] for name in _TYPED}
    try:
        number = rights.open_case(desk().rt, typed["kind"], typed["address"], typed["channel"], _actor(), desk().now(),
                                  note=typed["note"], received=_received(typed["on"]))  # fmt: skip
    except InvalidInput as error:
        return _list(typed, error.problems, 400)
    return done("cases.added", "office.case", number=number)


def _received(text: str) -> datetime | None:
    """The beginning of the day that was named; None: today. Raises InvalidInput."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({"received": "no date"}) from None
    if day.year < 2018:  # nobody could ask before the GDPR applied
        raise InvalidInput({"received": "too long ago"})
    return start_of(day, desk().definitions.calendar.zone)


def show_one(number: int) -> Response:
    return _one(number)


def _one(number: int, status: int = 200, problem: str = "", at: str = "") -> Response:
    found = rights.case(desk().rt, number, desk().now())
    known = find(desk().rt, found.address) if found.address else None
    return page("case", status, case=found, known=known, problem=problem, at=at, typed=request.form,
                outcome=in_words(ACTIONS, found.outcome, language()),
                said=partial(told, language=language()))  # fmt: skip


def extend(number: int) -> Response:
    try:
        rights.extend(desk().rt, number, request.form.get("why", ""), _actor(), desk().now())
    except InvalidInput:
        return _one(number, 400, "cases.no-reason", "extend")
    except IllegalTransition:
        return _one(number, 409, "cases.moved-on", "extend")
    return done("cases.extended-now", "office.case", number=number)


def settle(number: int) -> Response:
    refused = request.form.get("how") == "refused"
    try:
        rights.settle(desk().rt, number, request.form.get("outcome", ""), _actor(), desk().now(), refused=refused)
    except InvalidInput:
        return _one(number, 400, "cases.no-reason", "settle")
    except IllegalTransition:
        return _one(number, 409, "cases.moved-on", "settle")
    return done("cases.settled-now", "office.case", number=number)


# --- one person ---------------------------------------------------------------------------------------------------------


def show_person(address: str) -> Response:
    return _person(subject(desk().rt, address))


def _person(who: Subject, status: int = 200, problems: dict[str, str] | None = None, typed: Any = None) -> Response:
    number = _case_number()
    d = desk().definitions
    return page(
        "rights",
        status,
        who=who,
        case=rights.case(desk().rt, number, desk().now()) if number else None,
        problems=problems or {},
        typed=typed or who.values,
        longest=rights.FIELDS,
        function_options=[
            ("", words()("rights.none")),
            *((f.id, in_language(f.name, language())) for f in d.functions.values()),
        ],
        language_options=[(code, formats().language_name(code)) for code in d.organisation.languages],
        exports=LANGUAGES,
        reasons=[(ground.value, words()(text)) for ground, text in _GROUNDS.items()],
        said=partial(told, language=language()),
    )


def _case_number() -> int | None:
    asked = request.values.get("case", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


def act(address: str) -> Response:
    """One of the things that can be done for a person; for the case that is named, else for one of its own."""
    who = subject(desk().rt, address)
    what = {
        "export": _export,
        "correct": _correct,
        "restrict": _restrict,
        "lift": _lift,
        "object": _object,
        "erase": _erase,
    }
    chosen = what.get(request.form.get("act", ""))
    if chosen is None or (who.contact is None and chosen is not _erase):
        return _person(who, 400)
    return chosen(who)


def _fitting(kind: Kind) -> int | None:
    """The named case, if it is an open one of this kind."""
    number = _case_number()
    found = rights.case(desk().rt, number, desk().now()) if number else None
    return number if found and found.kind == kind and found.state == "open" else None


def _export(who: Subject) -> Response:
    wanted = request.form.get("language", "")
    now = desk().now()
    raw = rights.bundle(desk().rt, who.id, wanted if wanted in LANGUAGES else "de", now)
    kind = Kind.PORTABILITY if _fitting(Kind.PORTABILITY) else Kind.ACCESS
    rights.handed_out(desk().rt, who.id, kind, _actor(), now, case=_fitting(kind), channel="mail")
    response = make_response(raw)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="nurture-data-{who.id}-{_today():%Y-%m-%d}.zip"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _correct(who: Subject) -> Response:
    typed = {name: request.form.get(name, "")[:1000] for name in rights.FIELDS}
    values = {name: value for name, value in typed.items() if value != who.values[name]}
    try:
        changed = rights.correct(desk().rt, who.id, values, _actor(), desk().now(), case=_fitting(Kind.RECTIFICATION),
                                 channel="mail")  # fmt: skip
    except InvalidInput as error:
        return _person(who, 400, error.problems, typed)
    return done("rights.corrected" if changed else "rights.unchanged", "office.person_rights", address=who.address)


def _restrict(who: Subject) -> Response:
    rights.restrict(desk().rt, who.id, _actor(), desk().now(), case=_fitting(Kind.RESTRICTION), channel="mail")
    return done("rights.restricted", "office.person_rights", address=who.address)


def _lift(who: Subject) -> Response:
    rights.lift_restriction(desk().rt, who.id, _actor(), desk().now())
    return done("rights.lifted", "office.person_rights", address=who.address)


def _object(who: Subject) -> Response:
    rights.object_to(desk().rt, who.id, _actor(), desk().now(), case=_fitting(Kind.OBJECTION), channel="mail")
    return done("rights.objected", "office.person_rights", address=who.address)


def _erase(who: Subject) -> Response:
    typed, said = request.form.get("address", "").strip()[:400], request.form.get("why", "")
    if typed.lower() != who.address.lower():
        return _person(who, 400, {"erase": words()("rights.erase-differs")})
    ground = Ground(said) if said in set(Ground) else Ground.ASKED
    gone = erasure.erase_address(desk().rt, who.address, _actor(), desk().now(), ground=ground, case=_fitting(Kind.ERASURE),
                                 channel="mail")  # fmt: skip
    t = words()
    done_so = t("rights.erased-told", names=", ".join(gone.told)) if gone.told else t("rights.erased")
    flash(done_so if gone.finished else f"{done_so} {t('rights.erased-later')}")
    return make_response(redirect(url_for("office.case", number=gone.case), 303))
