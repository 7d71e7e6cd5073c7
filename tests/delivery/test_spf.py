"""SPF records as receivers read them, and what makes a record unusable (RFC 7208)."""

from __future__ import annotations

from typing import Any

import pytest
from support.zones import TableResolver

from nurture.delivery.dns import DnsTrouble
from nurture.delivery.spf import check

HERE, ELSEWHERE, SIX = "192.0.2.25", "203.0.113.9", "2001:db8::25"
WORLD: dict[str, Any] = {
    "mail.example": {"a": [HERE, SIX]},
    "mx.example": {"mx": [(10, "mail.example")]},
    "ok.example": {"txt": ["v=spf1 ip4:192.0.2.25 -all"]},
    "soft.example": {"txt": ["v=spf1 ~all"]},
    "empty.example": {},
    "two.example": {"txt": ["v=spf1 -all", "V=SPF1"]},
    "loop.example": {"txt": ["v=spf1 include:back.example -all"]},
    "back.example": {"txt": ["v=spf1 include:LOOP.example -all"]},
    "many.example": {"mx": [(n, f"m{n}.example") for n in range(11)]},
    "trouble.example": DnsTrouble("trouble.example", "time is over"),
}


def said(record: str, address: str | None = HERE, **more: Any) -> Any:
    return check(TableResolver({**WORLD, **more, "sender.example": {"txt": ["other", record]}}), "sender.example", address)


RESULTS = {
    "ip4": ("v=spf1 ip4:192.0.2.25 -all", HERE, "pass", 0),
    "network": ("v=spf1 ip4:192.0.2.0/24 -all", HERE, "pass", 0),
    "another network": ("v=spf1 ip4:192.0.3.0/24 -all", HERE, "fail", 0),
    "ip6": ("v=spf1 ip6:2001:db8::/32 -all", SIX, "pass", 0),
    "ip4 is not asked about IPv6": ("v=spf1 ip4:192.0.2.0/24 ?all", SIX, "neutral", 0),
    "a": ("v=spf1 a:mail.example -all", HERE, "pass", 1),
    "a with a network": ("v=spf1 a:mail.example/24//64 -all", "192.0.2.99", "pass", 1),
    "a with a network for IPv6": ("v=spf1 a:mail.example/32//64 -all", "2001:db8::99", "pass", 1),
    "a of another": ("v=spf1 a:mail.example -all", ELSEWHERE, "fail", 1),
    "mx": ("v=spf1 mx:mx.example ~all", HERE, "pass", 1),
    "include": ("v=spf1 include:ok.example ~all", HERE, "pass", 1),
    "what an include refuses goes on": ("v=spf1 include:ok.example ~all", ELSEWHERE, "softfail", 1),
    "an include's softfail does not match": ("v=spf1 include:soft.example -all", HERE, "fail", 1),
    "redirect": ("v=spf1 redirect=soft.example", HERE, "softfail", 1),
    "redirect beside all": ("v=spf1 redirect=two.example ?all", HERE, "neutral", 0),
    "exists": ("v=spf1 exists:mail.example -all", ELSEWHERE, "pass", 1),
    "a minus that matches": ("v=spf1 -ip4:192.0.2.25 +all", HERE, "fail", 0),
    "the first match counts": ("v=spf1 ~ip4:192.0.2.0/24 ip4:192.0.2.25 -all", HERE, "softfail", 0),
    "no all": ("v=spf1 ip4:192.0.2.25", ELSEWHERE, "neutral", 0),
    "strangers": ("v=spf1 a:mail.example include:ok.example -all", None, "fail", 2),
    "capitals": ("V=SPF1 IP4:192.0.2.25 -ALL", HERE, "pass", 0),
    "modifiers nobody knows": ("v=spf1 exp=why.example x-y=z ip4:192.0.2.25 -all", HERE, "pass", 0),
}  # fmt: skip


@pytest.mark.parametrize(("record", "address", "result", "lookups"), RESULTS.values(), ids=RESULTS)
def test_results(record: str, address: str | None, result: str, lookups: int) -> None:
    found = said(record, address)
    assert (found.result, found.lookups, found.faults) == (result, lookups, ())


FAULTS = {
    "two records": ("v=spf1 include:two.example -all", "two.example has 2 SPF records, and only one is allowed"),
    "an include without a record": ("v=spf1 include:empty.example -all", "empty.example, which the record of sender.example names, has no SPF record"),
    "an include that does not exist": ("v=spf1 include:none.example -all", "none.example, which the record of sender.example names, has no SPF record"),
    "a circle": ("v=spf1 include:loop.example -all", "the record of back.example leads back to LOOP.example"),
    "a word": ("v=spf1 ipv4:192.0.2.25 -all", "'ipv4:192.0.2.25' in the record of sender.example is not SPF"),
    "no network": ("v=spf1 ip4:192.0.2.256 -all", "'ip4:192.0.2.256' in the record of sender.example is no network"),
    "nothing behind it": ("v=spf1 include -all", "'include' in the record of sender.example lacks what it is about"),
    "too many mail servers": ("v=spf1 mx:many.example -all", "'mx' in the record of sender.example leads to 11 hosts; 10 are allowed"),
    "void lookups": ("v=spf1 a:x.example a:y.example exists:z.example -all", "3 of its lookups find nothing, and receivers bear with 2"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "fault"), FAULTS.values(), ids=FAULTS)
def test_faults(record: str, fault: str) -> None:
    found = said(record)
    assert fault in found.faults
    assert found.result == "permerror"


@pytest.mark.parametrize(("hosts", "result"), [(10, "fail"), (11, "permerror")])
def test_ten_lookups_are_allowed(hosts: int, result: str) -> None:
    """Counted to the end, also where a receiver would have stopped at a match."""
    names = {f"h{n}.example": {"a": [ELSEWHERE]} for n in range(hosts)}
    record = f"v=spf1 {' '.join(f'a:{name}' for name in names)} -all"
    found = said(record, HERE, **names)
    assert (found.result, found.lookups) == (result, hosts)
    assert found.terms == tuple((f"a:{name}", 1) for name in names)


def test_what_is_allowed_but_unwise() -> None:
    found = said("v=spf1 ptr exists:%{i}.example +all")
    assert [note.split("'")[1] for note, _ in found.notes] == ["ptr", "exists:%{i}.example", "+all"]
    assert found.result == "pass" and found.faults == ()


def test_no_record_and_trouble() -> None:
    assert check(TableResolver(WORLD), "empty.example").result == "none"
    assert check(TableResolver(WORLD), "nowhere.example").result == "none"
    with pytest.raises(DnsTrouble):
        said("v=spf1 include:trouble.example -all")


def test_a_bush_of_includes_ends() -> None:
    """Every record names two others: counting stops soon, the verdict is the same."""
    bush = {
        f"b{n}.example": {"txt": [f"v=spf1 include:b{2 * n + 1}.example include:b{2 * n + 2}.example -all"]}
        for n in range(2000)
    }
    found = said("v=spf1 include:b0.example -all", HERE, **bush)
    assert found.result == "permerror" and found.lookups < 200
    assert any("more than 40 DNS lookups" in fault for fault in found.faults)
