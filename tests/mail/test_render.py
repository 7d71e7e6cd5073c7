"""The same template, context and links give the same letter; whatever fails in between says where."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nurture.domain.errors import TemplateFault
from nurture.mail.library import Library, Link, Template, load_library
from nurture.mail.render import Letter, render

from .contexts import NAMES, context_for, nurture_context
from .test_library import mail

Make = Callable[[Mapping[str, str]], Path]


def url(number: int, link: Link) -> str:
    return f"https://nurture.example.de/l/{number}?k={link.kind}&t={link.target}"


def template(make: Make, html: str = "x", text: str = "x", subject: str = "Betreff") -> Template:
    found = load_library(make(mail(html, text, subject))).find("welcome", ["any/any"], "de")
    assert found is not None
    return found


def letter(make: Make, html: str = "x", text: str = "x", subject: str = "Betreff", **more: Any) -> Letter:
    return render(template(make, html, text, subject), {**nurture_context("Andrea Weber", "de"), **more}, url)


def test_html_is_escaped_and_text_is_not(folder: Make) -> None:
    result = letter(folder, "[{{ greeting }}]", "[{{ greeting }}]", "{{ greeting }}", greeting="<b> & \"'")
    assert "[&lt;b&gt; &amp; &#34;&#39;]" in result.html
    assert "[<b> & \"']" in result.text
    assert result.subject == "<b> & \"'"
    assert "<title>&lt;b&gt; &amp; &#34;&#39;</title>" in result.html


def test_a_value_is_never_a_template(folder: Make) -> None:
    assert "{{ contact }}{% raw %}" in letter(folder, text="{{ greeting }}", greeting="{{ contact }}{% raw %}").text


def test_every_link_has_its_number_in_both_parts(folder: Make) -> None:
    body = '{{ topic("b") }} {{ content("a") }} {{ page("https://x.example/?a=1") }} {{ call_me() }} {{ topic("b") }}'
    result = letter(folder, body, body)
    for number in range(4):
        assert f"/l/{number}?k=" in result.text
        assert f"/l/{number}?k=" in result.html
    assert "/l/0?k=topic&t=b" in result.text
    assert "/l/0?k=topic&amp;t=b" in result.html
    assert "/l/4" not in result.text


def test_subject_and_preheader_are_one_line(folder: Make) -> None:
    result = letter(folder, subject="{{ greeting }}", greeting="a\r\n b\t\u2028c")
    assert result.subject == "a b c"
    assert "\n" not in result.preheader


def test_the_text_has_no_gaps_where_something_was_left_out(folder: Make) -> None:
    result = letter(folder, text="a\n\n{% if interest %}\nb\n\n{% endif %}\n\nc", interest="")
    assert result.text.startswith("a\n\nc\n")
    assert "\n\n\n" not in result.text


def test_nothing_is_printed_as_none(folder: Make) -> None:
    assert "[]" in letter(folder, text="[{{ event }}]", event=None).text


def test_rendering_twice_gives_the_same(library: Library) -> None:
    for shipped in library.templates():
        context = context_for(shipped.mail, shipped.cell, shipped.language)
        assert render(shipped, context, url) == render(shipped, context, url)


def test_rendering_changes_no_context(library: Library) -> None:
    for shipped in library.templates():
        context = context_for(shipped.mail, shipped.cell, shipped.language)
        render(shipped, context, url)
        assert context == context_for(shipped.mail, shipped.cell, shipped.language)


FAULTS = {
    "a name without value": ("\n{{ greeting }}", {"greeting": ...}, 5, "'greeting' is undefined"),
    "no event": ("{{ event.name }}", {"event": None}, 4, "'None' has no attribute 'name'"),
    "in a loop": ("\n\n{% for x in range(2) %}\n{{ 1 // x }}{% endfor %}", {}, 7, "division"),
    "wrong kind of value": ("{{ greeting + 1 }}", {}, 4, "str"),
}


@pytest.mark.parametrize(("body", "change", "line", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_says_where(folder: Make, body: str, change: dict[str, Any], line: int, message: str) -> None:
    context = {**nurture_context("Weber", "de"), **change}
    context = {name: value for name, value in context.items() if value is not ...}
    with pytest.raises(TemplateFault, match=message) as caught:
        render(template(folder, html=body), context, url)
    assert (caught.value.template, caught.value.line) == ("welcome/any/any/de.html.j2", line)


def test_a_fault_in_the_layout_names_the_layout(folder: Make) -> None:
    context = nurture_context("Weber", "de")
    del context["urls"]
    with pytest.raises(TemplateFault, match="urls") as caught:
        render(template(folder), context, url)
    assert caught.value.template == "layout/letter.txt.j2"


def test_a_link_that_cannot_be_made_is_a_fault_of_this_mail_only(folder: Make) -> None:
    def broken(number: int, link: Link) -> str:
        raise LookupError(link.target)

    with pytest.raises(TemplateFault, match="paper"):
        render(template(folder, '{{ content("paper") }}'), nurture_context("Weber", "de"), broken)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_every_shipped_mail_renders_for_everybody(library: Library, name: str) -> None:
    for shipped in library.templates():
        result = render(shipped, context_for(shipped.mail, shipped.cell, shipped.language, name), url)
        assert result.subject
        assert result.preheader
        assert "<script>alert" not in result.html
        assert "<img src=x" not in result.html
