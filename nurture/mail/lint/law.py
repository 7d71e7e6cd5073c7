"""What the law wants in a mail, and what it does not want there."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.mail.lint.finding import Finding
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES


def imprint(page: Page) -> Iterator[Finding]:
    html = " ".join(words.text for words in page.words)
    for where, said in (("html", html), ("text part", page.specimen.letter.text)):
        folded = " ".join(said.split())
        lacks = [fact for fact in page.specimen.imprint if " ".join(fact.split()) not in folded]
        if lacks:
            yield RULES["imprint"].broken(f"the {where} does not say: {', '.join(lacks)}", "block footer", "block body")


def unsubscribe(page: Page) -> Iterator[Finding]:
    url = page.specimen.unsubscribe
    if url is None:
        return
    if not any(a.attributes["href"] == url and page.seen(a) and a.text for a in page.links):
        yield RULES["unsubscribe"].broken("the html has no link to unsubscribe", "block footer", "block body")
    if url not in page.specimen.letter.text:
        yield RULES["unsubscribe"].broken("the text part has no link to unsubscribe", "block body")


def opt_in(page: Page) -> Iterator[Finding]:
    if not page.specimen.opt_in:
        return
    ours = {a.attributes["href"]: a for a in page.links if a.attributes["href"].startswith(page.specimen.public_url)}
    others = [a for a in page.links if a.attributes["href"] not in ours and a.attributes["href"].startswith("http")]
    if len(ours) != 1:
        yield RULES["opt-in"].broken(
            f"there are {len(ours)} links to our pages instead of the one to confirm", "block body"
        )
    for a in others:
        yield RULES["opt-in"].broken(f"the link “{a.text[:40]}” leads elsewhere", a.text, a.attributes["href"])
    for image in page.tree.all("img"):
        yield RULES["opt-in"].broken("there is a picture", image.attributes.get("src", "<img"), "<img")
