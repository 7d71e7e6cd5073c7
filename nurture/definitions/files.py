"""Which files there are, where they lie, and which model each is read with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nurture.definitions.document import Document, read_bytes
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
from nurture.definitions.models.shape import Shape
from nurture.definitions.models.values import did_you_mean
from nurture.domain.errors import Fault

SINGLE: dict[str, type[Shape]] = {
    "config/organisation.yaml": OrganisationFile,
    "config/calendar.yaml": CalendarFile,
    "config/functions.yaml": FunctionsFile,
    "config/products.yaml": ProductsFile,
    "config/content.yaml": ContentFile,
    "config/consent.yaml": ConsentFile,
    "config/scoring.yaml": ScoringFile,
    "config/sales.yaml": SalesFile,
    "config/mailing.yaml": MailingFile,
    "config/delivery.yaml": DeliveryFile,
    "config/networks.yaml": NetworksFile,
}
"""The files that exist once, each with its model."""

OPTIONAL = frozenset({"config/delivery.yaml", "config/networks.yaml"})
"""Those of them that may be left out."""

FOLDERS: dict[str, type[Shape]] = {"config/forms": FormFile, "campaigns": CampaignFile}
"""The folders whose files are of one kind."""


@dataclass(slots=True)
class Home:
    """Everything read from one home, before anybody asks what it means."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    """Faults that belong to no document: missing and misplaced files."""

    def in_folder(self, folder: str) -> list[Document]:
        """The documents of campaigns/ or config/forms/."""
        return [document for file, document in self.documents.items() if file.rpartition("/")[0] == folder]

    def shape_of(self, file: str) -> type[Shape]:
        """The model that ``file`` is read with."""
        return SINGLE.get(file) or FOLDERS[file.rpartition("/")[0]]


def read_home(folder: Path) -> Home:
    """Read every file of the home ``folder``. Raises nothing for what the files contain or lack."""
    home = Home(folder)
    for file in SINGLE:
        _read(home, file)
    for name in FOLDERS:
        for path in sorted((folder / name).glob("*.yaml")):
            _read(home, f"{name}/{path.name}")
    _look_for_strays(home)
    return home


def _read(home: Home, file: str) -> None:
    path = home.folder / file
    try:
        home.documents[file] = read_bytes(path.read_bytes(), file)
    except FileNotFoundError:
        if file not in OPTIONAL:
            home.faults.append(Fault(file, 0, 0, "", "the file is missing; create it"))
    except OSError as error:
        home.faults.append(Fault(file, 0, 0, "", f"cannot be read: {error.strerror}; check its kind and permissions"))


def _look_for_strays(home: Home) -> None:
    """Files that look like definitions and would be ignored."""
    for name in ("config", *FOLDERS):
        folder = home.folder / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            file = f"{name}/{path.name}"
            if path.suffix == ".yml":
                home.faults.append(Fault(file, 0, 0, "", f"is not read; rename it to {path.stem}.yaml"))
            elif path.suffix == ".yaml" and file not in home.documents and name == "config" and file not in SINGLE:
                missing = frozenset(known for known in SINGLE if known not in home.documents)
                home.faults.append(Fault(file, 0, 0, "", f"is not read by Nurture{_meant(file, missing)}"))


def _meant(file: str, missing: frozenset[str]) -> str:
    hint = did_you_mean(file, missing)
    return hint if hint.startswith("; did") else "; remove it or move it elsewhere"
