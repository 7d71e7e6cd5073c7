"""The resolver against a name server on this machine: records, none, no such name, failure, silence."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from support.zones import TableResolver

from nurture.delivery.dns import DnsTrouble, NoSuchName, Resolver, SystemResolver, a_label
from nurture.delivery.mail_hosts import NO_SERVER, NO_SUCH_DOMAIN, NULL, MailHosts, who_takes

ZONES = {
    ("werk.example.", "MX"): ("300", "20 mx2.werk.example.", "10 MX1.Werk.Example."),
    ("null.example.", "MX"): ("60", "0 ."),
    ("werk.example.", "TXT"): ("60", '"v=spf1 " "mx -all"', '"other"'),
    ("werk.example.", "A"): ("120", "192.0.2.1", "192.0.2.2"),
    ("werk.example.", "AAAA"): ("30", "2001:db8::1"),
    ("old.example.", "AAAA"): ("30", "2001:db8::2"),
    ("1.2.0.192.in-addr.arpa.", "PTR"): ("60", "Mail.Werk.Example."),
}
NAMES = {name for name, _ in ZONES} | {"empty.example."}


class NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        query = dns.message.from_wire(self.request[0])
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        if name == "silent.example.":
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name == "broken.example.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in NAMES:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif (name, kind) in ZONES:
            ttl, *records = ZONES[name, kind]
            answer.answer.append(dns.rrset.from_text(question.name, int(ttl), "IN", kind, *records))
        self.request[1].sendto(answer.to_wire(), self.client_address)


@pytest.fixture(scope="module")
def resolver() -> Iterator[SystemResolver]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), NameServer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers = dns.resolver.Resolver(configure=False)
        servers.nameservers, servers.port = ["127.0.0.1"], server.server_address[1]
        yield SystemResolver(0.3, servers)
        server.shutdown()
        thread.join()


def test_records_and_for_how_long_they_hold(resolver: SystemResolver) -> None:
    mx = resolver.mx("werk.example")
    assert (sorted(mx), mx.ttl) == ([(10, "mx1.werk.example"), (20, "mx2.werk.example")], 300)
    assert (resolver.mx("null.example"), resolver.mx("null.example").ttl) == ([(0, ".")], 60)
    assert sorted(resolver.txt("werk.example")) == ["other", "v=spf1 mx -all"]
    addresses = resolver.addresses("werk.example")
    assert (sorted(addresses), addresses.ttl) == (["192.0.2.1", "192.0.2.2", "2001:db8::1"], 30)
    assert resolver.addresses("old.example") == ["2001:db8::2"]
    assert resolver.ptr("192.0.2.1") == ["mail.werk.example"]


def test_no_record_of_this_kind(resolver: SystemResolver) -> None:
    assert (resolver.mx("empty.example"), resolver.txt("empty.example"), resolver.addresses("empty.example")) == (
        [],
        [],
        [],
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda r: r.mx("gone.example"),
        lambda r: r.txt("gone.example"),
        lambda r: r.addresses("gone.example"),
        lambda r: r.ptr("192.0.2.9"),
        lambda r: r.ptr("no address"),
    ],
    ids=["mx", "txt", "addresses", "ptr", "ptr of nothing"],
)
def test_no_such_name(ask: Callable[[Resolver], object], resolver: SystemResolver) -> None:
    with pytest.raises(NoSuchName):
        ask(resolver)


@pytest.mark.parametrize("name", ["broken.example", "silent.example"])
def test_trouble(name: str, resolver: SystemResolver) -> None:
    for ask in (resolver.mx, resolver.addresses):
        with pytest.raises(DnsTrouble, match=f"could not be asked for '{name}'"):
            ask(name)


def test_without_a_name_server_there_is_trouble_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured() -> dns.resolver.Resolver:
        raise dns.resolver.NoResolverConfiguration("cannot open /etc/resolv.conf")

    monkeypatch.setattr(dns.resolver, "Resolver", unconfigured)
    with pytest.raises(DnsTrouble):
        SystemResolver().mx("werk.example")


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        pytest.param(
            {"mx": [(20, "b.example"), (10, "a.example")]}, MailHosts(("a.example", "b.example"), 900), id="by preference"
        ),
        pytest.param({"mx": [(10, "a.example"), (20, "a.example")]}, MailHosts(("a.example",), 900), id="twice"),
        pytest.param(
            {"mx": [(n, f"m{n}.example") for n in range(500)]},
            MailHosts(tuple(f"m{n}.example" for n in range(5)), 900),
            id="five of five hundred",
        ),
        pytest.param({"a": ["192.0.2.1"]}, MailHosts(("werk.example",), 900), id="the domain itself"),
        pytest.param(
            {"mx": [(0, ".")], "a": ["192.0.2.1"]}, MailHosts((), 900, NULL), id="null MX although it has an address"
        ),
        pytest.param(
            {"mx": [(0, "."), (10, "a.example")]}, MailHosts(("a.example",), 900), id="a null MX is alone or none"
        ),
        pytest.param({"mx": [(10, "not a host")], "a": ["192.0.2.1"]}, MailHosts(("werk.example",), 900), id="unusable MX"),
        pytest.param({}, MailHosts((), 900, NO_SERVER), id="neither"),
        pytest.param(None, MailHosts((), 0, NO_SUCH_DOMAIN), id="no such domain"),
    ],
)
def test_who_takes_mail(zones: dict[str, object] | None, found: MailHosts) -> None:
    table = {} if zones is None else {"werk.example": zones}
    assert who_takes(TableResolver(table, ttl=900), "werk.example") == found


def test_equal_servers_share_the_load_over_domains() -> None:
    records = {"mx": [(10, "a.example"), (10, "b.example"), (10, "c.example")]}
    resolver = TableResolver({f"d{n}.example": records for n in range(300)})
    first = [who_takes(resolver, f"d{n}.example").hosts[0] for n in range(300)]
    assert all(70 < first.count(host) < 130 for host in ("a.example", "b.example", "c.example"))
    assert first[7] == who_takes(resolver, "d7.example").hosts[0]


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("Werk.Example", "werk.example"),
        ("straße.de", "xn--strae-oqa.de"),
        ("MÜNCHEN.de.", "xn--mnchen-3ya.de"),
        ("xn--strae-oqa.de", "xn--strae-oqa.de"),
        ("under_score.example", "under_score.example"),
    ],
)
def test_a_label(domain: str, label: str) -> None:
    assert a_label(domain) == label


@pytest.mark.parametrize(
    "domain", ["", "a..b", "[192.0.2.1]", "-x.de", "x y.de", "ü" * 80 + ".de", f"{'a.' * 130}de", "a\x00.de", "☃︎­.de"]
)
def test_no_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="is no domain"):
        a_label(domain)
