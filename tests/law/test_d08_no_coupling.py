"""D8: the download does not depend on a consent (Art. 7(4) GDPR)."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, FORM, House, build

from nurture.definitions.models.form import FormField, FormFile


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: object) -> House:
    return build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))  # type: ignore[operator]


def test_d8_required_fields_and_no_tick_lead_to_the_download(house: House) -> None:
    form = house.rt.definitions.forms[FORM]
    optional = {field.name: "" for field in form.fields if not field.required}
    assert house.send(consent=[], **optional).status_code == 303
    house.world.beat()
    confirmed = house.world.confirm(ADDRESS)
    assert confirmed.offer_url is not None
    assert house.world.download(confirmed.offer_url).endswith(".pdf")
    house.world.wait(days=30)
    assert [mail.message["Subject"] for mail in house.world.to(ADDRESS) if "/u/" in mail.text] == [], "no marketing"


def test_d8_a_box_that_has_to_be_ticked_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        FormField(name="newsletter", kind="check", label={"de": "Ja", "en": "Yes"}, required=True)
    assert "no free consent" in str(caught.value.errors()[0]["ctx"])


def test_d8_a_consent_that_would_be_required_is_refused() -> None:
    with pytest.raises(ValueError, match="every consent is voluntary"):
        FormFile.model_validate({"purposes": [{"nurture": {"required": True}}]})
