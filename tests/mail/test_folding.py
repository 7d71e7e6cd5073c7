"""A folded mail prints what the plain one prints, or there is none; nobody can tell which one was used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from nurture.mail.environment import Environment
from nurture.mail.library import Library, Template, compile_version
from nurture.mail.render import Letter, _flat_letter, _plain_letter, render
from nurture.mail.structure import understands_references

from .contexts import NAMES, context_for, nurture_context

LAYOUTS = Path(__file__).parents[2] / "mail_templates" / "layout"
HEAD = '{% extends "layout/letter.html.j2" %}{% import "layout/parts.html.j2" as part %}{% import "own.html.j2" as own %}'
OWN = """\
{% set colour = "#0f5c63" %}{% set style = "color:" ~ colour %}
{% macro line(text, more="…") %}<p style="{{ style }}">{{ text }}{{ more }}</p>{% endmacro %}
{% macro rows(items) %}{% for item in items %}{{ loop.index }}{{ item }}{% endfor %}{% endmacro %}
{% macro local(text) %}{% set said = text|upper %}{{ said }}{{ greeting is defined }}{% endmacro %}
{% macro pure(text) %}{% set said = text|upper %}{{ said }}{% endmacro %}
{% macro twice() %}{{ caller() }}-{{ caller() }}{% endmacro %}
{% macro each(items) %}{% for item in items %}{{ caller() }}{% endfor %}{% endmacro %}
{% macro give() %}{{ caller("x") }}{% endmacro %}
{% macro kind(n) %}{% if n == 1 %}one{% elif n == 2 %}two{% else %}many{% endif %}{% endmacro %}
{% macro outer(text) %}[{{ line(text) }}{% call twice() %}{{ text }}{% endcall %}]{% endmacro %}
{% macro inside(text) %}{{ "(" ~ line(text) ~ ")" }}{% endmacro %}
"""


def template(body: str, own: str = OWN) -> Template:
    sources = {f"layout/{path.name}": path.read_text() for path in LAYOUTS.iterdir()} | {"own.html.j2": own}
    sources["welcome/any/any/de.html.j2"] = HEAD + body
    sources["welcome/any/any/de.txt.j2"] = (
        '{% extends "layout/letter.txt.j2" %}{% block subject %}Für {{ greeting }}{% endblock %}'
        "{% block preheader %}x{% endblock %}{% block body %}{{ greeting }}{% endblock %}"
    )
    return compile_version("welcome", "any/any", "de", sources)


def both(made: Template, context: dict[str, Any]) -> tuple[Letter, Letter]:
    urls = [f"https://nurture.example/l/{n}?a&b" for n in range(len(made.links))]
    assert made.flat is not None, f"{made.name} cannot be folded"
    return _flat_letter(made, made.flat, context, urls), _plain_letter(made, context, urls)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_every_shipped_mail_can_be_folded(library: Library, name: str) -> None:
    for shipped in library.templates():
        flat, plain = both(shipped, context_for(shipped.mail, shipped.cell, shipped.language, name))
        assert flat == plain, shipped.name
        assert flat.references, shipped.name


FOLDED = {
    "given by name, and not at all": "{{ own.line(text=greeting) }}{{ own.line(greeting, more='!') }}",
    "values are escaped once": "{{ own.line('<b> & \"') }}{{ own.line(greeting ~ '<i>') }}",
    "a loop in a macro": "{{ own.rows(imprint.represented_by) }}{{ own.rows([greeting, 'x']) }}",
    "a loop around a macro": "{% for x in imprint.represented_by %}{{ own.line(x, loop.index) }}{% endfor %}",
    "both, each with its own counter": "{% for x in [1, 2] %}{{ own.rows([loop.index, x]) }}{% endfor %}",
    "a name of the macro's own": "{% set said = 'mine' %}{{ own.pure(greeting) }}{{ said }}",
    "what a macro sets is its own": "{{ own.pure('x') }}{{ said is defined }}",
    "a macro that asks for the context gets none": "{{ own.local(greeting) }}",
    "the same name on both sides": "{% set said = greeting %}{{ own.pure(said) }}{{ said }}",
    "printed twice": "{% call own.twice() %}{{ greeting }}{% endcall %}",
    "sets what is its own": "{% call own.twice() %}{% set q = greeting %}{{ q }}{% endcall %}{{ q is defined }}",
    "calls in calls": "{% call own.twice() %}{% call own.twice() %}{{ own.line(greeting) }}{% endcall %}{% endcall %}",
    "cases": "{{ own.kind(1) }}{{ own.kind(2) }}{{ own.kind(3) }}{{ own.kind(imprint.represented_by|length) }}",
    "a macro of its file": "{{ own.outer(greeting) }}",
    "a macro within an expression": "{{ own.inside(greeting) }}{{ own.line(own.pure('a')) }}{{ own.line('x')|upper }}",
    "safe html": "{{ own.line('<b>'|safe) }}{{ ('<b>'|safe) ~ '<i>' }}{% set x = '<b>'|safe %}{{ x ~ '<i>' }}",
    "links": "{{ topic('a') }}{{ part.link('x', content('b')) }}{{ part.button('x', call_me()) }}{{ own.line(topic('a')) }}",
    "a filter around text": "{% filter replace('W', own.line('w')) %}{% set x = 1 %}{{ greeting }}{% endfilter %}{{ x is defined }}",
    "a loop over nothing": "{% for x in [] %}{{ x }}{% else %}{{ greeting }}{% endfor %}",
    "a loop with a condition": "{% for x in imprint.represented_by if x != greeting %}{{ own.line(x) }}{% endfor %}",
    "cases of the reader": "{% if not greeting %}a{% elif language == 'de' %}{{ own.line('b') }}{% else %}c{% endif %}",
    "nothing at all": "{{ event }}{{ own.line(event) }}",
    "numbers": "{{ range(3)|list }}{{ 1.5 * 2 }}{{ own.rows(range(2)) }}",
}


@pytest.mark.parametrize("body", FOLDED.values(), ids=FOLDED.keys())
def test_what_is_folded_prints_the_same(body: str) -> None:
    flat, plain = both(
        template(f"{{% block body %}}{body}{{% endblock %}}"), {**nurture_context("<Weber>", "de"), "event": None}
    )
    assert flat == plain


TOO_HARD = {
    "printed in a loop": "{% call own.each([1, 2]) %}{{ greeting }}{% endcall %}",
    "what the layout had": "{{ super() }}",
    "a name of the context hidden": "{% set language = 'en' %}{{ language }}{{ own.line(language) }}",
    "a call with values": "{% call(x) own.give() %}{{ x }}{% endcall %}",
    "an assignment of text": "{% set x %}{{ greeting }}{% endset %}{{ x }}",
    "a recursive loop": "{% for x in [[1]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}",
}


@pytest.mark.parametrize("body", TOO_HARD.values(), ids=TOO_HARD.keys())
def test_what_cannot_be_folded_is_rendered_as_it_is(body: str) -> None:
    made, context = template(f"{{% block body %}}{body}{{% endblock %}}"), nurture_context("<Weber>", "de")
    urls = [f"https://nurture.example/l/{n}" for n in range(len(made.links))]
    assert render(made, context, lambda n, _: urls[n]) == _plain_letter(made, context, urls)


@pytest.mark.parametrize(
    "own",
    [
        '{% set colour = "a" %}{% set colour = "b" %}{% macro line(x) %}{{ colour }}{{ x }}{% endmacro %}',
        '{% set colour = "a" %}{% if true %}{% set colour = "b" %}{% endif %}{% macro line(x) %}{{ colour }}{% endmacro %}',
        "{% set colour = range(2)|list %}{% macro line(x) %}{{ colour }}{{ x }}{% endmacro %}",
        '{% macro line(x) %}{% set x = x ~ "!" %}{{ x }}{% endmacro %}',
        "{% macro line() %}{{ varargs }}{% endmacro %}",
    ],
)
def test_a_file_with_its_own_ways(own: str) -> None:
    made, context = template("{% block body %}{{ own.line(greeting) }}{% endblock %}", own), nurture_context("Weber", "de")
    assert render(made, context, lambda *_: "") == _plain_letter(made, context, [])


@given(st.text() | st.none() | st.integers() | st.just(escape("<b>")))
def test_a_value_is_printed_as_jinja_escapes_it(value: object) -> None:
    assert Environment.printed_html(value) == ("" if value is None else str(escape(value)))
    assert Environment.printed_text(value) == ("" if value is None else str(value))


REFERENCES = {
    "text": ("<p>Grüße</p>", True),
    "an attribute's value": ("<p title=\"Größe\" class='ü>'>x</p>", True),
    "a title": ("<title>Grüße</title>", True),
    "a comment": ("<!--[if mso]><b>Grüße</b><![endif]-->", True),
    "an ordinary style sheet": ("<style>\n.a{color:red}\n</style>ü", True),
    "a style sheet beyond ASCII": ("<style>.a:before{content:'ü'}</style>", False),
    "in capitals, and a second one": ("<style>x</style><STYLE type='x'>ü</STYLE>", False),
    "a style sheet of the reader": ("<style>.a{color:{{ greeting }}}</style>", False),
    "a style sheet that never ends": ("<style>.a{}ü", False),
    "one with a line that mailboxes change": ("<style>\nFrom x{}</style>", False),
    "an attribute's name": ("<p ü='x'>", False),
    "an attribute without quotes": ("<p title=ü>", False),
}


@pytest.mark.parametrize(("html", "understood"), REFERENCES.values(), ids=REFERENCES.keys())
def test_where_references_are_understood(html: str, understood: bool) -> None:
    assert understands_references(html) is understood


def test_a_template_is_folded_when_it_is_used_often() -> None:
    """Folding takes its time; who checks or sends a few letters does without."""
    made = template("{{ own.line(greeting) }}")
    context = nurture_context("Weber", "de")
    letters = [render(made, context, lambda number, _: f"https://nurture.example/l/{number}") for _ in range(5)]
    assert "flat" not in vars(made)
    letters += [render(made, context, lambda number, _: f"https://nurture.example/l/{number}") for _ in range(100)]
    assert vars(made)["flat"] is not None
    assert all(letter == letters[0] for letter in letters)
