"""What the doctor finds in a world where everything is in order, and what it says when one thing is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import create_engine
from support.zones import TableResolver

from nurture.delivery import MemoryTransport, dkim_keys
from nurture.delivery.dns import DnsTrouble
from nurture.delivery.probe import Probed
from nurture.delivery.smtp_settings import SmtpSettings
from nurture.domain.delivery_rules import DeliveryRules, Dkim
from nurture.engine.doctor import examine
from nurture.engine.doctor_host import Online
from nurture.engine.doctor_report import Area, Finding, Level, Way
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer

FROM = "news.hallmann-brueck.example"
ORGANISATION = "hallmann-brueck.example"
BOUNCE = f"bounce.{ORGANISATION}"
HELO = f"mail.{ORGANISATION}"
IP = "192.0.2.25"
KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
RECORD = dkim_keys.record(FROM, "s1", KEY)
DMARC = f"_dmarc.{ORGANISATION}"

DIRECT = Way("direct", None, HELO, ())
RELAY = Way("smtp", SmtpSettings("relay.example.net", 587, user="us", password="secret"))
REACHED = Probed("login", tls="TLSv1.3", expires=datetime(2027, 1, 1, tzinfo=UTC))

Table = dict[str, Any]


def world() -> Table:
    """Everything in order."""
    return {
        BOUNCE: {"txt": [f"v=spf1 a:{HELO} ip4:192.0.2.0/27 -all"], "mx": [(10, HELO)]},
        FROM: {"txt": ["some-verification=1", f"v=spf1 include:{BOUNCE} -all"], "mx": [(10, HELO)]},
        ORGANISATION: {"mx": [(10, HELO)]},
        RECORD.name: {"txt": [RECORD.value]},
        DMARC: {"txt": [f"v=DMARC1; p=none; rua=mailto:dmarc@{ORGANISATION}"]},
        HELO: {"a": [IP]},
        IP: {"ptr": [HELO]},
    }


@pytest.fixture
def rt(example: Publication, tmp_path: Path) -> Runtime:
    """The example with a domain for bounces and one key. The doctor needs no database, and no real DNS here."""
    rt = Runtime(
        db=create_engine("sqlite://"),
        publication=example,
        signer=Signer(["a-key-only-for-tests-0123456789abcdef"]),
        transport=MemoryTransport(),
        public_url="https://nurture.example",
        installation="test",
        resolver=TableResolver({}),
        dkim_folder=tmp_path,
    )
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "s1.pem").touch(0o600)
    (tmp_path / "s1.pem").write_bytes(pem)
    configure(rt, bounce_domain=BOUNCE, dkim=Dkim(FROM, ("s1",)))
    return rt


def configure(rt: Runtime, **rules: Any) -> None:
    definitions = rt.definitions
    delivery = replace(definitions.delivery, **rules)
    rt.publication = replace(rt.publication, definitions=replace(definitions, delivery=delivery))


def look(
    rt: Runtime, table: Table, way: Way = DIRECT, probed: Probed = REACHED, page: str = "Impressum"
) -> tuple[Finding, ...]:
    rt.resolver = TableResolver(table)
    online = Online(lambda _: probed, lambda _: page)
    return examine(rt, way, datetime(2026, 3, 2, tzinfo=UTC), online).findings


def bad(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str, str]]:
    """Everything that is not in order, but for what it means to the providers."""
    return [
        (str(f.level), str(f.area), f.where, f.what, f.change)
        for f in findings
        if f.level is not Level.OK and f.area is not Area.PROVIDERS
    ]


def test_all_in_order(rt: Runtime) -> None:
    findings = look(rt, world())
    assert bad(findings) == []
    assert {f.area for f in findings} == set(Area) - {Area.TLS}
    assert [f.what for f in findings if f.area is Area.PROVIDERS] == ["nothing stands in the way"] * 4
    assert bad(look(rt, world(), replace(DIRECT, addresses=(IP,)))) == []
    assert bad(look(rt, world(), RELAY)) == []


def test_a_relay_is_reached_and_what_is_its_business_is_said_to_be_unseen(rt: Runtime) -> None:
    findings = look(rt, world(), RELAY)
    assert [f.what for f in findings if f.area is Area.TLS] == ["answers; TLSv1.3, login"]
    unseen = next(f for f in findings if f.where == "T-Online")
    assert unseen.what == "nothing stands in the way; not seen from here: Host name, Website"


def changed(name: str, kind: str, *records: object) -> Table:
    """The world with other records at one place; without any, nothing is there."""
    table = world()
    if not records:
        del table[name]
    elif isinstance(records[0], Exception):
        table[name] = records[0]
    else:
        table[name] = {**table.get(name, {}), kind: list(records)}
    return table


ELEVEN = {
    **changed(BOUNCE, "txt", f"v=spf1 include:many.example a:{HELO} -all"),
    "many.example": {"txt": ["v=spf1 " + " ".join(f"a:h{n}.example" for n in range(9)) + " -all"]},
    **{f"h{n}.example": {"a": [f"198.51.100.{n}"]} for n in range(9)},
}
TWO_SPF = f'"v=spf1 a:{HELO} -all" and "v=spf1 -all"'
PUBLISH = f"publish this record and no other there: {RECORD.zone_line}"

FAULTS: dict[str, tuple[Table, list[tuple[str, str, str, str, str]]]] = {
    "11 lookups": (
        ELEVEN,
        [
            ("fail", "SPF", BOUNCE, "receivers cannot use the record: it needs 11 DNS lookups, and receivers make at most 10",
             f"lookups by term: include:many.example (10), a:{HELO} (1); take out who no longer sends, write fixed addresses as ip4: and ip6:"),
            ("fail", "SPF", FROM, "receivers cannot use the record: it needs 12 DNS lookups, and receivers make at most 10",
             f"lookups by term: include:{BOUNCE} (12); take out who no longer sends, write fixed addresses as ip4: and ip6:"),
        ],
    ),
    "no SPF": (
        changed(BOUNCE, "txt", "google-site-verification=1"),
        [
            ("fail", "SPF", BOUNCE, "there is no SPF record", f'publish: {BOUNCE}. TXT "v=spf1 ip4:{IP} -all"'),
            ("fail", "SPF", FROM,
             f"receivers cannot use the record: {BOUNCE}, which the record of {FROM} names, has no SPF record",
             f'correct the record: "v=spf1 include:{BOUNCE} -all"'),
        ],
    ),
    "two SPF records": (
        {**changed(BOUNCE, "txt", f"v=spf1 a:{HELO} -all", "v=spf1 -all"), FROM: {"txt": [f"v=spf1 ip4:{IP} -all"], "mx": [(10, HELO)]}},
        [
            ("fail", "SPF", BOUNCE, f"receivers cannot use the record: {BOUNCE} has 2 SPF records, and only one is allowed",
             f"keep one record that says it all, instead of: {TWO_SPF}"),
        ],
    ),
    "everybody may send": (
        changed(FROM, "txt", "v=spf1 +all"),
        [("warn", "SPF", FROM, f"'+all' in the record of {FROM} lets everybody send", "end the record with ~all or -all")],
    ),
    "no DKIM record": (
        changed(RECORD.name, "txt"),
        [("fail", "DKIM", RECORD.name, "there is no such record (it signs)", PUBLISH)],
    ),
    "wrong key": (
        changed(RECORD.name, "txt", dkim_keys.record(FROM, "s1", OTHER).value),
        [("fail", "DKIM", RECORD.name, "its p= is of another key than our private one (it signs)", PUBLISH)],
    ),
    "revoked key": (
        changed(RECORD.name, "txt", "v=DKIM1; k=rsa; p="),
        [("fail", "DKIM", RECORD.name, "the key is revoked: its p= is empty (it signs)", f"make a new key (nurture dkim new), or {PUBLISH}")],
    ),
    "two keys at one name": (
        changed(RECORD.name, "txt", RECORD.value, "v=DKIM1; p="),
        [("fail", "DKIM", RECORD.name, "there are 2 records, and receivers may take any of them (it signs)", PUBLISH)],
    ),
    "only SHA-1 allowed": (
        changed(RECORD.name, "txt", RECORD.value + "; h=sha1"),
        [("fail", "DKIM", RECORD.name, "h=sha1 does not allow sha256 (it signs)", PUBLISH)],
    ),
    "another kind of key": (
        changed(RECORD.name, "txt", RECORD.value.replace("k=rsa", "k=ed25519")),
        [("fail", "DKIM", RECORD.name, "k=ed25519 does not go with our rsa key (it signs)", PUBLISH)],
    ),
    "a trial": (
        changed(RECORD.name, "txt", RECORD.value.replace("k=rsa", "t=y:s; k=rsa")),
        [("warn", "DKIM", RECORD.name, "t=y says that signatures are a trial", f"publish instead: {RECORD.zone_line}")],
    ),
    "no DMARC": (
        changed(DMARC, "txt"),
        [("fail", "DMARC", DMARC, "there is no DMARC record",
          f'publish: {DMARC}. TXT "v=DMARC1; p=none; rua=mailto:dmarc@{ORGANISATION}"')],
    ),
    "two DMARC records": (
        changed(DMARC, "txt", "v=DMARC1; p=none", "v=DMARC1; p=reject"),
        [("fail", "DMARC", DMARC, "there are 2 DMARC records, so none counts", "keep one of them")],
    ),
    "no policy": (
        changed(DMARC, "txt", "v=DMARC1; p=maybe; rua=mailto:x@example.com"),
        [("fail", "DMARC", DMARC, "no valid p= in: v=DMARC1; p=maybe; rua=mailto:x@example.com",
          f'publish instead: {DMARC}. TXT "v=DMARC1; p=none; rua=mailto:dmarc@{ORGANISATION}"')],
    ),
    "nobody reads the reports": (
        changed(DMARC, "txt", "v=DMARC1; p=reject"),
        [("warn", "DMARC", DMARC, "nobody gets the reports", "add rua=mailto:… with a mailbox that is read")],
    ),
    "strict SPF alignment": (
        changed(DMARC, "txt", "v=DMARC1; p=none; aspf=s; rua=mailto:x@example.com"),
        [("warn", "DMARC", FROM, f"SPF is for {BOUNCE}, another sender than From", "take aspf=s out of the DMARC record")],
    ),
    "no bounce MX": (
        {**world(), BOUNCE: {"txt": world()[BOUNCE]["txt"]}},
        [("fail", "Bounces", BOUNCE, "there is no MX record, so nothing comes back",
          f"publish: {BOUNCE}. MX 10 … (the host that takes them in)")],
    ),
    "a bounce domain without mail": (
        changed(BOUNCE, "mx", (0, ".")),
        [("fail", "Bounces", BOUNCE, "its MX says that it takes no mail (RFC 7505)",
          f"publish: {BOUNCE}. MX 10 … (the host that takes them in)")],
    ),
    "nobody takes replies": (
        changed(ORGANISATION, "mx"),
        [("fail", "Replies", ORGANISATION, "there is no MX record, so nothing comes back",
          f"publish: {ORGANISATION}. MX 10 … (the host that takes them in)")],
    ),
    "another PTR": (
        changed(IP, "ptr", "static.example.net"),
        [("fail", "Host name", IP, f"the address is called static.example.net, but greets as {HELO}",
          f"have whoever gave you the address set its reverse DNS (PTR) to {HELO}")],
    ),
    "no PTR": (
        changed(IP, "ptr"),
        [("fail", "Host name", IP, "the address has no name (no PTR record)",
          f"have whoever gave you the address set its reverse DNS (PTR) to {HELO}")],
    ),
    "the DNS does not answer": (
        changed(DMARC, "txt", DnsTrouble(DMARC, "time is over")),
        [("fail", "DMARC", "DNS", f"no answer: the DNS could not be asked for '{DMARC}': time is over",
          "try again; if it stays so, check the name servers")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_one_thing_is_wrong(name: str, rt: Runtime) -> None:
    table, expected = FAULTS[name]
    assert bad(look(rt, table)) == expected


MEANT = {
    "no DMARC": {"Gmail and Yahoo": "DMARC", "Microsoft (Outlook.com, Hotmail)": "DMARC; else it answers 550 5.7.515"},
    "no PTR": {"Gmail and Yahoo": "Host name", "GMX and web.de": "Host name", "T-Online": "Host name"},
    "wrong key": {"Gmail and Yahoo": "DKIM", "Microsoft (Outlook.com, Hotmail)": "DKIM; else it answers 550 5.7.515"},
    "strict SPF alignment": {},
}


@pytest.mark.parametrize("name", MEANT)
def test_what_it_means_for_the_providers(name: str, rt: Runtime) -> None:
    findings = look(rt, FAULTS[name][0])
    failed = {f.where: f.what for f in findings if f.area is Area.PROVIDERS and f.level is Level.FAIL}
    assert failed == {provider: f"refuses or junks mails because of: {said}" for provider, said in MEANT[name].items()}


def test_what_a_warning_means_for_the_providers(rt: Runtime) -> None:
    """Whether a relay signs cannot be seen from here."""
    configure(rt, dkim=None)
    findings = look(rt, world(), RELAY)
    assert {f.where: (f.level, f.what) for f in findings if f.area is Area.PROVIDERS} == {
        "Gmail and Yahoo": (Level.WARN, "takes mails, but look at: DKIM; not seen from here: Host name"),
        "Microsoft (Outlook.com, Hotmail)": (Level.WARN, "takes mails, but look at: DKIM"),
        "GMX and web.de": (Level.OK, "nothing stands in the way; not seen from here: Host name"),
        "T-Online": (Level.OK, "nothing stands in the way; not seen from here: Host name, Website"),
    }


# --- the address that sends -------------------------------------------------------------------------------------------


def test_an_address_that_may_not_send_is_named_with_the_record_that_lets_it(rt: Runtime) -> None:
    table = {**world(), "203.0.113.9": {"ptr": [HELO]}, HELO: {"a": [IP, "203.0.113.9"]}}
    table[BOUNCE] = {**table[BOUNCE], "txt": ["v=spf1 ip4:192.0.2.0/27 ~all"]}
    assert bad(look(rt, table, replace(DIRECT, addresses=(IP, "203.0.113.9")))) == [
        ("fail", "SPF", BOUNCE, "203.0.113.9 may not send for this domain (softfail)",
         f'publish: {BOUNCE}. TXT "v=spf1 ip4:203.0.113.9 ip4:192.0.2.0/27 ~all"'),
        ("warn", "SPF", FROM, "203.0.113.9 may not send for this domain (fail)",
         f'publish: {FROM}. TXT "v=spf1 ip4:203.0.113.9 include:{BOUNCE} -all"'),
    ]  # fmt: skip


HOSTS: dict[str, tuple[Way, Table, tuple[str, str]]] = {
    "does not lead back": (
        replace(DIRECT, addresses=("2001:db8::25",)),
        {**world(), "2001:db8::25": {"ptr": [HELO]}},
        (f"{HELO} does not lead back to it", f"publish: {HELO}. AAAA 2001:db8::25"),
    ),
    "no address": (DIRECT, {**world(), HELO: {}}, ("the name that it greets with has no address", f"publish: {HELO}. A … (its public address)")),
    "no full name": (
        replace(DIRECT, helo="localhost"),
        world(),
        ("this machine greets with no full host name", "set NURTURE_HELO to the full host name of this machine, such as mail.example.com"),
    ),
    "a hired-out name": (
        replace(DIRECT, helo="ip-192-0-2-25.example.net"),
        {**world(), IP: {"ptr": ["ip-192-0-2-25.example.net"]}, "ip-192-0-2-25.example.net": {"a": [IP]}},
        ("ip-192-0-2-25.example.net looks like an address for anybody; GMX and T-Online refuse such",
         "have whoever gave you the address set its reverse DNS (PTR) to ip-192-0-2-25.example.net"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTS)
def test_the_name_of_the_machine(name: str, rt: Runtime) -> None:
    way, table, (what, change) = HOSTS[name]
    found = [(f.what, f.change) for f in look(rt, table, way) if f.area is Area.HOST]
    assert found == [(what, change)]


# --- the mail server and the website ----------------------------------------------------------------------------------

SERVERS = {
    "refused": (Probed("connect", "Connection refused"), "it cannot be reached: Connection refused"),
    "certificate": (Probed("tls", "self-signed certificate"), "encryption fails: self-signed certificate"),
    "login": (Probed("login", "535 no", "TLSv1.3"), "login fails: 535 no"),
    "certificate ends": (replace(REACHED, expires=datetime(2026, 3, 9, tzinfo=UTC)), "its certificate ends on 2026-03-09"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_the_mail_server(name: str, rt: Runtime) -> None:
    probed, said = SERVERS[name]
    found = bad(look(rt, world(), RELAY, probed))
    assert [(area, where, what) for _, area, where, what, _ in found] == [("Mail server", "relay.example.net:587", said)]
    assert all(change for *_, change in found) and "secret" not in str(found)


def test_a_host_name_without_an_imprint(rt: Runtime) -> None:
    assert [(area, where) for _, area, where, *_ in bad(look(rt, world(), page="Welcome to nginx"))] == [("Website", HELO)]
    offline = examine(rt, DIRECT, datetime(2026, 3, 2, tzinfo=UTC), None)
    assert {Area.WEBSITE, Area.TLS}.isdisjoint(f.area for f in offline.findings)


# --- what is configured ---------------------------------------------------------------------------------------------------


def test_nothing_is_configured_yet(rt: Runtime) -> None:
    rt.publication = replace(rt.publication, definitions=replace(rt.definitions, delivery=DeliveryRules()))
    rt.public_url = "http://127.0.0.1:8000"
    found = bad(look(rt, {}, Way("mailbox")))
    assert [(level, area, where) for level, area, where, *_ in found] == [
        ("warn", "Sending", "NURTURE_TRANSPORT"),
        ("fail", "SPF", FROM),
        ("warn", "DKIM", "config/delivery.yaml"),
        ("fail", "DMARC", DMARC),
        ("warn", "Bounces", "config/delivery.yaml"),
        ("fail", "Bounces", FROM),
        ("fail", "Replies", ORGANISATION),
        ("fail", "Unsubscribe", "http://127.0.0.1:8000"),
    ]
    assert all(change for *_, change in found)


def test_who_sends_directly_has_to_sign(rt: Runtime) -> None:
    configure(rt, dkim=None)
    assert [(level, what) for level, area, _, what, _ in bad(look(rt, world())) if area == "DKIM"] == [
        ("fail", "mails are not signed here")
    ]


def test_keys_that_wait(rt: Runtime) -> None:
    """A successor may be published beforehand; nothing is wrong before it signs."""
    coming = dkim_keys.new_key(rt.dkim_folder, "s2")
    record = dkim_keys.record(FROM, "s2", coming)
    unpublished = [(level, what) for level, _, where, what, _ in bad(look(rt, world())) if where == record.name]
    assert unpublished == [("warn", "not in config/delivery.yaml, and there is no such record")]
    assert bad(look(rt, {**world(), record.name: {"txt": [record.value]}})) == []
    configure(rt, dkim=Dkim(FROM, ("s1", "s2")))
    assert [level for level, *_ in bad(look(rt, world()))] == ["warn"]
    configure(rt, dkim=Dkim(FROM, ("s2", "s1")))
    assert [level for level, *_ in bad(look(rt, world()))] == ["fail"]


def test_a_key_that_is_missing_and_one_that_others_may_read(rt: Runtime) -> None:
    (rt.dkim_folder / "s1.pem").chmod(0o644)
    configure(rt, dkim=Dkim(FROM, ("s1", "gone")))
    found = [(level, where.rpartition("/")[2]) for level, area, where, *_ in bad(look(rt, world())) if area == "DKIM"]
    assert found == [("fail", "s1.pem"), ("fail", "gone.pem"), ("fail", "delivery.yaml")]


def test_signatures_of_somebody_else(rt: Runtime) -> None:
    configure(rt, bounce_domain="bounce.provider.example", dkim=Dkim("provider.example", ("s1",)))
    found = [(level, what) for level, area, _, what, _ in bad(look(rt, world())) if area == "DMARC"]
    assert found == [
        ("fail", "SPF is for bounce.provider.example, another sender than From"),
        ("fail", "signatures are of provider.example, another sender than From"),
    ]


def test_an_international_domain_is_looked_up_as_the_dns_knows_it(rt: Runtime) -> None:
    organisation = rt.definitions.organisation
    sender = replace(organisation.sender, address="katrin@post.müller.example", reply_to="katrin@Müller.example")
    definitions = replace(rt.definitions, organisation=replace(organisation, sender=sender))
    rt.publication = replace(rt.publication, definitions=definitions)
    configure(rt, bounce_domain="", dkim=None)
    found = bad(look(rt, {}, Way("smtp", RELAY.relay)))
    assert [where for _, area, where, *_ in found if area in ("SPF", "DMARC", "Replies")] == [
        "post.xn--mller-kva.example",
        "_dmarc.xn--mller-kva.example",
        "xn--mller-kva.example",
    ]
