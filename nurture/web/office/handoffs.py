"""Leads that are, or were, with sales."""

from __future__ import annotations

from flask import Blueprint, Response, request

from nurture.engine import worklists
from nurture.web.office.desk import PAGE, desk, language, page, page_number


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/handoffs", "handoffs", show_list)


def show_list() -> Response:
    closed, number = request.args.get("show") == "closed", page_number()
    rows, total = worklists.handoffs(
        desk().rt, closed=closed, language=language(), now=desk().now(), limit=PAGE, offset=(number - 1) * PAGE
    )
    return page("handoffs", rows=rows, total=total, closed=closed, number=number, size=PAGE)
