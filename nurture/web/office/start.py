"""The first page: what needs attention, what happened lately, a few figures."""

from __future__ import annotations

from flask import Blueprint, Response

from nurture.engine import operation, worklists
from nurture.web.office.desk import desk, language, page


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/", "start", show)


def show() -> Response:
    here = desk()
    forms = [form for form in here.definitions.forms.values() if not form.profile]
    return page(
        "start",
        figures=worklists.figures(here.rt, here.now()),
        news=worklists.news(here.rt, language()),
        forms=forms,
        faults=operation.definition_faults(here.rt, here.now()),
    )
