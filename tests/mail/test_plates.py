"""A plate prints exactly the bytes that the long way makes, or refuses; nobody can tell which one was used."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from nurture.mail.expressions import TooHard
from nurture.mail.library import Library, Template, compile_version
from nurture.mail.mime import html_part, text_part
from nurture.mail.plates import Plate, Press, Printed
from nurture.mail.render import _plain_letter
from nurture.mail.vocabulary import SERVICE

from .contexts import NAMES, nurture_context

LAYOUTS = Path(__file__).parents[2] / "mail_templates" / "layout"
KNOWN = ("organisation", "sender", "imprint", "language", "product", "event")
PARTS = {
    "html": '{% extends "layout/letter.html.j2" %}{% import "layout/parts.html.j2" as part %}',
    "txt": '{% extends "layout/letter.txt.j2" %}{% block subject %}Für {{ greeting }}{% endblock %}'
    "{% block preheader %}ü{% endblock %}",
}


@lru_cache
def template(html: str, text: str) -> Template:
    sources = {f"layout/{path.name}": path.read_text() for path in LAYOUTS.iterdir()}
    for ending, body in (("html", html), ("txt", text)):
        sources[f"welcome/any/any/de.{ending}.j2"] = f"{PARTS[ending]}{{% block body %}}\n{body}{{% endblock %}}"
    return compile_version("welcome", "any/any", "de", sources)


_PLATES: dict[tuple[Template, str], Plate] = {}


def printed(made: Template, context: dict[str, Any], urls: list[str]) -> Printed:
    """By a plate, which serves all mails of which the same is known. Raises TooHard."""
    known = {name: context[name] for name in KNOWN}
    plate = _PLATES.get((made, repr(known)))
    if plate is None:
        plate = _PLATES[made, repr(known)] = made.press.make(known)
    return plate.print({name: value for name, value in context.items() if name not in KNOWN}, urls)


def the_long_way(made: Template, context: dict[str, Any], urls: list[str]) -> Printed:
    letter = _plain_letter(made, context, urls)
    return Printed(letter.subject, text_part(letter.text), html_part(letter))


def links(made: Template) -> list[str]:
    return [f"https://nurture.example/l/{'t' * 40 * (number % 5)}{number}?a&b=c" for number in range(len(made.links))]


@pytest.mark.parametrize("name", [name for name in NAMES.values() if name.isprintable()])
def test_a_plate_prints_every_shipped_mail(library: Library, name: str) -> None:
    for shipped in library.templates():
        if shipped.mail == SERVICE:
            continue
        context = nurture_context(name, shipped.language)
        context["product"] = {**context["product"], "problem": "Wo klemmt es?", "benefit": "Termine"}
        encoded = links(shipped)
        for urls in (encoded, [url.partition("?")[0] for url in encoded]):
            assert printed(shipped, context, urls) == the_long_way(shipped, context, urls), shipped.name


def test_an_address_that_leads_elsewhere_is_written_the_long_way(library: Library) -> None:
    shipped = next(made for made in library.templates() if made.mail != SERVICE and made.links)
    with pytest.raises(TooHard):
        printed(shipped, nurture_context("Weber", shipped.language), [".", *links(shipped)[1:]])


BODIES = {
    "values only": ("{{ greeting }}", "{{ greeting }}"),
    "a value behind a line end": ("<p>\n{{ greeting }}\n</p>", "\n{{ greeting }}\n  {{ greeting }}\n"),
    "a value at the end of a line": ("<p>{{ greeting }}\n</p>", "Für {{ greeting }}\nund {{ greeting }} mehr\n"),
    "two values side by side": ("{{ contact.company }}{{ greeting }}", "\n{{ contact.company }}{{ greeting }}\n"),
    "a dot behind a value": ("<p>\n{{ greeting }}.</p>", "Ü {{ greeting }}.\n\n{{ contact.company }} .\n"),
    "a case that leaves gaps": (
        "{% if greeting %}\n<b>{{ greeting }}</b>\n{% endif %}\n",
        "ü\n\n{% if contact.company %}{{ contact.company }}\n\n{% endif %}\n\n  \n\n  {{ greeting }}\n",
    ),
    "a loop": (
        "{% for c in greeting %}<i>{{ c }}</i>\n{% else %}-{% endfor %}",
        "{% for c in greeting %}({{ c }})\n{% endfor %}{% for c in greeting %}{{ loop.index }}{{ c }}={% endfor %}",
    ),
    "an assignment": ("{% set g = greeting %}{{ g }}", "{% set g = greeting|upper %}{{ g }}"),
    "links": (
        "<p>{{ part.link('x', topic('a')) }}{{ part.button('x', call_me()) }}</p>",
        "{{ topic('a') }}\n{{ call_me() }}",
    ),
    "long lines": ("<p>" + "wort " * 100 + "{{ greeting }}</p>", "wörter " * 40 + "{{ greeting }} = " + "€" * 80),
    "spaces at the end": ("<p> \n{{ greeting }} \n</p>", "ü{{ greeting }} \n-- \n{{ greeting }}"),
    "conditions within lines": (
        "<p>{% if greeting %}{{ greeting }}{% elif contact.company %}.{{ contact.company }}{% else %}-{% endif %}</p>",
        "Für {% if greeting %}{{ greeting }}{% if contact.company %} bei {{ contact.company }}{% endif %}{% endif %}.\n",
    ),
    "a line that only some begin": (
        "<p>\n{% if contact.company %}<b>{{ contact.company }}</b>{% endif %}{{ greeting }}</p>",
        "ü\n{% if contact.company %}{{ contact.company }}, {% endif %}{{ greeting }}\n\n\n{{ greeting }}",
    ),
    "loops within loops": (
        "{% for c in greeting %}{% for d in [1, 2] %}{{ c }}{{ d }}{% endfor %}{{ loop.last }}{% endfor %}",
        "{% for r in imprint.represented_by %}{{ r }}: {{ greeting }}{% if r == greeting %}!{% endif %}\n{% endfor %}ü",
    ),
    "a text that is filtered as a whole": (
        "{{ greeting|upper }}",
        "ü {% filter upper %}{{ greeting }}{% endfilter %}\n{% filter indent %}{{ contact.company }}\nx{% endfilter %}",
    ),
    "plain ASCII": ("{{ greeting }} %s {}", "{{ greeting }}\n\n\n{{ contact.company }} %s {}"),
    "long lines of values": (
        "<p>" + "{{ greeting }} wort " * 15 + "</p>",
        "ü\n" + "{{ greeting }} {{ contact.company }} {{ topic('a') }}\n{{ greeting }}\n" * 3 + "Wort " * 20,
    ),
    "a long value alone in its line": (
        "<p>{{ greeting }}</p>",
        "ü\n  {{ greeting }}\n{{ contact.company }},\n" + "a b " * 18 + "{{ greeting }}\n= {{ contact.company }}!\n",
    ),
    "tabs": ("<p>a\t{{ greeting }}\tb</p>", "ü\ta {{ greeting }}\tx" + "\twort" * 20 + "\n"),
    "what is no text": (
        "{{ greeting|length }}{{ greeting|list }}{{ none }}{{ greeting|escape }}",
        "ü {{ greeting|length }} {{ greeting|list }}{{ none }}",
    ),
    "half a reference": ("&#{{ greeting }};&{{ contact.company }};", "&#{{ greeting }};"),
    "entities and marks": ("&nbsp;ü&#8203;{{ greeting|safe }}", "{{ greeting }}=\t{{ greeting }}"),
    "what is known": ("{{ product.name }}{% if event %}{{ event.name }}{% endif %}", "{{ imprint }}{{ product.benefit }}"),
    "a line that begins like a mailbox": ("\nFrom here", "\nFrom {{ greeting }}"),
    "a dot at the beginning": ("\n.x{{ greeting }}", "\n  .{{ greeting }}"),
    "no line break of ours": ("a b{{ greeting }}", "a\x0cb{{ greeting }}"),
}
REFUSED = {
    "what is no text",
    "half a reference",
    "entities and marks",
    "a line that begins like a mailbox",
    "a dot at the beginning",
    "no line break of ours",
}
_DANGEROUS = "ab ü€<>&\"'=.%{}#;1 \n\r\t\x00\x80\xa0\u2028\u202e\ufdd0\ud800F👩🏭שو"
HOSTILE = st.text(st.sampled_from(_DANGEROUS) | st.characters(), max_size=90) | st.sampled_from(
    ["", "From x", ".", "..", "F", "Fr", " ", "=3D", "%s", "{0}", "133", "#133", "a\r", "-- ", "x ", " x", "Frau x"]
    + [what * count for what in ("x", "ü", "=", "👩", "wort ") for count in (15, 60, 75, 76, 900, 5000)]
    + [f"{'x' * (75 - indent)}{tail}" for indent in range(4) for tail in ("", ".", "From ", " ", "x" * 75, "x" * 76)]
)


@pytest.mark.parametrize(("html", "text"), BODIES.values(), ids=BODIES.keys())
@settings(deadline=None, max_examples=60)
@given(first=HOSTILE, second=HOSTILE)
@example(first="휀 ﷰ", second="Herr =F0=9F")
@example(first="133", second="#133")
@example(first="Katrin Brück", second="x" * 70)
def test_whatever_a_value_is_the_bytes_are_the_same_or_there_are_none(
    html: str, text: str, first: str, second: str
) -> None:
    made = template(html, text)
    context = nurture_context("Weber", "de")
    context["greeting"], context["contact"]["company"], context["product"]["benefit"] = first, second, second
    try:
        by_plate = printed(made, context, links(made))
    except TooHard:
        return
    assert by_plate == the_long_way(made, context, links(made))
    assert not any(line.startswith((b".", b"From ")) for _, part in by_plate[1:] for line in part.split(b"\r\n"))


@pytest.mark.parametrize(("html", "text"), [BODIES[name] for name in BODIES if name not in REFUSED], ids=str)
def test_an_ordinary_value_is_printed(html: str, text: str) -> None:
    made, context = template(html, text), nurture_context("Weber", "de")
    assert printed(made, context, links(made)) == the_long_way(made, context, links(made))


@pytest.mark.parametrize("value", [None, 0, 1, True, 1.0, ["<", "ü"], Markup("<b>ü</b>"), Markup("x")], ids=repr)
def test_what_is_no_text_is_printed_as_ever_or_not_at_all(value: object) -> None:
    for html, text in (
        ("<p>{{ greeting }} {{ contact.company }}</p>",) * 2,
        ("<p>\n{{ greeting }}</p>", "ü {{ greeting }}"),
    ):
        made, context = template(html, text), nurture_context("x", "de")
        context["greeting"] = value
        try:
            assert printed(made, context, []) == the_long_way(made, context, [])
        except TooHard:
            assert value is None or isinstance(value, Markup)


def test_what_is_missing_is_no_letter() -> None:
    made, context = template("<p>{{ greeting }}</p>", "ü {{ greeting }}"), nurture_context("x", "de")
    del context["greeting"]
    with pytest.raises(UndefinedError):  # in the subject
        printed(made, context, [])
    made, context = template("<p>{{ contact.company }}</p>", "ü {{ interest }}"), nurture_context("x", "de")
    for missing in (context["contact"].pop("company"), context.pop("interest")):
        with pytest.raises(TooHard):
            printed(made, context, [])
        context["contact"]["company"] = missing


def test_no_more_sheets_are_kept_than_a_template_needs() -> None:
    """A reader who decides in too many ways what a letter consists of gets it the long way; all others go on."""
    made, context = (
        template("{{ greeting }}", "ü{% for c in greeting %}{% if c == 'a' %}a{% else %}b{% endif %}{% endfor %}"),
        {},
    )
    printed_ = []
    for number in range(200):
        context = nurture_context("Weber", "de") | {"greeting": f"{number:b}".replace("1", "a")}
        try:
            assert printed(made, context, []) == the_long_way(made, context, [])
            printed_.append(number)
        except TooHard:
            pass
    assert 0 < len(printed_) < 120
    context = nurture_context("Weber", "de") | {"greeting": "a"}
    assert printed(made, context, []) == the_long_way(made, context, [])


def test_a_plate_is_made_once_it_is_worth_it() -> None:
    made = template("{{ greeting }}", "{{ greeting }}")
    press, known = made.press, {"language": "de"}
    assert [press.plate("a", known) is None for _ in range(100)] == [True] * 100
    assert press.plate("a", known) is press.plate("a", known) is not None
    assert press.plate("b", known) is None


def test_what_a_reader_says_for_himself_is_not_what_was_known() -> None:
    made = template("{{ product.name }}", "{{ greeting }}")
    plate = made.press.make({"product": {"name": "x"}})
    with pytest.raises(TooHard):
        plate.print({"product": {"name": "y"}, "greeting": "z"}, [])


def test_few_plates_are_kept() -> None:
    press = template("{{ greeting }}", "{{ greeting }}").press
    assert isinstance(press, Press)
    for key in map(str, range(40)):
        for _ in range(101):
            press.plate(key, {"language": key})
    assert len(press._plates) <= 32
