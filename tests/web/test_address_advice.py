"""The form helps with the address, changes nothing by itself, and never waits for the DNS."""

from __future__ import annotations

import re
import time

import pytest
from support.zones import TableResolver
from web.house import House

from nurture.delivery.dns import NULL_MX, DnsTrouble, NoSuchName
from nurture.engine import address_check


def test_a_mistyped_domain_is_offered_and_taken_with_one_press(house: House) -> None:
    asked = house.send(email="maria@gmial.com")
    assert asked.status_code == 422
    assert "Meinten Sie maria@gmail.com?" in asked.text
    assert 'value="maria@gmial.com"' in asked.text, "nothing is changed silently"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', asked.text))
    house.pause()
    pressed = house.send(email="maria@gmial.com", email_instead="maria@gmail.com", insisted=hidden["insisted"])
    assert pressed.status_code == 303
    assert house.world.registrations()[0].address == "maria@gmail.com"


def test_a_shared_mailbox_is_asked_back_once(house: House) -> None:
    assert "lesen vermutlich mehrere" in house.send(email="info@huber.example").text
    assert house.send(email="info@huber.example", insisted="info@huber.example").status_code == 303


@pytest.mark.parametrize("address", ["noreply@huber.example", "x@mailinator.com"])
def test_what_nobody_reads_is_refused_with_everything_kept(house: House, address: str) -> None:
    answer = house.send(email=address, insisted=address)
    assert answer.status_code == 422
    assert f'value="{address}"' in answer.text and "field-email-problem" in answer.text


class Hanging(TableResolver):
    def mx(self, name: str):  # type: ignore[no-untyped-def]
        time.sleep(0.3)
        return super().mx(name)


@pytest.mark.parametrize(
    ("zone", "doubt"),
    [
        ({"mx": [(10, "mx.huber.example")]}, None),
        ({"mx": [(0, NULL_MX)]}, "no-mail"),
        (NoSuchName("huber.example"), "unreachable"),
        (DnsTrouble("huber.example", "time was over"), None),
    ],
    ids=["a mail server", "null MX", "no such domain", "trouble"],
)
def test_what_the_dns_says(house: House, zone: object, doubt: str | None) -> None:
    house.rt.resolver = TableResolver({"huber.example": zone})  # type: ignore[dict-item]
    found = address_check.advise(house.rt, "m@huber.example", insisted=False, ask_dns=True)
    assert (found.doubt if found else None) == doubt


def test_a_name_server_that_hangs_blocks_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_check, "PATIENCE", 0.05)
    house.rt.resolver = Hanging({})
    assert address_check.advise(house.rt, "m@hangs.example", insisted=False, ask_dns=True) is None
