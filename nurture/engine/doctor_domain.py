"""The doctor's look at the sender's domains: SPF, DKIM and DMARC records, and where bounces and replies arrive.

Asks the DNS and nothing else. Every finding that is not in order says what to publish, ready to be copied.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from nurture.delivery import dkim_keys, dkim_published, dmarc, spf
from nurture.delivery.dkim import PrivateKey, signing
from nurture.delivery.dkim_keys import Record
from nurture.delivery.dns import NoSuchName, a_label
from nurture.domain.address import domain_of
from nurture.domain.errors import SettingsError
from nurture.engine.doctor_report import Area, Finding, Level, Way
from nurture.engine.runtime import Runtime

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


@dataclass(frozen=True, slots=True)
class Domains:
    """Who the mails say they are from: in From, in the envelope, where answers go. ``signer``: d= of signatures, or ''."""

    sender: str
    bounces: str
    replies: str
    signer: str


def domains(rt: Runtime) -> Domains:
    sender, delivery = rt.definitions.organisation.sender, rt.definitions.delivery
    own = _domain(sender.address)
    signer = delivery.dkim.domain if delivery.dkim else ""
    return Domains(own, delivery.bounce_domain or own, _domain(sender.reply_to) or own, signer)


def _domain(address: str) -> str:
    return a_label(domain_of(address)) if address else ""


# --- SPF --------------------------------------------------------------------------------------------------------------


def check_spf(rt: Runtime, way: Way) -> Iterator[Finding]:
    """The record of the envelope's domain, which counts, and of the From domain, which some filters look at too."""
    found = domains(rt)
    yield from _spf(rt, found.bounces, way, FAIL)
    if found.sender != found.bounces:
        yield from _spf(rt, found.sender, way, WARN)


def _spf(rt: Runtime, domain: str, way: Way, missing: Level) -> Iterator[Finding]:
    finding = partial(Finding, area=Area.SPF, where=domain)
    checked = [spf.check(rt.resolver, domain, address) for address in way.addresses or (None,)]
    first = checked[0]
    if not first.records:
        yield finding(missing, what="there is no SPF record", change=f"publish: {domain}. TXT {_suggested_spf(way)}")
        return
    if first.faults:
        yield finding(FAIL, what=f"receivers cannot use the record: {'; '.join(first.faults)}", change=_spf_cure(first))
        return
    for address, result in zip(way.addresses, checked, strict=False):
        if result.result != "pass":
            change = f"publish: {domain}. TXT {_with_address(first.records[0], address)}"
            yield finding(missing, what=f"{address} may not send for this domain ({result.result})", change=change)
    for note, change in first.notes:
        yield finding(WARN, what=note, change=change)
    if first.result == "neutral" and not way.addresses:
        yield finding(WARN, what=f"strangers may send too: {first.records[0]}", change="end the record with ~all or -all")
    if all(result.result == "pass" for result in checked) or not way.addresses:
        named = f"{', '.join(way.addresses)} may send; " if way.addresses else ""
        yield finding(OK, what=f"{named}{first.lookups} of {spf.LOOKUPS} lookups")


def _suggested_spf(way: Way) -> str:
    if way.addresses:
        return f'"v=spf1 {" ".join(_mechanism(address) for address in way.addresses)} -all"'
    host = way.relay.host if way.relay else "your mail server"
    return f'"v=spf1 include:… -all" (whoever runs {host} says what to include)'


def _with_address(record: str, address: str) -> str:
    words = record.split()
    return f'"{" ".join([words[0], _mechanism(address), *words[1:]])}"'


def _mechanism(address: str) -> str:
    return f"ip{ipaddress.ip_address(address).version}:{address}"


def _spf_cure(found: spf.Spf) -> str:
    if len(found.records) > 1:
        return "keep one record that says it all, instead of: " + " and ".join(f'"{text}"' for text in found.records)
    if found.lookups > spf.LOOKUPS:
        terms = ", ".join(f"{term} ({count})" for term, count in sorted(found.terms, key=lambda term: -term[1]))
        return f"lookups by term: {terms}; take out who no longer sends, write fixed addresses as ip4: and ip6:"
    return f'correct the record: "{found.records[0]}"'


# --- DKIM -------------------------------------------------------------------------------------------------------------


def check_dkim(rt: Runtime, way: Way) -> Iterator[Finding]:
    """Whether the published keys are the other halves of ours."""
    rules = rt.definitions.delivery.dkim
    if rules is None:
        level = FAIL if way.mode == "direct" else WARN
        said = "mails are not signed here" + ("" if way.mode == "direct" else "; your mail server has to do it")
        change = "make a key and publish it: nurture dkim new"
        yield Finding(level, Area.DKIM, "config/delivery.yaml", said, change)
        return
    keys: list[tuple[str, PrivateKey]] = []
    for selector in rules.selectors:
        try:
            keys.append((selector, dkim_keys.load_key(rt.dkim_folder, selector)))
        except SettingsError as error:
            yield from [Finding(FAIL, Area.DKIM, path, said) for path, said in error.faults]
    used = tuple(signing(keys))
    if not used:
        yield Finding(FAIL, Area.DKIM, "config/delivery.yaml", "none of the keys is RSA", "nurture dkim new")
    for selector, key in keys:
        yield from _key(rt, dkim_keys.record(rules.domain, selector, key), key, signs=selector in used)
    for selector in dkim_keys.selectors(rt.dkim_folder):
        if selector not in rules.selectors:
            yield from _waiting(rt, rules.domain, selector)


def _key(rt: Runtime, record: Record, key: PrivateKey, *, signs: bool) -> Iterator[Finding]:
    finding = partial(Finding, area=Area.DKIM, where=record.name)
    texts = dkim_published.published(rt.resolver, record.name)
    role = "it signs" if signs else "it does not sign at present"
    if (problem := dkim_published.disagreement(texts, key)) != "":
        change = f"publish this record and no other there: {record.zone_line}"
        if problem == dkim_published.REVOKED:
            change = f"make a new key (nurture dkim new), or {change}"
        yield finding(FAIL if signs else WARN, what=f"{problem} ({role})", change=change)
    elif dkim_published.testing(texts):
        yield finding(WARN, what="t=y says that signatures are a trial", change=f"publish instead: {record.zone_line}")
    else:
        size = f", {key.key_size} bits" if isinstance(key, RSAPrivateKey) else ""
        yield finding(OK, what=f"the published key is ours ({dkim_keys.kind(key)}{size}; {role})")


def _waiting(rt: Runtime, domain: str, selector: str) -> Iterator[Finding]:
    """A key that was made and is not used yet, or no longer."""
    try:
        key = dkim_keys.load_key(rt.dkim_folder, selector)
    except SettingsError as error:
        yield from [Finding(WARN, Area.DKIM, path, said) for path, said in error.faults]
        return
    record = dkim_keys.record(domain, selector, key)
    problem = dkim_published.disagreement(dkim_published.published(rt.resolver, record.name), key)
    if problem:
        change = f"to use it, publish: {record.zone_line}; if it has served its time, delete its file"
        yield Finding(WARN, Area.DKIM, record.name, f"not in config/delivery.yaml, and {problem}", change)
    else:
        said = "published, and not in config/delivery.yaml: ready to be put into selectors, or left over"
        yield Finding(OK, Area.DKIM, record.name, said)


# --- DMARC ------------------------------------------------------------------------------------------------------------


def check_dmarc(rt: Runtime, way: Way) -> Iterator[Finding]:  # noqa: ARG001 - one form for all checks
    """The record, and whether our envelope and our signatures count as the From domain."""
    found = domains(rt)
    record = dmarc.find(rt.resolver, found.sender)
    finding = partial(Finding, area=Area.DMARC, where=record.name)
    wanted = f'{record.name}. TXT "v=DMARC1; p=none; rua=mailto:dmarc@{dmarc.organisational_domain(found.sender)}"'
    if not record.records:
        yield finding(FAIL, what="there is no DMARC record", change=f"publish: {wanted}")
    elif len(record.records) > 1:
        yield finding(
            FAIL, what=f"there are {len(record.records)} DMARC records, so none counts", change="keep one of them"
        )
    elif not record.policy:
        yield finding(FAIL, what=f"no valid p= in: {record.records[0]}", change=f"publish instead: {wanted}")
    else:
        yield finding(OK, what=f"policy {record.policy}")
        if not record.reports:
            yield finding(WARN, what="nobody gets the reports", change="add rua=mailto:… with a mailbox that is read")
    yield from _alignment(found, record)


def _alignment(found: Domains, record: dmarc.Dmarc) -> Iterator[Finding]:
    finding = partial(Finding, area=Area.DMARC, where=found.sender)
    by_spf = dmarc.aligned(found.bounces, found.sender, strict=record.strict_spf)
    by_dkim = bool(found.signer) and dmarc.aligned(found.signer, found.sender, strict=record.strict_dkim)
    if not by_spf:
        change = f"let bounce_domain in config/delivery.yaml be below {dmarc.organisational_domain(found.sender)}"
        if record.strict_spf:
            change = "take aspf=s out of the DMARC record"
        yield finding(
            WARN if by_dkim else FAIL, what=f"SPF is for {found.bounces}, another sender than From", change=change
        )
    if found.signer and not by_dkim:
        change = "take adkim=s out of the DMARC record" if record.strict_dkim else f"let dkim.domain be {found.sender}"
        yield finding(FAIL, what=f"signatures are of {found.signer}, another sender than From", change=change)
    if aligned := [name for name, holds in (("SPF", by_spf), ("DKIM", by_dkim)) if holds]:
        yield finding(OK, what=f"of one sender (aligned): From, {', '.join(aligned)}")


# --- what comes back --------------------------------------------------------------------------------------------------


def check_returns(rt: Runtime, way: Way) -> Iterator[Finding]:  # noqa: ARG001 - one form for all checks
    """Whether bounces and replies find a mail server."""
    found = domains(rt)
    if not rt.definitions.delivery.bounce_domain:
        said = "bounces go to the sender's own address and cannot be told apart for sure"
        change = f"set bounce_domain, such as bounce.{dmarc.organisational_domain(found.sender)}"
        yield Finding(WARN, Area.BOUNCES, "config/delivery.yaml", said, change)
    yield _receives(rt, Area.BOUNCES, found.bounces)
    yield _receives(rt, Area.REPLIES, found.replies)
    if not dmarc.aligned(found.replies, found.sender):
        said = f"replies go to another organisation than From ({found.sender}), which filters take amiss"
        yield Finding(WARN, Area.REPLIES, found.replies, said, "let sender.reply_to be in your own domain")


def _receives(rt: Runtime, area: Area, domain: str) -> Finding:
    change = f"publish: {domain}. MX 10 … (the host that takes them in)"
    try:
        hosts = sorted(rt.resolver.mx(domain))
    except NoSuchName:
        hosts = []
    if not hosts:
        return Finding(FAIL, area, domain, "there is no MX record, so nothing comes back", change)
    if any(host in ("", ".") for _, host in hosts):
        return Finding(FAIL, area, domain, "its MX says that it takes no mail (RFC 7505)", change)
    return Finding(OK, area, domain, f"mail goes to {hosts[0][1].rstrip('.')}")
