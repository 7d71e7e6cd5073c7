"""Pictures of every public page, in both languages, wide and narrow, light and dark.

python -m tests.web.screenshots OUT [NAME … de en 1280 390 light dark]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from playwright.sync_api import Browser, Route, sync_playwright  # noqa: E402
from stories.world import World, berlin  # noqa: E402
from support import schema  # noqa: E402
from web import house as houses  # noqa: E402
from web.house import House, path_of  # noqa: E402

from nurture.delivery import MemoryTransport  # noqa: E402
from nurture.engine import link_pages, links, opt_in  # noqa: E402
from nurture.engine.publication import load_publication, publish  # noqa: E402
from nurture.engine.runtime import Runtime  # noqa: E402
from nurture.mail.signing import Signer  # noqa: E402
from nurture.store import form_guards  # noqa: E402
from nurture.store.database import connect, transaction  # noqa: E402

GUARDED = "messe-produktion-2027"
SECOND = "clara.vogt@sondermaschinen-vogt.example"
OTHER = "jonas.berger@pumpenwerk-lahr.example"
LOOKS = {"de", "en", "1280", "390", "light", "dark"}
ASKED = "petra.lange@werkzeugbau-lange.example"


def main(out: Path, names: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        house = told(Path(folder) / "pictures.db")
        with houses.served(house.app) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            house.rt.public_url = f"http://127.0.0.1:{port}"
            for name, path, data in pages(house):
                if name in names or not set(names) - LOOKS:
                    shoot(browser, house, out, name, f"http://127.0.0.1:{port}{path_of(path)}", data, set(names) & LOOKS)
            browser.close()


def told(database: Path) -> House:
    """A story far enough that every page has something to show."""
    engine = connect(f"sqlite:///{database}")
    schema.create(engine)
    rt = Runtime(
        db=engine,
        publication=load_publication(TESTS.parent),
        signer=Signer(["a-key-only-for-pictures-0123456789abcdef"]),
        transport=MemoryTransport(),
        public_url="http://127.0.0.1",
        installation="pictures",
    )
    world = World(rt, berlin("2026-03-02 10:00"))
    publish(rt, world.now)
    return houses.build(world, mailbox=True)


def pages(house: House) -> Iterator[tuple[str, str, dict[str, str] | None]]:
    """(name, address, what is posted): the story goes on between the pictures."""
    world, rt = house.world, house.rt
    yield "start", "/", None
    for form in rt.definitions.forms.values():
        if not form.profile:
            yield f"landing-{form.id}", f"/f/{form.id}", None
    yield "landing-wrong", "/f/messe-produktion-2027", {"email": "maria.weber@", "company": "Anlagenbau Huber GmbH"}
    yield "landing-old", f"/f/{houses.FORM}", {**houses.TYPED, "stamp": "x"}
    yield "landing-advice", f"/f/{houses.FORM}", {**houses.TYPED, "email": "maria.weber@gmial.com"}
    yield "landing-role", f"/f/{houses.FORM}", {**houses.TYPED, "email": "info@anlagenbau-huber.example"}
    with transaction(rt.db) as session:
        form_guards.put_up(session, GUARDED, "sent 60 times", world.now, world.now + timedelta(hours=1))
    yield "landing-guarded", f"/f/{GUARDED}", None
    yield "landing-work", f"/f/{GUARDED}", houses.TYPED
    yield "sent", f"/f/{houses.FORM}/sent", None
    yield "embed", f"/embed/{houses.FORM}", None
    yield "embed-example", f"/embed/{houses.FORM}/example", None
    yield "error-404", "/nothing/here", None
    world.fill_form(OTHER)
    yield "confirm", house.opt_in_url(OTHER), None
    yield "confirm-again", house.opt_in_url(OTHER), {"answer": "other"}
    opt_in.decline(rt, house.opt_in_url(OTHER)[3:], world.visitor(), world.now)
    yield "declined", house.opt_in_url(OTHER), None
    opt_in.confirm(rt, house.opt_in_url(OTHER)[3:], world.visitor(), world.now)
    yield "code", house.opt_in_url(OTHER), None
    yield "code-wrong", house.opt_in_url(OTHER), {"answer": "code", "code": "123 456"}
    yield "code-shape", house.opt_in_url(OTHER), {"answer": "code", "code": "12"}
    for _ in range(5):
        opt_in.enter_code(rt, house.opt_in_url(OTHER)[3:], "123456", world.visitor(), world.now)
    yield "code-used-up", house.opt_in_url(OTHER), None
    world.fill_form(ASKED)
    late = house.opt_in_url(ASKED)
    opt_in.confirm(rt, late[3:], world.visitor(), world.now)
    opt_in.decline(rt, late[3:], world.visitor(), world.now)
    yield "doubted", late, None
    welcome = world.arrive(form=houses.FORM)
    yield "confirmed", house.opt_in_url(), None
    yield "confirmed-pressed", house.opt_in_url(), {"answer": "confirm"}
    house.pause(minutes=2)
    yield "kept", house.opt_in_url(), {"answer": "decline"}
    world.fill_form("hanna.kurz@huber.example", form="messe-produktion-2027")
    yield "confirmed-fair", "/c/" + world.opt_in_mail("hanna.kurz@huber.example").tokens("/c/")[0], {"answer": "confirm"}
    contact = world.contact()
    message = max(m.id for m in world.rows(_message()) if m.kind == "nurture")
    item = next(iter(rt.definitions.content))
    yield "download", links.file_url(rt, contact.id, message, item, "de"), None
    topic = next(iter(rt.definitions.topics))
    yield "topic", links.signed_url(rt, "topic", message, topic, "de"), None
    profile = next(f.id for f in rt.definitions.forms.values() if f.profile)
    questions = links.signed_url(rt, "questions", message, profile)
    yield "questions", questions, None
    yield "questions-thanks", f"{questions}?done=", None
    call = links.signed_url(rt, "call", message)
    yield "call", call, None
    yield "call-wrong", call, {"phone": "abc", "note": "Dienstag ab 14 Uhr"}
    yield "call-thanks", f"{call}?done=", None
    leave = "/u/" + welcome.tokens("/u/")[0]
    yield "unsubscribe", leave, None
    mine = "/p/" + welcome.tokens("/p/")[0]
    yield "preferences", mine, None
    yield "preferences-saved", f"{mine}?done=saved&at=what", None
    yield "preferences-wrong", f"{mine}/data", {"address": "maria@", "last_name": "Weber"}
    yield "preferences-data", f"{mine}/data", None
    yield "preferences-erase", f"{mine}/erase", None
    house.post(f"{mine}/pause", {"span": "1-month"})
    yield "preferences-paused", f"{mine}?done=paused&at=pause", None
    world.read_topic(welcome, "delivery-dates", item)
    link_pages.wish_call(rt, call.rpartition("/call/")[2], "+49 7821 55 01 17",
                       "Bitte am Donnerstag ab 14 Uhr, es geht um die Einführung.", world.visitor(), world.now)  # fmt: skip
    world.beat()
    answer = "/h/" + world.sales_mails()[-1].tokens("/h/")[0]
    yield "answer", answer, None
    yield "answer-no-reason", answer, {"event": "returned"}
    world.answer_sales(world.sales_mails()[-1], "accepted")
    yield "answer-accepted", answer, None
    world.answer_sales(world.sales_mails()[-1], "won")
    yield "answer-won", answer, None
    yield "unsubscribed", leave, {"List-Unsubscribe": "One-Click"}
    yield "preferences-none", mine, None
    renew = links.signed_url(rt, "renew", contact.id, message)
    yield "renew-over", renew, None
    world.now += timedelta(days=31)
    yield "expired", late, None
    yield "preferences-old", mine, None
    second = world.arrive(SECOND, form=houses.FORM)
    renew = links.signed_url(rt, "renew", world.contact(SECOND).id, max(m.id for m in world.rows(_message())))
    yield "renew", renew, None
    yield "renew-kept", renew, {"keep": "yes"}
    yield "erased", "/p/" + second.tokens("/p/")[0] + "/erase", {"erase": "yes"}


def _message() -> type:
    from nurture.store.schema import Message

    return Message


def shoot(
    browser: Browser, house: House, out: Path, name: str, url: str, data: dict[str, str] | None, looks: set[str]
) -> None:
    """One page in all its looks, or in those that were asked for."""
    context = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    tab = context.new_page()
    for language in _some(house.rt.definitions.organisation.languages, looks):
        address = url + ("&" if "?" in url else "?") + urlencode({"lang": language})
        if data:
            # the answer to a form, shown at the address it was sent to
            tab.route(address, answering(posted(house, address, data)))
        tab.goto(address)
        for width in _some(("1280", "390"), looks):
            tab.set_viewport_size({"width": int(width), "height": 850})
            for scheme in _some(("light", "dark"), looks):
                tab.emulate_media(color_scheme=scheme)
                tab.screenshot(path=out / f"{name}.{language}.{width}.{scheme}.png", full_page=True)
    context.close()


def _some(values: Sequence[str], wanted: set[str]) -> list[Any]:
    """Those of ``values`` that were asked for; all, if none was."""
    return [value for value in values if value in wanted] or list(values)


def answering(body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type="text/html")


def posted(house: House, address: str, data: dict[str, str]) -> str:
    """The page that answers ``data``, sent as a reader would."""
    path = path_of(address)
    shown = house.get(path).text
    stamp = shown.partition('name="stamp" value="')[2].partition('"')[0]
    house.pause()
    return house.post(path, {"stamp": stamp, **data}).text


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
