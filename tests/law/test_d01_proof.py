"""D1: the proof of a consent stands by itself: nothing that changes afterwards changes it, and whatever is altered shows.

(BGH I ZR 164/09: every concrete declaration fully documented, stored, printable at any time; Art. 7(1) GDPR.)
"""

from __future__ import annotations

import io
import json
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from email import message_from_bytes, policy
from hashlib import sha256
from html import unescape
from pathlib import Path
from types import MappingProxyType
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from stories.world import World, berlin
from web.house import ADDRESS, FORM, House, build

from nurture.domain import audit
from nurture.domain.errors import NotFound
from nurture.engine import consent_check, consent_proof, erasure
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.store.database import transaction
from nurture.store.schema import Attempt, AuditEntry, ConsentEventRow, Exhibit, MessageBytes, Registration, Wording

WHO = audit.user("anna")
DOCS = Path(__file__).parents[2] / "docs" / "consent-proof.md"


def came_by_the_form(rt: Runtime) -> House:
    """Maria fills in the form in the browser, ticks one of the boxes, confirms by the button in the mail, and later leaves."""
    house = build(World(rt, berlin("2026-03-02 10:00")))
    house.send(consent=["nurture"], query="?lang=de&source=messe")
    house.world.beat()
    house.world.wait(minutes=5)
    house.press(house.opt_in_url(), answer="confirm")
    house.world.beat()
    return house


@pytest.fixture
def house(runtime: Runtime) -> House:
    return came_by_the_form(runtime)


@pytest.fixture
def sqlite_house(sqlite_db: object, make_runtime: Callable[..., Runtime]) -> House:
    return came_by_the_form(make_runtime(sqlite_db))


def proof_of(house: House, language: str = "") -> consent_proof.Bundle:
    return consent_proof.prove(house.rt, ADDRESS, WHO, house.world.now, language)


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


@pytest.fixture
def files(request: pytest.FixtureRequest) -> Mapping[str, bytes]:
    """What is in the proof; made once, since nobody changes it."""
    if not _MADE:
        _MADE.update(proof_of(request.getfixturevalue("sqlite_house")).files)
    return _MADE


_MADE: dict[str, bytes] = {}


def verified(folder: Path) -> tuple[int, str]:
    """Exit code and words of the script in ``folder``, run within this process: a start takes longer than all it does."""
    with redirect_stdout(io.StringIO()) as told:
        try:
            runpy.run_path(str(folder / "verify.py"))
        except SystemExit as end:
            return int(end.code or 0), told.getvalue()
        except Exception as error:
            return 1, repr(error)
    return -1, told.getvalue()


def test_d1_every_step_is_proven_with_words_time_ip_program_mail_and_the_servers_answer(house: House) -> None:
    found = consent_proof.entries(house.rt, ADDRESS, house.world.now)
    asked, mailed, confirmed = found["entries"]
    assert [e["event"] for e in found["entries"]] == ["asked", "mailed", "confirmed"]
    said = asked["evidence"]
    assert (said["form"], said["ticked"], sorted(said["offered"])) == (FORM, ["nurture"], ["nurture", "tracking"])
    assert "/f/" in said["page"] and "source=messe" in said["page"]
    assert said["ip"] and "user_agent" in said and said["privacy_version"]
    wording = found["wordings"][said["wording"]]
    assert sha256("\0".join(wording).encode()).hexdigest() == said["wording"]
    assert wording[3] == house.rt.definitions.purposes["nurture"].wording["de"]
    sent = mailed["evidence"]
    with transaction(house.rt.db) as session:
        taken = session.scalars(select(Attempt).where(Attempt.message_id == sent["message"])).one()
    assert (sent["reply"], sent["host"], sent["accepted_at"]) == (taken.reply, taken.host, taken.at.isoformat())
    assert confirmed["evidence"]["method"] == "POST" and confirmed["evidence"]["shown"] and confirmed["evidence"]["ip"]


def test_d1_pages_are_kept_as_everybody_saw_them(files: Mapping[str, bytes], example: Publication) -> None:
    form = next(unescape(body.decode()) for name, body in files.items() if name.startswith("exhibits/form-"))
    page = next(unescape(body.decode()) for name, body in files.items() if name.startswith("exhibits/confirm-page-"))
    purposes = example.definitions.purposes
    assert all(purposes[p].wording["de"] in form for p in ("nurture", "tracking"))
    assert 'type="checkbox"' in form and " checked" not in form
    for body in (form, page):
        assert ADDRESS not in body and "stamp" not in body and "Weber" not in body
    assert purposes["nurture"].wording["de"] in page and 'value="decline"' in page


def test_d1_changing_or_deleting_what_was_asked_with_changes_nothing_in_the_proof(sqlite_house: House) -> None:
    house = sqlite_house
    before = proof_of(house).files
    d = house.rt.definitions
    other = replace(d.purposes["nurture"], title={"de": "Ganz anders", "en": "Else"}, wording={"de": "Anders", "en": "Else"},
                    version="9")  # fmt: skip
    changed = replace(
        d,
        forms=MappingProxyType({}),
        purposes=MappingProxyType({"nurture": other}),
        organisation=replace(d.organisation, name="Andere GmbH", imprint=replace(d.organisation.imprint, company="Andere")),
    )
    house.rt.publication = replace(house.rt.publication, definitions=changed)
    assert proof_of(house).files == before


def test_d1_the_proof_verifies_anywhere_with_the_script_in_it(sqlite_house: House, tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(proof_of(sqlite_house).zipped())) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run([sys.executable, "-I", "verify.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "3 entries: all as they were written.\n")


def test_d1_the_script_in_the_documentation_is_the_one_in_the_proof() -> None:
    assert f"```python\n{consent_proof.VERIFIER.read_bytes().decode()}```" in DOCS.read_text("utf-8")


# --- whatever is altered in the bundle ---------------------------------------------------------------------------------

ENTRY_FIELDS = ("number", "own_previous", "subject", "purpose", "event", "at", "content", "hash", "previous")


def altered(files: Mapping[str, bytes], change: Callable[[dict[str, object]], None], entry: int) -> dict[str, bytes]:
    proof = json.loads(files["proof.json"])
    change(proof["entries"][entry])
    return {**files, "proof.json": json.dumps(proof).encode()}


def test_d1_an_altered_entry_is_named(files: Mapping[str, bytes], tmp_path: Path) -> None:
    for field in ENTRY_FIELDS:

        def change(entry: dict[str, object], field: str = field) -> None:
            value = entry[field]
            entry[field] = value + 70 if isinstance(value, int) else f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"

        code, told = verified(unpacked(altered(files, change, 1), tmp_path))
        assert code == 1, field
        named = "entry 72:" if field == "number" else "entry 2:"
        assert named in told, (field, told)


@pytest.mark.parametrize("entry", [0, 1, 2])
def test_d1_altered_evidence_is_named(entry: int, files: Mapping[str, bytes], tmp_path: Path) -> None:
    def change(row: dict[str, object]) -> None:
        row["evidence"] = {**row["evidence"], "ip": "198.51.100.1"}  # type: ignore[dict-item]

    code, told = verified(unpacked(altered(files, change, entry), tmp_path))
    assert code == 1 and f"entry {entry + 1}: its evidence is missing or altered" in told


@pytest.mark.parametrize(("part", "said"), [("wordings", "its wording is missing"), ("entries", "nothing is proven")])
def test_d1_a_proof_without_its_words_or_entries_proves_nothing(
    part: str, said: str, files: Mapping[str, bytes], tmp_path: Path
) -> None:
    """Left out by somebody who set the digests of the files right."""
    told = json.loads(files["proof.json"])
    told[part].clear()
    short = {**files, "proof.json": json.dumps(told).encode()}
    sums = (f"{sha256(body).hexdigest()}  {name}\n" for name, body in short.items() if name != "SHA256SUMS")
    code, told = verified(unpacked({**short, "SHA256SUMS": "".join(sums).encode()}, tmp_path))
    assert code == 1 and said in told


def test_d1_a_removed_entry_is_noticed(files: Mapping[str, bytes], tmp_path: Path) -> None:
    proof = json.loads(files["proof.json"])
    del proof["entries"][1]
    code, told = verified(unpacked({**files, "proof.json": json.dumps(proof).encode()}, tmp_path))
    assert code == 1 and "entry 3: the entry before it is missing or altered" in told


def test_d1_one_flipped_bit_in_any_file_is_noticed_and_names_the_entry_it_belongs_to(
    files: Mapping[str, bytes], tmp_path: Path
) -> None:
    unpacked(files, tmp_path)
    for name, body in files.items():
        places = range(len(body) // 5, len(body), max(1, len(body) // 2))
        for place in places:
            (tmp_path / name).write_bytes(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            code, told = verified(tmp_path)
            assert code != 0, (name, place)
            if name.startswith(("mails/", "exhibits/")):
                assert "entry " in told and name in told
        (tmp_path / name).write_bytes(body)
    assert verified(tmp_path)[0] == 0


# --- for people ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("de", "Einwilligung bestätigt"), ("en", "Consent confirmed")])
def test_d1_page_and_pdf_say_the_same_in_both_languages(language: str, words: str, sqlite_house: House) -> None:
    files = proof_of(sqlite_house, language).files
    html, pdf = unescape(files["proof.html"].decode()), PdfReader(io.BytesIO(files["proof.pdf"]))
    text = "".join("".join(page.extract_text() for page in pdf.pages).split())
    mail = message_from_bytes(next(body for name, body in files.items() if name.endswith(".eml")), policy=policy.default)
    wording = sqlite_house.rt.definitions.purposes["nurture"].wording["de"]
    for expected in (
        words,
        ADDRESS,
        wording,
        str(mail["Message-ID"]).strip("<>"),
        "kept in memory",
        "09:05:40 UTC",
        "SHA-256",
    ):
        assert "".join(expected.split()) in "".join(html.split()), expected
        assert "".join(expected.split()) in text, expected
    assert "<script" not in html and "http-equiv" not in html
    fonts = {str(f.get_object()["/BaseFont"]) for page in pdf.pages for f in page["/Resources"]["/Font"].values()}
    assert all("DejaVu" in name for name in fonts if "Helvetica" not in name)


def test_d1_no_proof_of_strangers(sqlite_house: House) -> None:
    with pytest.raises(NotFound, match="consent of"):
        consent_proof.prove(sqlite_house.rt, "nobody@firma.example", WHO, sqlite_house.world.now)


def test_d1_making_a_proof_is_on_record(sqlite_house: House) -> None:
    proof_of(sqlite_house)
    with transaction(sqlite_house.rt.db) as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "proved the consent of")).one()
        assert (row.actor, row.object, row.details) == ("anna", "contact", {"entries": 3})


def test_d1_after_an_erasure_the_proof_tells_that_something_was_there_and_nothing_of_it(
    house: House, tmp_path: Path
) -> None:
    erasure.erase_address(house.rt, ADDRESS, WHO, house.world.now)
    bundle = proof_of(house)
    found = json.loads(bundle.files["proof.json"])
    assert [e["event"] for e in found["entries"]] == ["asked", "mailed", "confirmed", "erased"]
    assert [e["evidence"] for e in found["entries"][:3]] == [{}] * 3 and not found["mails"] and not found["exhibits"]
    assert verified(unpacked(bundle.files, tmp_path)) == (0, "4 entries: all as they were written.\n")
    report = consent_check.check(house.rt, WHO, house.world.now)
    assert (report.intact, report.removed) == (True, 3)


# --- what the ledger refers to ------------------------------------------------------------------------------------------


def test_d1_a_registration_of_before_an_upgrade_is_proven_with_what_is_known(sqlite_house: House) -> None:
    """It waited for its confirmation without evidence of the form."""
    house = sqlite_house
    house.send(email="ben.kunz@firma.example", consent=["nurture"])
    house.world.beat()
    with transaction(house.rt.db) as session:
        session.execute(update(Registration).values(evidence=None))
    house.world.wait(minutes=5)
    house.press(house.opt_in_url("ben.kunz@firma.example"), answer="confirm")
    files = consent_proof.prove(house.rt, "ben.kunz@firma.example", WHO, house.world.now).files
    asked = json.loads(files["proof.json"])["entries"][0]["evidence"]
    assert asked["wording"] and "offered" not in asked


def test_d1_verify_notices_altered_mails_pages_and_wordings(house: House) -> None:
    assert consent_check.check(house.rt, WHO, house.world.now).findings == []
    with transaction(house.rt.db) as session:
        session.execute(update(MessageBytes).values(raw=b"Subject: quite another mail\r\n\r\n"))
        session.execute(update(Exhibit).where(Exhibit.kind == "form").values(body="<p>another form</p>"))
        session.execute(update(Wording).where(Wording.purpose == "nurture").values(text="another wording"))
    report = consent_check.check(house.rt, WHO, house.world.now)
    assert sorted(f.kind for f in report.findings) == ["exhibit", "mail", "wording"]
    assert [f.number for f in report.findings if f.kind == "mail"] == [2]


def test_d1_ip_of_the_one_who_only_typed_an_address_is_not_kept(house: House) -> None:
    """A stranger's attempt that nobody confirmed leaves the pseudonym, the form and the wording."""
    house.send(email="ben.kunz@firma.example", consent=["nurture"])
    house.world.beat()
    house.world.wait(days=8)
    with transaction(house.rt.db) as session:
        row = session.scalars(select(ConsentEventRow).where(ConsentEventRow.event == "expired")).one()
        assert (row.subject, row.contact_id) == (house.rt.pseudonyms.mark("ben.kunz@firma.example"), None)
        assert set(row.evidence) == {"form", "form_version", "asked_at", "wording", "salt"}
