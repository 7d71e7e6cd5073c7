"""From a home's files to one frozen ``Definitions``, or to every fault in every file.

        read every file -> index what exists -> validate each file -> check across files -> build

Nothing is built unless there is no fault at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from nurture.definitions.checks import check
from nurture.definitions.document import Document, read_text
from nurture.definitions.files import Home, read_home
from nurture.definitions.index import Index, index, steps_of, top
from nurture.definitions.models.calendar import CalendarFile
from nurture.definitions.models.campaign import CampaignFile
from nurture.definitions.models.catalogue import ContentFile, FunctionsFile, ProductsFile
from nurture.definitions.models.consent import ConsentFile
from nurture.definitions.models.delivery import DeliveryFile
from nurture.definitions.models.form import FormFile
from nurture.definitions.models.mailing import MailingFile
from nurture.definitions.models.networks import NetworksFile
from nurture.definitions.models.organisation import OrganisationFile
from nurture.definitions.models.sales import SalesFile
from nurture.definitions.models.scoring import ScoringFile
from nurture.definitions.models.shape import Shape, Surroundings
from nurture.definitions.version import version_of, version_of_all
from nurture.definitions.wording import report
from nurture.domain.campaign import Campaign
from nurture.domain.catalogue import Function, Product, Text
from nurture.domain.definitions import Definitions
from nurture.domain.delivery_rules import DeliveryRules
from nurture.domain.errors import DefinitionError, Fault
from nurture.domain.form import Form
from nurture.domain.networks import Networks
from nurture.domain.pacing import Calendar

YEARS = range(2024, 2036)
"""The years whose holidays are known by default."""

_Model = TypeVar("_Model", bound=Shape)


def load(home: Path, years: range = YEARS) -> Definitions:
    """Everything that campaigns/ and config/ below ``home`` say.

    ``years``: for which holidays are worked out. Raises DefinitionError with every fault in every file.
    """
    files = read_home(Path(home))
    found = index(files)
    models = {file: _validated(document, found) for file, document in files.documents.items()}
    check(found)
    faults = [*files.faults, *(fault for document in files.documents.values() for fault in document.faults)]
    if faults:
        raise DefinitionError(faults)
    return _build(files, {file: model for file, model in models.items() if model is not None}, years)


def parse_campaign(source: str, file: str, calendar: Calendar) -> Campaign:
    """The campaign in the YAML text ``source``; its shape only, whatever it refers to may be gone.

    Raises DefinitionError.
    """
    document = read_text(source, file)
    around = Surroundings(ids={"step": steps_of(top(document))})
    model = _validate(document, CampaignFile, around)
    if document.faults or model is None:
        raise DefinitionError(document.faults or [Fault(file, 0, 0, "", "is not a campaign")])
    return model.build(version_of(document.data), calendar.zone)


def _validated(document: Document, found: Index) -> Shape | None:
    return _validate(document, found.home.shape_of(document.file), found.around(document))


def _validate(document: Document, shape: type[_Model], around: Surroundings) -> _Model | None:
    if not document.readable:
        return None
    try:
        return shape.model_validate(document.data, context=around)
    except ValidationError as error:
        report(error, document, around)
        return None


class _Models:
    """The validated models of a home without faults, each under its own type."""

    def __init__(self, models: dict[str, Shape]) -> None:
        self._models = models

    def __getitem__(self, shape: type[_Model]) -> _Model:
        return next(model for model in self._models.values() if isinstance(model, shape))

    def all(self, shape: type[_Model]) -> dict[str, _Model]:
        return {file: model for file, model in self._models.items() if isinstance(model, shape)}


def _build(files: Home, by_file: dict[str, Any], years: range) -> Definitions:
    models = _Models(by_file)
    calendar = models[CalendarFile].build(years)
    functions = models[FunctionsFile].build()
    products = models[ProductsFile].build()
    mailing = models[MailingFile]
    campaigns = models.all(CampaignFile)
    return Definitions(
        version=version_of_all(files.documents),
        organisation=models[OrganisationFile].build(),
        calendar=calendar,
        caps=mailing.build_caps(),
        functions=functions,
        products=products,
        content=models[ContentFile].build(),
        purposes=models[ConsentFile].build(),
        forms=_forms(files, models.all(FormFile), calendar, products, functions),
        scoring=models[ScoringFile].build(version_of(files.documents["config/scoring.yaml"].data)),
        sales=models[SalesFile].build(),
        tracking=mailing.build_tracking(),
        retention=mailing.build_retention(),
        fallback=tuple(mailing.fallback),
        campaigns={
            model.campaign: model.build(version_of(files.documents[file].data), calendar.zone)
            for file, model in campaigns.items()
        },
        campaign_sources={model.campaign: files.documents[file].source for file, model in campaigns.items()},
        opt_in=mailing.opt_in.build(),
        delivery=next((model.build() for model in models.all(DeliveryFile).values()), DeliveryRules()),
        networks=next((model.build() for model in models.all(NetworksFile).values()), Networks()),
    )


def _forms(
    files: Home,
    models: dict[str, FormFile],
    calendar: Calendar,
    products: dict[str, Product],
    functions: dict[str, Function],
) -> dict[str, Form]:
    forms = {}
    for file, model in models.items():
        names: dict[str, Text] = {id_: functions[id_].name for id_ in products[model.product].functions}
        forms[model.form] = model.build(version_of(files.documents[file].data), calendar.zone, names)
    return forms
