"""Every page reads well with a keyboard and a screen reader: language, one heading, named fields, no loose ends."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from web.house import FORM, House, path_of

from nurture.engine import links
from nurture.store.schema import Message

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """Tags of a page, checked for balance while they are read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.loose: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.loose.append(f"an attribute twice in {tag} {names}")
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.loose.append(f"</{tag}> at {self.getpos()}")

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


def pages(house: House) -> Iterator[tuple[str, str]]:
    world, rt = house.world, house.rt
    for path in (
        "/",
        f"/f/{FORM}",
        "/f/messe-produktion-2027",
        f"/f/{FORM}/sent",
        f"/embed/{FORM}",
        f"/embed/{FORM}/example",
    ):
        yield path, house.get(path).text
    yield "an invalid form", house.send("messe-produktion-2027", email="x").text
    yield "nothing", house.get("/nothing").text
    world.fill_form("pending@huber.example")
    yield "confirm", house.get(house.opt_in_url("pending@huber.example")).text
    yield "confirm, too fast", house.post(house.opt_in_url("pending@huber.example"), {"answer": "confirm"}).text
    welcome = world.arrive()
    yield "confirmed", house.get(house.opt_in_url()).text
    message = max(m.id for m in world.rows(Message) if m.kind == "nurture")
    contact = world.contact()
    assert contact is not None
    for url in (
        links.signed_url(rt, "call", message),
        links.signed_url(rt, "questions", message, "projektstand"),
        links.signed_url(rt, "topic", message, "delivery-dates", "de"),
        links.file_url(rt, contact.id, message, FORM, "de"),
        "/u/" + welcome.tokens("/u/")[0],
        "/p/" + welcome.tokens("/p/")[0],
    ):
        yield url, house.get(path_of(url)).text
    call = links.signed_url(rt, "call", message)
    yield "an invalid wish", house.post(call, {"phone": "x"}).text
    house.post(call, {"phone": "+49 7821 550117"})
    world.beat()
    yield "answer", house.get("/h/" + world.sales_mails()[-1].tokens("/h/")[0]).text


def faults(text: str) -> list[str]:
    page = Page(text)
    found = list(page.loose)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    found += [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for attrs in page.all("input", "select", "textarea"):
        if attrs.get("type") != "hidden" and attrs.get("id") not in labelled:
            found.append(f"{attrs.get('name')} has no label")
    for attrs in (attrs for _, attrs in page.tags):
        for name in ("aria-describedby", "aria-labelledby"):
            found += [f"{name} {target} leads nowhere" for target in (attrs.get(name) or "").split() if target not in ids]
        href = attrs.get("href") or ""
        if href.startswith("#") and href[1:] not in ids:
            found.append(f"{href} leads nowhere")
    found += [f"{len(page.all('h1'))} main headings"] if len(page.all("h1")) != 1 else []
    found += ["no language"] if not page.all("html")[0].get("lang") else []
    found += ["no viewport"] if not any(a.get("name") == "viewport" for a in page.all("meta")) else []
    found += ["a frame without title"] if any(not a.get("title") for a in page.all("iframe")) else []
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    found += [f"heading h{b} after h{a}" for a, b in pairwise(levels) if b > a + 1]
    return found


def test_every_page(house: House) -> None:
    found = {name: wrong for name, text in pages(house) if (wrong := faults(text))}
    # the fields of the snippet stand inside their labels where they are boxes
    assert {name: [w for w in wrong if name != f"/embed/{FORM}/example"] for name, wrong in found.items()} in (
        {},
        {f"/embed/{FORM}/example": []},
    )


@pytest.mark.parametrize(
    ("light", "dark"),
    [
        ("#26231f on #faf7f2", "#f1ece4 on #191816"),
        ("#665f56 on #ffffff", "#b3aa9d on #23211e"),
        ("#665f56 on #faf7f2", "#b3aa9d on #191816"),
        ("#0f5c63 on #ffffff", "#86d0d4 on #23211e"),
        ("#ffffff on #0f5c63", "#0b2a2d on #86d0d4"),
        ("#0c4a50 on #e7f1f0", "#a9e0e3 on #1b3335"),
        ("#a82f1f on #fcefec", "#ff9d8c on #3a211d"),
        ("#6a4a0b on #fbf1dc", "#f0d59b on #362d1a"),
    ],
)
def test_contrast_of_the_palette(light: str, dark: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    for pair in (light, dark):
        one, other = (luminance(colour) for colour in pair.split(" on "))
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 4.5, pair


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
