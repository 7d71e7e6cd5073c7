"""What defined things are called: functions, products, content, salespeople; their id where they are no longer defined."""

from __future__ import annotations

from typing import Any

from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.domain.form import FormField
from nurture.engine.own_forms import own_title
from nurture.engine.words import word


def function_name(d: Definitions, function: str | None, language: str) -> str:
    known = d.functions.get(function) if function else None
    return in_language(known.name, language) if known else function or ""


def product_name(d: Definitions, product: str, language: str) -> str:
    known = d.products.get(product)
    return in_language(known.name, language) if known else product


def lane_name(d: Definitions, lane: str, language: str) -> str:
    """What a group of mail providers is called; the lanes that are none by what they are."""
    name = word(f"lane.{lane or 'none'}", language)
    known = d.delivery.providers.get(lane)
    return known.name if known else name


def about(d: Definitions, act: Any, language: str) -> str:
    """What an activity was about, in words: the content item, the topic or the form."""
    if act.content:
        return content_title(d, act.content, language)
    if act.form:
        return form_title(d, act.form, language)
    return topic_name(d, act.topic, language) if act.topic else ""


def content_title(d: Definitions, content: str, language: str) -> str:
    known = d.content.get(content)
    return in_language(known.title, language) if known else content


def topic_name(d: Definitions, topic: str, language: str) -> str:
    known = d.topics.get(topic)
    return in_language(known.name, language) if known else topic


def salesperson(d: Definitions, person: str | None) -> str | None:
    return d.sales.team[person].name if person and person in d.sales.team else person


def return_reason(d: Definitions, reason: str | None, language: str) -> str | None:
    known = d.sales.return_reasons.get(reason) if reason else None
    return in_language(known.name, language) if known else reason


def form_title(d: Definitions, form: str | None, language: str) -> str:
    known = d.forms.get(form) if form else None
    title = known.title if known else own_title(form or "")
    return in_language(title, language) if title else form or ""


def campaign_title(d: Definitions, campaign: str | None, language: str) -> str:
    known = d.campaigns.get(campaign) if campaign else None
    return in_language(known.title, language) if known else campaign or ""


def purpose_title(d: Definitions, purpose: str, language: str) -> str:
    known = d.purposes.get(purpose)
    return in_language(known.title, language) if known else purpose


def field_label(d: Definitions, field: str, language: str) -> str:
    """What a form asks for in ``field``."""
    known = _field(d, field)
    return in_language(known.label, language) if known else field


def answer_label(d: Definitions, field: str, value: str, language: str) -> str:
    """What the reader chose, as the form words it; free text as it is."""
    known = _field(d, field)
    if known is not None and known.options and value in known.options:
        return in_language(known.options[value], language)
    return function_name(d, value, language) if field == "function" else value


def _field(d: Definitions, field: str) -> FormField | None:
    return next((f for form in d.forms.values() for f in form.fields if f.name == field), None)
