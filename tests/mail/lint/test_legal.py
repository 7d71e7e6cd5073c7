"""What the law wants printed: a layout or a mail that leaves it out is not published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nurture.domain.errors import DefinitionError
from nurture.mail.library import load_library

SHIPPED = Path(__file__).parents[3] / "mail_templates"
MAIL = "welcome-feintakt/any/any/de.html.j2"


def few_mails(folder: Path) -> Path:
    for part in ("layout", "service", MAIL.partition("/")[0]):
        shutil.copytree(SHIPPED / part, folder / "mail_templates" / part)
    return folder / "mail_templates"


def without(file: str, old: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        text = (home / file).read_text("utf-8")
        assert old in text
        (home / file).write_text(text.replace(old, ""), "utf-8")

    return change


def with_footer(block: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        (home / MAIL).write_text((home / MAIL).read_text("utf-8") + block, "utf-8")

    return change


ILLEGAL = {
    "no link to unsubscribe in the html": (
        without("layout/letter.html.j2", "{{ urls.unsubscribe }}"),
        "mail_templates/layout/letter.html.j2:1:1: the law wants this printed in every mail: urls.unsubscribe",
    ),
    "no link to unsubscribe in the text": (
        without("layout/letter.txt.j2", "{{ urls.unsubscribe }}"),
        "mail_templates/layout/letter.txt.j2:1:1: the law wants this printed in every mail: urls.unsubscribe",
    ),
    "no street": (
        without("layout/imprint.txt.j2", "{{ imprint.street }}"),
        "mail_templates/layout/letter.txt.j2:1:1: the law wants this printed in every mail: imprint.street",
    ),
    "a mail with its own footer": (
        with_footer("{% block footer %}Bis bald!{% endblock %}"),
        f"mail_templates/{MAIL}:14:10: the footer carries the imprint and the link to unsubscribe; keep it with {{{{ super() }}}}",
    ),
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_without_it_nothing_is_published(tmp_path: Path, name: str) -> None:
    change, fault = ILLEGAL[name]
    home = few_mails(tmp_path)
    change(home)
    with pytest.raises(DefinitionError) as caught:
        load_library(home)
    assert fault in str(caught.value).splitlines()


def test_a_footer_may_be_added_to(tmp_path: Path) -> None:
    home = few_mails(tmp_path)
    with_footer("{% block footer %}Bis bald!{{ super() }}{% endblock %}")(home)
    assert load_library(home).mails()
