"""What providers report: believed only with proof, once, and only for the address a mail really went to."""

from __future__ import annotations

import hmac
import json
import logging
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient
from returns.postroom import Postroom

from nurture import web
from nurture.delivery.sources.webhooks import NotFetched, verifiers
from nurture.domain.message import MessageState
from nurture.engine.reasons import in_language
from nurture.engine.return_path import return_path
from nurture.store.database import connect
from nurture.store.returned import QUARANTINE

TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem"
SECRET = "a-secret-of-the-webhook"
UNKNOWN = "550 5.1.1 User unknown"
ADDRESS = "anna@werk.example"

AMAZON = rsa.generate_private_key(65537, 2048)
SENDGRID = ec.generate_private_key(ec.SECP256R1())

Sent = tuple[bytes, dict[str, str]]


def certificate(key: rsa.RSAPrivateKey, now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
    )
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


@dataclass
class Provider:
    """Signs reports as the providers do. ``about``: which mail."""

    room: Postroom
    message: int

    @property
    def header_id(self) -> str:
        return self.room.message(self.message).header_id

    # --- what each reports --------------------------------------------------------------------------------------------

    def ses(
        self, kind: str = "Bounce", at: datetime | None = None, version: str = "1", address: str = ADDRESS, **more: Any
    ) -> Sent:
        about = {
            "Bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail", "feedbackId": "f-1",
                       "bouncedRecipients": [{"emailAddress": address, "status": "5.1.1", "diagnosticCode": f"smtp; {UNKNOWN}"}]},
            "Complaint": {"complainedRecipients": [{"emailAddress": address}], "complaintFeedbackType": "abuse", "feedbackId": "f-2"},
        }[kind]  # fmt: skip
        notice = {
            "notificationType": kind,
            kind.lower(): about,
            "mail": {"messageId": "ses-1", "source": return_path(self.room.rt, self.message)},
        }
        return self.sns({"Type": "Notification", "Message": json.dumps(notice), **more}, at, version)

    def sns(self, fields: dict[str, Any], at: datetime | None = None, version: str = "1", key: Any = AMAZON) -> Sent:
        stamp = (at or self.room.now).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        message = {"MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": stamp, "SignatureVersion": version,
                   "SigningCertURL": CERTIFICATE, **fields}  # fmt: skip
        names = ("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type")
        signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
        message["Signature"] = b64encode(
            key.sign(signed.encode(), PKCS1v15(), SHA1() if version == "1" else SHA256())
        ).decode()
        return json.dumps(message).encode(), {}

    def sendgrid(self, kind: str = "Bounce", at: datetime | None = None, address: str = ADDRESS) -> Sent:
        event = {
            "Bounce": {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": UNKNOWN},
            "Complaint": {"event": "spamreport"},
        }
        body = json.dumps(
            [{**event[kind], "email": address, "smtp-id": self.header_id, "sg_event_id": "e-1", "timestamp": 1}]
        ).encode()
        stamp = str(int((at or self.room.now).timestamp()))
        signature = b64encode(SENDGRID.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        return body, {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": stamp}

    def mailgun(self, kind: str = "Bounce", at: datetime | None = None, address: str = ADDRESS, token: str = "t-1") -> Sent:
        stamp = str(int((at or self.room.now).timestamp()))
        event: dict[str, Any] = {
            "Bounce": {"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": UNKNOWN}},
            "Complaint": {"event": "complained"},
        }[kind]
        headers = {"message-id": self.header_id.strip("<>")}
        event |= {"id": f"g-{kind}-{token}", "recipient": address, "message": {"headers": headers}}
        proof = hmac.new(SECRET.encode(), (stamp + token).encode(), "sha256").hexdigest()
        signature = {"timestamp": stamp, "token": token, "signature": proof}
        return json.dumps({"signature": signature, "event-data": event}).encode(), {}

    def postmark(self, kind: str = "Bounce", at: datetime | None = None, address: str = ADDRESS) -> Sent:
        event = {
            "Bounce": {"RecordType": "Bounce", "Type": "HardBounce", "Details": f"smtp;{UNKNOWN}"},
            "Complaint": {"RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        }[kind]
        login = b64encode(f"hook:{SECRET}".encode()).decode()
        return json.dumps({**event, "ID": 7, "MessageID": "p-1", "Email": address}).encode(), {
            "Authorization": f"Basic {login}"
        }

    def brevo(self, kind: str = "Bounce", at: datetime | None = None, address: str = ADDRESS) -> Sent:
        event = {"Bounce": {"event": "hard_bounce", "reason": UNKNOWN}, "Complaint": {"event": "spam"}}[kind]
        body = json.dumps({**event, "email": address, "message-id": self.header_id, "ts_event": 5}).encode()
        return body, {"Authorization": f"Bearer {SECRET}"}


@dataclass
class Amazon:
    """What is behind addresses of Amazon. ``asked``: which were fetched."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise NotFetched("not reachable")
        return self.files[url]


@pytest.fixture
def amazon(now: datetime) -> Amazon:
    return Amazon({CERTIFICATE: certificate(AMAZON, now)})


@pytest.fixture
def post(one_room: Postroom, amazon: Amazon) -> Callable[..., int]:
    """``post(provider, (body, headers))``: the status of the answer."""
    key = SENDGRID.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    secrets = {"ses": TOPIC, "sendgrid": b64encode(key).decode(), "mailgun": SECRET, "postmark": SECRET, "brevo": SECRET}
    one_room.rt.webhooks = verifiers(secrets, amazon.fetch)
    client: FlaskClient = web.create_app(one_room.rt, lambda: one_room.now, mailbox=False).test_client()

    def send(provider: str, sent: Sent) -> int:
        body, headers = sent
        return client.post(f"/hooks/{provider}", data=body, headers=headers).status_code

    return send


@pytest.fixture
def provider(one_room: Postroom) -> Provider:
    return Provider(one_room, one_room.send(one_room.person(address=ADDRESS)))


PROVIDERS = ("ses", "sendgrid", "mailgun", "postmark", "brevo")
SIGNED = ("ses", "sendgrid", "mailgun")


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    ("kind", "reason"), [("Bounce", "the address does not exist"), ("Complaint", "reported as unwanted")]
)
def test_a_proved_report_takes_the_way_of_a_returned_mail(
    one_room: Postroom, provider: Provider, post: Callable[..., int], name: str, kind: str, reason: str
) -> None:
    sent = getattr(provider, name)(kind)
    assert [post(name, sent), post(name, sent)] == [200, 200]
    assert str(one_room.suppressed(ADDRESS)).startswith(reason)
    state = MessageState.FAILED if kind == "Bounce" else MessageState.ACCEPTED
    assert one_room.message(provider.message).state is state
    assert one_room.quarantine() == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_address_we_did_not_write_to_is_left_alone(
    one_room: Postroom, provider: Provider, post: Callable[..., int], name: str
) -> None:
    one_room.person(address="ben@werk.example")
    assert post(name, getattr(provider, name)(address="ben@werk.example")) == 200
    assert one_room.suppressed("ben@werk.example") is None
    assert len(one_room.quarantine()) == 1


def flipped(sent: Sent) -> Sent:
    return sent[0].replace(b"anna@", b"anne@"), sent[1]


def unsigned(sent: Sent) -> Sent:
    body = sent[0].replace(b'"Signature": "', b'"Signature": "AAAA').replace(b'"signature": "', b'"signature": "0')
    return body, dict.fromkeys(sent[1], "AAAA") if "Authorization" in sent[1] else {
        **sent[1],
        **dict.fromkeys(list(sent[1])[:1], "AAAA"),
    }


@pytest.mark.parametrize("name", PROVIDERS)
def test_without_proof_nothing_happens(
    one_room: Postroom, provider: Provider, post: Callable[..., int], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert post(name, unsigned(getattr(provider, name)())) == 403
    assert one_room.suppressed(ADDRESS) is None
    assert one_room.quarantine() == []
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"a report for {name} was refused: ")


@pytest.mark.parametrize("name", ["ses", "sendgrid"])
def test_one_flipped_byte_is_refused(one_room: Postroom, provider: Provider, post: Callable[..., int], name: str) -> None:
    assert post(name, flipped(getattr(provider, name)())) == 403
    assert one_room.quarantine() == []


@pytest.mark.parametrize(("name", "seconds"), [("ses", 3601), ("sendgrid", 3601), ("mailgun", 301)])
@pytest.mark.parametrize("sign", [-1, 1], ids=["old", "from the future"])
def test_a_report_of_another_time_is_refused(
    one_room: Postroom, provider: Provider, post: Callable[..., int], name: str, seconds: int, sign: int
) -> None:
    at = one_room.now + sign * timedelta(seconds=seconds)
    assert post(name, getattr(provider, name)(at=at)) == 403
    assert one_room.suppressed(ADDRESS) is None
    good = one_room.now - timedelta(seconds=seconds - 2)
    assert post(name, getattr(provider, name)(at=good)) == 200


def test_a_token_of_mailgun_is_good_for_one_body(one_room: Postroom, provider: Provider, post: Callable[..., int]) -> None:
    first = provider.mailgun(address="ben@werk.example")
    assert [post("mailgun", first), post("mailgun", first)] == [200, 200]
    assert post("mailgun", provider.mailgun()) == 403
    assert one_room.suppressed(ADDRESS) is None
    assert post("mailgun", provider.mailgun(token="t-2")) == 200
    assert one_room.suppressed(ADDRESS)


# --- Amazon -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_signature_versions_are_read_and_the_certificate_is_kept(
    one_room: Postroom, provider: Provider, post: Callable[..., int], amazon: Amazon, version: str
) -> None:
    assert [post("ses", provider.ses(version=version)), post("ses", provider.ses("Complaint", version=version))] == [
        200,
        200,
    ]
    assert amazon.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"TopicArn": "arn:aws:sns:eu-central-1:999999999999:bounces"}, id="another topic"),
        pytest.param({"SignatureVersion": "3"}, id="unknown version"),
        pytest.param({"Type": "Gossip"}, id="unknown type"),
        pytest.param({"SigningCertURL": CERTIFICATE.replace("https", "http")}, id="not https"),
        pytest.param({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem"}, id="another host"),
        pytest.param({"SigningCertURL": "https://sns.us-east-1.amazonaws.com/x.pem"}, id="another region"),
        pytest.param({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem"}, id="a login"),
        pytest.param({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com:8443/x.pem"}, id="another port"),
        pytest.param({"SigningCertURL": "https://bucket.s3.eu-central-1.amazonaws.com/x.pem"}, id="a bucket"),
    ],
)
def test_what_is_not_amazons_is_refused_and_nothing_is_fetched(
    provider: Provider, post: Callable[..., int], amazon: Amazon, fields: dict[str, str]
) -> None:
    assert post("ses", provider.ses(**fields)) == 403
    assert amazon.asked == []


def test_a_certificate_of_somebody_else_or_of_yesterday_is_refused(
    one_room: Postroom, provider: Provider, post: Callable[..., int], amazon: Amazon
) -> None:
    amazon.files[CERTIFICATE] = certificate(rsa.generate_private_key(65537, 2048), one_room.now)
    assert post("ses", provider.ses()) == 403
    one_room.rt.webhooks = verifiers({"ses": TOPIC}, amazon.fetch)
    amazon.files[CERTIFICATE] = certificate(AMAZON, one_room.now - timedelta(days=5))
    assert post("ses", provider.ses()) == 403


def test_a_certificate_that_cannot_be_fetched_asks_for_another_try(
    provider: Provider, post: Callable[..., int], amazon: Amazon
) -> None:
    amazon.files.clear()
    assert post("ses", provider.ses()) == 503


CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
ASKED = {"Type": "SubscriptionConfirmation", "Message": "confirm", "Token": "x", "SubscribeURL": CONFIRM}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"TopicArn": TOPIC + "-2"}, 403),
        ({"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription"}, 403),
        ({"SubscribeURL": "http://169.254.169.254/latest/meta-data"}, 403),
    ],
    ids=["ours", "another topic", "another host", "an address inside"],
)
def test_whether_a_subscription_is_confirmed_is_for_a_human(
    provider: Provider, post: Callable[..., int], amazon: Amazon, fields: dict[str, str], status: int
) -> None:
    assert post("ses", provider.sns({**ASKED, **fields})) == status
    assert set(amazon.asked) <= {CERTIFICATE}
    told = provider.room.alarm("webhook:ses")
    assert (told is not None and CONFIRM in told and TOPIC in told) if status == 200 else told is None


def test_an_ended_subscription_is_an_alarm(provider: Provider, post: Callable[..., int]) -> None:
    assert post("ses", provider.sns({**ASKED, "Type": "UnsubscribeConfirmation"})) == 200
    told = provider.room.alarm("webhook:ses") or ""
    assert told == f"Amazon SNS sends no more reports of the topic {TOPIC}: somebody ended the subscription"
    assert in_language(told, "de").endswith(f"{TOPIC} mehr: Jemand hat das Abonnement beendet")


# --- the page -----------------------------------------------------------------------------------------------------------


def test_other_events_are_acknowledged_and_nothing_more(one_room: Postroom, post: Callable[..., int]) -> None:
    headers = {"X-Webhook-Secret": SECRET}
    for body in (b'{"event": "opened", "email": "x@y.example"}', b"[]", b"[1, null]", b"{}", b"7"):
        assert post("brevo", (body, headers)) == 200
    assert post("brevo", (b"no json", headers)) == 403
    assert post("brevo", (b"[" * 100_000, headers)) == 403
    assert one_room.quarantine() == []


UNKNOWN_EVENTS: dict[str, dict[str, Any]] = {
    "brevo": {"event": "hard_bounce_v2", "email": ADDRESS},
    "postmark": {"RecordType": "Undelivered", "Email": ADDRESS},
}


@pytest.mark.parametrize("name", UNKNOWN_EVENTS)
def test_an_event_that_nobody_knows_is_for_a_human_once(one_room: Postroom, post: Callable[..., int], name: str) -> None:
    sent = json.dumps(UNKNOWN_EVENTS[name]).encode(), {"X-Webhook-Secret": SECRET}
    assert post(name, sent) == post(name, sent) == 200
    (row,) = one_room.came_back()
    assert row.state == QUARANTINE
    assert "an event that is not known here" in (row.said or "")
    assert json.loads(row.raw or b"") == UNKNOWN_EVENTS[name]


def test_a_bounce_without_words_tells_the_providers_name_of_it(
    one_room: Postroom, provider: Provider, post: Callable[..., int]
) -> None:
    event = {"event": "hard_bounce", "email": ADDRESS, "message-id": provider.header_id}
    assert post("brevo", (json.dumps(event).encode(), {"X-Webhook-Secret": SECRET})) == 200
    (row,) = one_room.came_back()
    assert row.action == "suppressed: the address does not exist: Brevo: hard_bounce"


def test_a_body_of_more_than_a_megabyte_is_not_read(post: Callable[..., int]) -> None:
    headers = {"X-Webhook-Secret": SECRET}
    assert post("brevo", (b'"' + b"x" * 500_000 + b'"', headers)) == 200
    assert post("brevo", (b'"' + b"x" * 1_000_000 + b'"', headers)) == 413


def test_providers_that_are_not_set_up_have_no_page(one_room: Postroom, post: Callable[..., int]) -> None:
    assert post("sparkpost", (b"{}", {})) == 404
    one_room.rt.webhooks = {}
    assert post("brevo", (b"{}", {"X-Webhook-Secret": SECRET})) == 404


def test_without_a_database_the_provider_is_asked_to_come_again(
    one_room: Postroom, provider: Provider, post: Callable[..., int], tmp_path: object
) -> None:
    sent = [(name, getattr(provider, name)()) for name in PROVIDERS]
    good, one_room.rt.db = one_room.rt.db, connect(f"sqlite:///{tmp_path}/empty.db")
    assert {post(name, body) for name, body in sent} == {503}
    one_room.rt.db.dispose()
    one_room.rt.db = good
    assert {post(name, body) for name, body in sent} == {200}
    assert one_room.suppressed(ADDRESS)
