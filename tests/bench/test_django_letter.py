"""django-post-office is measured with the same letter as Nurture: it says the same, by the same conditions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine

from bench import letter
from bench.django_letter import REPRESENTATIVES, django_letter
from bench.house import HOME, runtime
from nurture.engine import letter_facts
from nurture.mail.render import render

LINKS = [f"https://nurture.example/l/{number}" for number in range(6)]
URLS = {name: f"https://nurture.example/{name}" for name in ("preferences", "unsubscribe", "imprint", "privacy")}


@pytest.mark.parametrize("company", ["Werk 10 & Söhne GmbH", ""])
@pytest.mark.parametrize("function_name", ["IT-Leitung", ""])
@pytest.mark.parametrize("interest_name", ["Engpässe", ""])
def test_django_prints_what_nurture_prints(tmp_path: Path, company: str, function_name: str, interest_name: str) -> None:
    shared = letter_facts.frame(runtime(f"sqlite:///{tmp_path}/none.db"), "de", "feintakt", "welcome-feintakt")
    own: dict[str, Any] = {
        "greeting": "Guten Tag Frau Weber,",
        "contact": {"company": company, "address": "reader@werk.example"},
        "function_name": function_name,
        "interest_name": interest_name,
        "first_seen": "3. März 2026",
        "urls": URLS,
    }
    ours = render(letter.template(HOME / "mail_templates"), {**shared, **own}, lambda number, _: LINKS[number])
    given = Context({**own, "links": LINKS, REPRESENTATIVES: shared["imprint"]["represented_by"]})
    theirs = {name: Engine().from_string(text).render(given) for name, text in django_letter(shared).items()}
    assert _words(theirs["subject"]) == _words(ours.subject.replace("&", "&amp;"))
    assert _words(theirs["html"]) == _words(ours.html.replace("&#34;", "&quot;").replace("&#39;", "&#x27;"))
    assert _words(theirs["text"]) == _words(ours.text.replace("& Söhne", "&amp; Söhne"))


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)
