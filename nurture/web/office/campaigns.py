"""Campaigns: how many are in each, and what each step did."""

from __future__ import annotations

from flask import Blueprint, Response, request

from nurture.engine import campaign_figures
from nurture.web.office.desk import desk, language, page


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/campaigns", "campaigns", show_list)
    office.add_url_rule("/campaigns/<campaign>", "campaign", show_one)


def show_list() -> Response:
    return page("campaigns", campaigns=campaign_figures.campaign_counts(desk().rt, language()))


def show_one(campaign: str) -> Response:
    version = request.args.get("version") or None
    return page("campaign", campaign=campaign_figures.campaign_page(desk().rt, campaign, version, language()))
