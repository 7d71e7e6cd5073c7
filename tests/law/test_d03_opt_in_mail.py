"""D3: the opt-in mail asks, and does nothing else: no advertising, no tracking, nothing that whoever filled the form wrote."""

from __future__ import annotations

import re
from html import unescape

import pytest
from web.house import House

from nurture.engine.opt_in_code import code_of, spaced

TYPED = {
    "first_name": "Gratis-Casino",
    "last_name": "https://evil.example/win",
    "company": "Buy now GmbH http://evil.example",
    "phone": "+49 900 666666",
    "message": "CLICK HERE evil.example",
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("form", ["whitepaper-feinplanung", "messe-produktion-2027"])
def test_d3_the_opt_in_mail(house: House, form: str, language: str) -> None:
    house.world.fill_form("victim@elsewhere.example", form, language=language, **TYPED)
    (mail,) = house.world.mails
    row = house.world.registrations()[0]
    definitions = house.rt.definitions
    for part in (mail.text, mail.html):
        said = " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())
        for typed in ("casino", "evil", "buy now", "900", "click here"):
            assert typed not in part.lower()
        assert definitions.forms[form].title[language] in said
        assert spaced(code_of(house.rt, row.id, row.created_at)) in said
        assert ("9. März 2026" if language == "de" else "March 9, 2026") in said
        assert ("nichts tun" if language == "de" else "nothing to do") in said
        for fact in (definitions.organisation.imprint.company, definitions.organisation.imprint.register):
            assert fact in said
        ours = set(re.findall(r"https://nurture\.example/[^\s\"<>)]+", part))
        assert len(ours) == 1 and all("/c/" in url for url in ours), "the one link that confirms"
        assert not re.search(r"<img|/l/|/t/|/d/|/u/|utm_", part)
    assert not {"List-Unsubscribe", "List-Id", "Feedback-ID"} & set(mail.message.keys())
    assert "casino" not in str(mail.message["To"]).lower() + str(mail.message["Subject"]).lower()
