"""Every fault of every template is found before anything is sent, and said where it is."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nurture.domain.errors import DefinitionError, NotFound
from nurture.mail.library import Library, Link, compile_version, load_library

Make = Callable[[Mapping[str, str]], Path]

HTML = """{% extends "layout/letter.html.j2" %}
{% import "layout/parts.html.j2" as part %}
{% block body %}
BODY
{% endblock %}
"""
TEXT = """{% extends "layout/letter.txt.j2" %}
{% block subject %}SUBJECT{% endblock %}
{% block preheader %}Kurz gesagt{% endblock %}
{% block body %}
BODY
{% endblock %}
"""
DE = "welcome/any/any/de"


def mail(html: str = "Guten Tag", text: str = "Guten Tag", subject: str = "Willkommen") -> dict[str, str]:
    return {
        f"{DE}.html.j2": HTML.replace("BODY", html),
        f"{DE}.txt.j2": TEXT.replace("SUBJECT", subject).replace("BODY", text),
    }


def faults(make: Make, files: Mapping[str, str]) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_library(make(files))
    return [str(fault).removeprefix("mail_templates/") for fault in caught.value.faults]


IN_BODY = {
    # what the html body says: where, and what about it
    "unclosed expression": ("{{ greeting", "5:", "expected token 'end of print statement'"),
    "unclosed block": ("{% if greeting %}x", "5:4", "'endif'"),
    "unknown tag": ("{% iff greeting %}", "4:4", "'iff'"),
    "unknown name": ("<p>{{ greting }}</p>", "4:7", "'greting' is unknown here; did you mean 'greeting'?"),
    "second of two unknown": ("{{ greeting }} {{ nme }} {{ nme }}", "4:29", "'nme' is unknown here"),
    "unknown attribute": ("{{ contact.frist_name }}", "4:12", "'contact' has no 'frist_name'; did you mean 'first_name'?"),
    "deep in a condition": ("{% if false %}{{ x|upper if greeting else zz }}{% endif %}", "4:43", "'zz' is unknown here"),
    "unknown filter": ("{{ greeting|uper }}", "4:13", "uper"),
    "unknown test": ("{% if greeting is emty %}x{% endif %}", "4:19", "emty"),
    "unknown macro": ('{{ part.paragraf("x") }}', "4:9", "no macro 'paragraf'; did you mean 'paragraph'?"),
    "unknown macro, called with a body": ("{% call part.pp() %}x{% endcall %}", "4:14", "no macro 'pp'"),
    "missing argument": ('{{ part.button("x") }}', "4:9", "button(label, url) is missing url"),
    "too many arguments": ('{{ part.small("x", "y") }}', "4:9", "small(text) is given more than it takes"),
    "unknown keyword": ('{{ part.small("x", who="y") }}', "4:9", "more than it takes"),
    "missing file": ('{% include "layout/lettr.html.j2" %}', "4:", "no file 'layout/lettr.html.j2'"),
    "file by variable": ("{% include greeting %}", "4:1", "literal"),
    "link by variable": ("{{ content(interest) }}", "4:4", 'content("…") takes one literal text'),
    "link by expression": ('{{ content("a" ~ interest) }}', "4:4", "literal"),
    "link by keyword": ('{{ content(id="a") }}', "4:4", "literal"),
    "link with star": ("{{ content(*[interest]) }}", "4:4", "literal"),
    "link without argument": ("{{ topic() }}", "4:4", "literal"),
    "link with two arguments": ('{{ form("a", "b") }}', "4:4", "literal"),
    "link with an empty name": ('{{ questions("") }}', "4:4", "literal"),
    "call_me with argument": ('{{ call_me("x") }}', "4:4", "takes no argument"),
    "link function uncalled": ("{{ content }}", "4:4", "must be called right here"),
    "link function renamed": ('{% set c = content %}{{ c("x") }}', "4:12", "must be called right here"),
    "link function overwritten": ('{% set content = "x" %}', "4:8", "choose another name"),
    "link in a macro's argument": ('{{ part.button("x", url=topic(greeting)) }}', "4:25", "literal"),
    "link in a call body": ("{% call part.p() %}{{ topic(greeting) }}{% endcall %}", "4:23", "literal"),
    "page without https": ('{{ page("http://www.example.de") }}', "4:4", "https://"),
    "page with spaces": ('{{ page("https://www.example.de/a b") }}', "4:4", "https://"),
    "script": ("<p>x</p><script>1</script>", "4:9", "<script>"),
    "form": ('<form action="/">', "4:1", "<form>"),
    "external css": ('<link rel="stylesheet">', "4:1", "<link>"),
    "data address": ('<img alt="" src="data:image/png;base64,x">', "4:13", "data: address"),
    "image without alt": ('<img src="https://x.example/a.png">', "4:1", "no alt text"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "place", "message"), IN_BODY.values(), ids=IN_BODY.keys())
def test_a_fault_in_the_body(folder: Make, body: str, place: str, message: str) -> None:
    found = faults(folder, mail(html=body))
    assert any(f.startswith(f"{DE}.html.j2:{place}") and message in f for f in found), found


SUBJECTS = {
    "too long": (
        "Dieser Betreff ist so lang, dass ihn kein Telefon mehr ganz anzeigt",
        "2:10",
        "67 characters; at most 60",
    ),
    "too long besides the name": ("{{ greeting }} " + "sehr langer Betreff " * 4, "2:10", "at most 60"),
    "shouting": ("JETZT LESEN", "2:10", "capitals"),
    "empty": ("  ", "2:10", "'subject' is empty"),
    "html's own": ("{{ preheader }}", "2:23", "'preheader' is unknown here"),
}


@pytest.mark.parametrize(("subject", "place", "message"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_a_fault_in_the_subject(folder: Make, subject: str, place: str, message: str) -> None:
    found = faults(folder, mail(subject=subject))
    assert any(f.startswith(f"{DE}.txt.j2:{place}") and message in f for f in found), found


@pytest.mark.parametrize("subject", ["ERP und MES", "{{ greeting }}", "IT", "Neu: {{ product.name|upper }}"])
def test_a_good_subject(folder: Make, subject: str) -> None:
    assert load_library(folder(mail(subject=subject))).mails() == ("welcome",)


def without(text: str, part: str) -> str:
    assert part in text
    return text.replace(part, "")


GOOD = mail()
WHOLE = {
    "html without text": ({f"{DE}.html.j2": GOOD[f"{DE}.html.j2"]}, f"its other part is missing: {DE}.txt.j2"),
    "text without html": ({f"{DE}.txt.j2": GOOD[f"{DE}.txt.j2"]}, f"its other part is missing: {DE}.html.j2"),
    "no subject": (
        {**GOOD, f"{DE}.txt.j2": without(GOOD[f"{DE}.txt.j2"], "{% block subject %}Willkommen{% endblock %}")},
        "the block 'subject' is missing",
    ),
    "no preheader": (
        {**GOOD, f"{DE}.txt.j2": without(GOOD[f"{DE}.txt.j2"], "{% block preheader %}Kurz gesagt{% endblock %}")},
        "the block 'preheader' is missing",
    ),
    "no layout": ({**GOOD, f"{DE}.html.j2": "{% block body %}x{% endblock %}"}, "must extend 'layout/letter.html.j2'"),
    "the wrong layout": (
        {**GOOD, f"{DE}.txt.j2": GOOD[f"{DE}.txt.j2"].replace("layout/letter", "layout/service_letter")},
        "must extend 'layout/letter.txt.j2'",
    ),
    "empty body": (mail(html=" "), "the block 'body' is empty"),
    "a block nobody shows": (
        {**GOOD, f"{DE}.html.j2": GOOD[f"{DE}.html.j2"] + "{% block boddy %}x{% endblock %}"},
        "the layout has no block 'boddy'",
    ),
    "text outside of blocks": (
        {**GOOD, f"{DE}.html.j2": GOOD[f"{DE}.html.j2"] + "x"},
        "text outside of a block is never shown",
    ),
    "block twice": (
        {**GOOD, f"{DE}.html.j2": GOOD[f"{DE}.html.j2"] + "{% block body %}x{% endblock %}"},
        "block 'body' defined twice",
    ),
    "wrong ending": ({**GOOD, "welcome/any/any/de.html": "x"}, "not a template"),
    "wrong place": ({**GOOD, "welcome/de.html.j2": "x"}, "expected <mail>/<cell>/<language>"),
    "wrong language": ({**GOOD, "welcome/any/any/deutsch.html.j2": "x"}, "expected <mail>/<cell>/<language>"),
    "zero byte": (mail(html="a\x00b"), ":4:2: there is a control character here"),
    "service mail missing": (
        {name.replace("/de.", "/fr."): text for name, text in GOOD.items()},
        "service/opt-in/fr.html.j2: the mail 'opt-in' is missing in 'fr'",
    ),
    "layout with an unknown name": ({**GOOD, "layout/extra.html.j2": "{{ nonsense }}"}, "layout/extra.html.j2:1:4"),
    "layout with a link": ({**GOOD, "layout/extra.html.j2": '{{ topic("x") }}'}, "topic() makes a tracked link"),
}


@pytest.mark.parametrize(("files", "message"), WHOLE.values(), ids=WHOLE.keys())
def test_a_fault_of_the_whole(folder: Make, files: Mapping[str, str], message: str) -> None:
    assert any(message in fault for fault in faults(folder, files))


@pytest.mark.parametrize("body", ['{{ content("x") }}', '{{ page("https://x.example") }}', "{{ call_me() }}"])
def test_an_opt_in_mail_has_no_links_and_no_word_of_the_reader(folder: Make, body: str) -> None:
    service = HTML.replace("layout/letter", "layout/service_letter")
    found = faults(folder, {"service/opt-in/de.html.j2": service.replace("BODY", body + "{{ contact.last_name }}")})
    assert any("which has no place here" in fault for fault in found)
    assert any("'contact' is unknown here" in fault for fault in found)


def test_not_utf_8(folder: Make) -> None:
    home = folder(GOOD)
    (home / f"{DE}.html.j2").write_bytes("a\nGrüße".encode("latin-1"))
    with pytest.raises(DefinitionError, match=r"de\.html\.j2:2:1: this is not UTF-8"):
        load_library(home)


def test_every_file_is_reported_in_one_go(folder: Make) -> None:
    broken = {
        name.replace("welcome", f"mail-{n}"): text for n in range(5) for name, text in mail("{{ a }}", "{{ b }}").items()
    }
    found = faults(folder, {**broken, "mail-x/any/any/de.html.j2": "{% if %}"})
    assert len([fault for fault in found if "unknown here" in fault]) == 10
    assert any(fault.startswith("mail-x/any/any/de.html.j2:1:") for fault in found)


def test_an_empty_folder_lacks_nothing_but_says_so_when_asked(tmp_path: Path) -> None:
    library = load_library(tmp_path)
    assert library.templates() == ()
    with pytest.raises(NotFound, match="service mail opt-in in de"):
        library.service("opt-in", "de")


def test_links_are_distinct_and_in_the_order_of_html_then_text(folder: Make) -> None:
    html = """{% if phase == "B1" %}{{ part.button("x", topic("b")) }}{% else %}{{ part.button("x", topic("a")) }}{% endif %}
    {% call part.p() %}{{ part.link("x", content("paper")) }}{% endcall %}{{ page("https://x.example/?a=1&b=2") }}{{ topic("b") }}"""
    text = '{{ call_me() }} {{ topic("a") }} {{ questions("more") }} {{ form("fair") }}'
    template = load_library(folder(mail(html, text))).find("welcome", ["any/any"], "de")
    assert template is not None
    assert template.links == (
        Link("topic", "b"),
        Link("topic", "a"),
        Link("content", "paper"),
        Link("page", "https://x.example/?a=1&b=2"),
        Link("call_me", ""),
        Link("questions", "more"),
        Link("form", "fair"),
    )


def test_the_first_cell_with_the_language_is_found(folder: Make) -> None:
    special = {name.replace("any/any", "it-management/b1"): text for name, text in mail().items()}
    library = load_library(folder({**mail(), **special}))
    cells = ["it-management/b1", "it-management/any", "any/b1", "any/any"]
    assert getattr(library.find("welcome", cells, "de"), "cell", None) == "it-management/b1"
    assert getattr(library.find("welcome", cells[1:], "de"), "cell", None) == "any/any"
    assert library.find("welcome", cells, "en") is None
    assert library.find("farewell", cells, "de") is None


def test_a_version_is_its_content(folder: Make) -> None:
    home = folder(mail())
    first = load_library(home).templates()
    assert load_library(home).templates() == first
    (home / "layout/imprint.html.j2").write_text((home / "layout/imprint.html.j2").read_text() + "\n")
    changed = {t.name for t, u in zip(first, load_library(home).templates(), strict=True) if t.version != u.version}
    assert f"{DE}" in changed


def test_line_ends_of_the_checkout_do_not_matter(folder: Make, tmp_path: Path) -> None:
    home = folder(mail("a\nb", "a\nb"))
    before = [t.version for t in load_library(home).templates()]
    for file in home.rglob("*.j2"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert [t.version for t in load_library(home).templates()] == before


def test_an_older_version_is_made_again_from_its_sources(library: Library) -> None:
    for template in library.templates():
        again = compile_version(template.mail, template.cell, template.language, template.sources)
        assert again == template
        assert again.version == template.version


def test_sources_that_no_longer_compile_say_so() -> None:
    with pytest.raises(DefinitionError, match=r"welcome/any/any/de\.html\.j2:1"):
        compile_version("welcome", "any/any", "de", {f"{DE}.html.j2": "{% nonsense %}", f"{DE}.txt.j2": "x"})
