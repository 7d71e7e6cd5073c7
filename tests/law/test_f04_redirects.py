"""F4: an address of ours leads nowhere but where the definitions say; nobody can be sent elsewhere with it."""

from __future__ import annotations

from html import unescape

import pytest
from pydantic import TypeAdapter, ValidationError
from stories.world import Mail
from web.house import House

from nurture.definitions.models.values import Url
from nurture.engine import links
from nurture.web.office.gate import safe_next
from nurture.web.security import is_web_address

NOWHERE = {
    "a script": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "no scheme": "//evil.example/",
    "a login in front of the host": "https://www.hallmann-brueck.example@evil.example/",
    "a header behind a line end": "https://www.example.com/\r\nSet-Cookie: a=b",
    "a backslash": "https://www.example.com\\@evil.example/",
    "a null byte": "https://www.example.com/\x00",
    "a dot of another script": "https://evil\u3002example/",
    "another scheme": "ftp://www.example.com/",
    "nothing": "",
}


@pytest.mark.parametrize("case", NOWHERE)
def test_f4_the_definitions_take_no_such_target(case: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Url).validate_python(NOWHERE[case])


@pytest.mark.parametrize("case", [case for case in NOWHERE if case != "a dot of another script"])
def test_f4_nor_does_a_link_lead_there_whatever_was_stored(
    house: House, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    token = house.world.link(house.world.arrive(), "topic:")
    monkeypatch.setattr(links, "target_url", lambda *_: NOWHERE[case])
    answer = house.get(f"/l/{token}")
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert not is_web_address(NOWHERE[case])


def test_f4_what_leads_on_says_nothing_of_where_it_came_from_and_is_kept_nowhere(house: House) -> None:
    answer = house.get(f"/l/{house.world.link(house.world.arrive(), 'topic:')}")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers


def test_f4_unknown_and_foreign_tokens_lead_nowhere(house: House) -> None:
    mail: Mail = house.world.arrive()
    click = house.world.link(mail, "topic:")
    (leave,) = mail.tokens("/u/")[:1]
    for token in (
        click[:-1],
        click + "A",
        leave,
        "x",
        "https:%2F%2Fevil.example",
        "%0d%0aLocation:%20https://evil.example",
    ):
        answer = house.get(f"/l/{token}?next=https://evil.example&url=https://evil.example")
        assert (answer.status_code, answer.headers.get("Location")) == (404, None)
        assert "evil.example" not in unescape(answer.text)


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/office/", True),
        ("/office/people?q=a", True),
        ("/office/../f/x", False),
        ("//evil.example/office/", False),
        ("/office//evil.example", False),
        ("https://evil.example/office/", False),
        ("/officeevil", False),
        ("/office/\r\nSet-Cookie: a=b", False),
        ("", False),
    ],
)
def test_f4_after_the_login_only_pages_of_the_office_follow(path: str, safe: bool) -> None:
    assert safe_next(path) is safe
