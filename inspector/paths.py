"""Where things are: shipped resources and models, and the user's data folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def _shipped(name: str) -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    here = Path(__file__).resolve().parent
    candidates = [here / f"_{name}", here.parent / name]
    if frozen:
        candidates.insert(0, Path(frozen) / name)
    return next((path for path in candidates if path.is_dir()), candidates[-1])


def resources_dir() -> Path:
    """The folder of icons, fonts and other shipped resources."""
    return _shipped("resources")


def shipped_models_dir() -> Path:
    """The folder of model bundles that ship with the program."""
    return _shipped("models")


def docs_dir() -> Path:
    """The folder of the manual and other documents that ship with the program."""
    return _shipped("docs")


def licences_dir() -> Path | None:
    """The folder of the licences of what a package brings along; None where the program is no package."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) / "licences" if frozen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The user's data folder and what lies in it; nothing is created here.

    Args:
        root: The data folder; it need not exist.
    """

    root: Path

    @staticmethod
    def default() -> Home:
        """The platform's data folder for this program."""
        return Home(root=Path(platformdirs.user_data_dir("inspector-station", appauthor=False)))

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.root / "settings.json"

    @property
    def recipes(self) -> Path:
        """Recipe files."""
        return self.root / "recipes"

    @property
    def models(self) -> Path:
        """The user's model bundles."""
        return self.root / "models"

    @property
    def log(self) -> Path:
        """The default result log."""
        return self.root / "results.sqlite3"

    @property
    def archive(self) -> Path:
        """The default folder of kept pictures."""
        return self.root / "pictures"

    @property
    def last_lot(self) -> Path:
        """The lot that was in force last."""
        return self.root / "lot.json"

    @property
    def written_often(self) -> tuple[Path, ...]:
        """Folders in which files are replaced, where a killed process may leave temporary ones."""
        return (self.root, self.recipes, self.recipes / "history", self.recipes / "prices")

    @property
    def batches(self) -> Path:
        """Batches of pictures: a folder for each."""
        return self.root / "batches"

    @property
    def reports(self) -> Path:
        """Reports of lots and periods: a folder for each."""
        return self.root / "reports"

    @property
    def replays(self) -> Path:
        """Parts that were judged again: a folder for each time they were asked for."""
        return self.root / "replays"

    @property
    def learning(self) -> Path:
        """Pictures to be learned, a folder for each recipe."""
        return self.root / "learning"

    @property
    def regression(self) -> Path:
        """Pictures of locked parts, a folder for each recipe, which no limit of the archive removes."""
        return self.root / "regression"

    @property
    def locked(self) -> Path:
        """Which pictures no model may learn from."""
        return self.regression / "locked.csv"

    @property
    def good_parts(self) -> Path:
        """Pictures of good parts that were shown to the station, a folder for each recipe."""
        return self.root / "good_parts"

    @property
    def studies(self) -> Path:
        """Measurement system studies: a folder for each."""
        return self.root / "msa"

    @property
    def dossiers(self) -> Path:
        """Validation dossiers: a folder for each."""
        return self.root / "dossiers"

    @property
    def cache(self) -> Path:
        """Compiled graphs and the like; may be deleted at any time."""
        return self.root / "cache"

    @property
    def program_log(self) -> Path:
        """The rotating program log (not the result log)."""
        return self.root / "logs" / "inspector.log"
