"""D10 (§ 5 DDG, § 35a GmbHG) and D3: what the law wants in mails is there, or nothing starts and nothing is taken up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture import app
from nurture.domain.errors import DefinitionError
from nurture.engine.legal_gate import load_lawful
from nurture.engine.publication import load_publication
from nurture.engine.reloading import Watch
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings

SHIPPED = Path(__file__).parents[2]
OPT_IN = "mail_templates/service/opt-in/de.html.j2"
LAYOUT = "mail_templates/layout/letter.html.j2"
IMPRINT = (
    "company", "represented_by", "street", "postal_code", "city", "country", "register", "vat_id", "phone", "email",
    "imprint_url", "privacy_url",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The shipped example with few mails, to be spoiled."""
    for folder in ("campaigns", "config", "mail_templates"):
        shutil.copytree(SHIPPED / folder, tmp_path / "home" / folder)
    return tmp_path / "home"


def replace(home: Path, file: str, old: str, new: str) -> None:
    text = (home / file).read_text("utf-8")
    assert old in text
    (home / file).write_text(text.replace(old, new), "utf-8")


def start(home: Path, now: datetime) -> None:
    app.build(load_settings({"NURTURE_HOME": str(home)}), now)


@pytest.mark.parametrize("field", IMPRINT)
def test_d10_no_start_without_this_part_of_the_imprint(home: Path, now: datetime, field: str) -> None:
    lines = (home / "config" / "organisation.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"  {field}:")]
    assert len(kept) == len(lines) - 1
    (home / "config" / "organisation.yaml").write_text("\n".join(kept) + "\n", "utf-8")
    with pytest.raises(DefinitionError) as refused:
        start(home, now)
    assert f"imprint.{field}" in str(refused.value) or f"'{field}'" in str(refused.value)
    assert not (home / "var").exists()


@pytest.mark.parametrize("blank", ["\N{ZERO WIDTH SPACE}", "\N{SOFT HYPHEN}", "\N{HANGUL FILLER}", "\N{NO-BREAK SPACE}"])
def test_d10_what_cannot_be_seen_is_missing(home: Path, now: datetime, blank: str) -> None:
    replace(home, "config/organisation.yaml", "  vat_id: DE000000000\n", f'  vat_id: "{blank}"\n')
    with pytest.raises(DefinitionError, match="is empty"):
        load_publication(home)


def test_d10_everything_that_is_missing_is_told_at_once(home: Path, now: datetime) -> None:
    for field in ("  street: Beispielallee 12\n", "  vat_id: DE000000000\n"):
        replace(home, "config/organisation.yaml", field, "")
    with pytest.raises(DefinitionError) as refused:
        start(home, now)
    assert {"street", "vat_id"} <= {fault.path.rpartition(".")[2] for fault in refused.value.faults}


Spoil = Callable[[Path], None]


def hidden_imprint(home: Path) -> None:
    file = "mail_templates/layout/imprint.html.j2"
    replace(home, file, "{{ imprint.street }}", '<span style="display:none">{{ imprint.street }}</span>')


def hidden_unsubscribe(home: Path) -> None:
    replace(home, LAYOUT, 'href="{{ urls.unsubscribe }}"', 'style="display:none" href="{{ urls.unsubscribe }}"')


def advertising(home: Path) -> None:
    replace(
        home, OPT_IN, "{% endblock %}", '<a href="https://www.hallmann-brueck.example/angebot">Angebot</a>{% endblock %}'
    )


def picture(home: Path) -> None:
    replace(home, OPT_IN, "{% endblock %}", '<img src="https://nurture.example/i.png" alt="Logo">{% endblock %}')


def observed(home: Path) -> None:
    replace(home, OPT_IN, "{% endblock %}", '{{ part.button("Lesen", content("whitepaper-feinplanung")) }}{% endblock %}')


def typed_by_the_lead(home: Path) -> None:
    replace(home, OPT_IN, 'part.paragraph("Guten Tag,")', 'part.paragraph("Guten Tag, " ~ contact.first_name)')


UNLAWFUL: dict[str, tuple[Spoil, str]] = {
    "an imprint that nobody can see": (hidden_imprint, "the html does not say: Beispielallee 12"),
    "an unsubscribe link that nobody can see": (hidden_unsubscribe, "the html has no link to unsubscribe"),
    "advertising in the opt-in mail": (advertising, "the link “Angebot” leads elsewhere"),
    "a picture in the opt-in mail": (picture, "there is a picture"),
    "an observed link in the opt-in mail": (observed, "content"),
    "words of the lead in the opt-in mail": (typed_by_the_lead, "contact"),
}


AWAY = {
    "street": "font-size:1px", "city": "color:#ffffff", "register": "color:transparent", "phone": "opacity:0",
    "postal_code": "position:absolute;left:-9999px", "vat_id": "display:block;max-height:0;overflow:hidden",
}  # fmt: skip


def test_d10_an_imprint_that_nobody_is_meant_to_read_is_missing(home: Path, now: datetime) -> None:
    file = "mail_templates/layout/imprint.html.j2"
    for field, style in AWAY.items():
        replace(home, file, f"{{{{ imprint.{field} }}}}", f'<span style="{style}">{{{{ imprint.{field} }}}}</span>')
    imprint = load_publication(home).definitions.organisation.imprint
    with pytest.raises(DefinitionError) as refused:
        start(home, now)
    lacks = next(fault.message for fault in refused.value.faults if "the html does not say" in fault.message)
    assert [field for field in AWAY if str(getattr(imprint, field)) not in lacks] == []


def test_d3_a_mail_that_asks_loads_nothing_and_leads_nowhere_else(home: Path, now: datetime) -> None:
    """What a picture and a link are not, and yet do."""
    tricks = {
        '<div style="background-image:url(https://t.example/p.gif)">.</div>': "the style of <div> loads something",
        "<style>.a{background:url(https://t.example/p.gif)}</style>": "the style of <style> loads something",
        '<picture><source srcset="https://t.example/p.gif"></picture>': "the srcset of <source> loads something",
        '<a href="//shop.example/angebot">Angebot</a>': "the link “Angebot” leads elsewhere",
        "Angebot: https://shop.example/rabatt": "it names https://shop.example/rabatt",
    }
    replace(home, OPT_IN, "{% endblock %}", "".join(tricks) + "{% endblock %}")
    with pytest.raises(DefinitionError) as refused:
        start(home, now)
    assert [trick for trick, said in tricks.items() if said not in str(refused.value)] == []


@pytest.mark.parametrize("case", UNLAWFUL)
def test_d10_d3_nothing_starts_with(home: Path, now: datetime, case: str) -> None:
    spoil, said = UNLAWFUL[case]
    spoil(home)
    with pytest.raises(DefinitionError) as refused:
        start(home, now)
    assert said in str(refused.value)
    assert "mail_templates/" in refused.value.faults[0].file
    assert not (home / "var").exists()


def test_d10_a_running_system_keeps_its_last_lawful_definitions(
    home: Path, sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    rt = make_runtime(sqlite_db, publication=load_lawful(home))
    watch, lawful = Watch(rt), rt.publication
    hidden_unsubscribe(home)
    error = watch.look(now)
    assert error is not None
    assert "no mail leaves like this: the html has no link to unsubscribe" in str(error)
    assert rt.publication is lawful
    load_publication(home)  # it is the law that refuses it, and nothing else
