"""Words for good and for defective parts, as people write them: one vocabulary for station and trainer.

Folders' names and cells of tables are read by the same words, in any case, trimmed, however Unicode spells them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GOOD = _listed(
    "good ok okay pass passed gut gutteil gutteile io inordnung normal fine fehlerfrei einwandfrei accept accepted "
    "acceptable conforming conforme conformes bon bonne bonnes bueno buena buenos buono buona buoni bom boa goed bra "
    "godkänd dobry dobrý iyi intact undamaged nodefect nodefects defectfree nondefective notdefective "
    "хорошо годен годный норма 良品 良 良好 合格 合格品 正常 正常品 양품 정상 합격"
)
#: As a folder's name these may hold folders of defect types.
_DEFECTIVE = _listed(
    "bad ng nok notok notgood nogood ko fail failed failure defective defectives defect defects faulty schlecht "
    "schlechtteil schlechtteile nio nichtinordnung nichtok defekt fehlerhaft fehler ausschuss reject rejects rejected "
    "scrap nonconforming nonconforme unacceptable abnormal anomaly anomalies anomalous mauvais mauvaise malo mala "
    "defectuoso defectuosa difettoso cattivo scarto ruim slecht afkeur zły wadliwy vadný špatný kötü hatalı "
    "плохо брак негоден 不良品 不良 不合格 不合格品 次品 缺陷 異常 异常 불량 불량품 불합격"
)
#: Nobody has said what these are; review and error are folders of the station's own sorted copies.
_NOT_SAID = _listed(
    "unlabelled unlabeled unsorted unknown unbekannt unsortiert unclear unsure undecided review reviews error "
    "errors todo tbd misc miscellaneous sonstige sonstiges pending skip skipped ignore ignored exclude excluded trash "
    "backup tmp temp none null nan n/a na ?"
) | {""}
#: Folders whose pictures are of no part: marked pixels, and what programs have drawn.
_NO_PART = _listed(
    "groundtruth gt mask masks maske masken label labels annotation annotations annot segmentation segmentations "
    "overlay overlays heatmap heatmaps thumbnail thumbnails thumbs results"
)
_PARTS = {
    "train": ("train", "training", "trainset"),
    "val": ("val", "valid", "validation", "valset"),
    "test": ("test", "testing", "testset", "testpublic", "testprivate"),
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_SEPARATORS = re.compile(r"[\s._-]+")
_RESULTS = re.compile(r".+[-_ ]results$")
_MASK = r"(?:mask|maske|gt|ground[-_]?truth|labels?|seg|segmentation|annotations?|annotated|overlay|heatmap)"
_MASK_OF = re.compile(rf"(.+?)[-_. ]{_MASK}$|{_MASK}[-_. ](.+)$")
#: What may stand behind a word: “OK parts”, “bad_images”.
_THINGS = re.compile(r"(?<=.)(?:parts?|teile?|samples?|images?|imgs?|pictures?|pics?|bilder|photos?|fotos?)$")
#: Folders that say nothing at all, and are no category.
_CONTAINERS = frozenset({"data", "dataset", "images", "image", "imgs", "img", "pictures", "bilder"})
_TRUE, _FALSE = frozenset({"1", "true", "yes", "y", "ja", "x"}), frozenset({"0", "false", "no", "n", "nein"})


class Meaning(StrEnum):
    """What a word says of a part."""

    GOOD = "good"
    DEFECTIVE = "defective"
    NOT_SAID = "not said"  #: nobody has said which: unsorted, review
    NO_PART = "no part"  #: masks, overlays, results
    UNKNOWN = "unknown"


class WordsError(InspectorError):
    """A word of a folder or a table is not known, or is said to be two things."""

    def __init__(self, what: str, next_step: str = "", *, words: tuple[str, ...] = ()) -> None:
        super().__init__(what, next_step)
        self.words = words  #: which are to be explained


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWords:
    """What words mean; what a user has said of some goes before the vocabulary.

    Args:
        good: Names that the user calls good.
        defective: Names that the user calls defective.
        no_label: Names of which the user wants nothing to be said.

    Raises:
        WordsError: If one is called two things.
    """

    good: tuple[str, ...] = ()
    defective: tuple[str, ...] = ()
    no_label: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = [plain(word) for words in (self.good, self.defective, self.no_label) for word in {*map(plain, words)}]
        twice = sorted({word for word in said if said.count(word) > 1})
        if twice:
            raise WordsError(f"“{twice[0]}” is said to be two things", "Say one of good, defective and without label.")

    def said(self, word: str) -> Meaning | None:
        """Return what the user has said of a word; None where nothing was."""
        for words, meaning in (
            (self.good, Meaning.GOOD),
            (self.defective, Meaning.DEFECTIVE),
            (self.no_label, Meaning.NOT_SAID),
        ):
            if plain(word) in map(plain, words):
                return meaning
        return None

    def options(self) -> list[str]:
        """Return it as options of a command line."""
        said = (("good", self.good), ("defective", self.defective), ("no-label", self.no_label))
        return [f"--{name}={word}" for name, words in said for word in words]

    def of_folder(self, name: str) -> Meaning:
        """Return what a folder's name says; numbers alone say nothing (see `inspector.domain.class_folders`)."""
        if (said := self.said(name)) is not None:
            return said
        if is_no_part(name):
            return Meaning.NO_PART
        return _meaning(plain(name))

    def of_cell(self, cell: str, column: str = "label") -> Meaning:
        """Return what a table's cell says.

        In a column called label, 0 is good and 1 is defective, as in most sets for learning; true and false are not
        known there, as some mean “a good part” and some “a defect”. In a column that is itself called by a class
        (defective, good, ok, …), 1, true and yes are that class, and 0, false and no the other.

        Args:
            cell: As it stands in the table.
            column: The column's name.
        """
        if (said := self.said(cell)) is not None:
            return said
        word = plain(cell)
        flag = flag_of(column)
        if flag is Meaning.DEFECTIVE and word == "none":
            return Meaning.GOOD
        if flag is not None and word in _TRUE | _FALSE:
            other = Meaning.DEFECTIVE if flag is Meaning.GOOD else Meaning.GOOD
            return flag if word in _TRUE else other
        if word in {"0", "1"}:
            return Meaning.GOOD if word == "0" else Meaning.DEFECTIVE
        return Meaning.NO_PART if word in _NO_PART else _meaning(word)


@lru_cache(maxsize=4096)  # names of folders come again and again
def plain(word: str) -> str:
    """Return a word without case, spaces, dots, hyphens and ways of spelling: “ n.i.O. ” is “nio”, “1.0” is “1”."""
    text = unicodedata.normalize("NFKC", word).casefold().strip()
    if re.fullmatch(r"[01][.,]0+", text):
        return text[0]
    return unicodedata.normalize("NFC", _SEPARATORS.sub("", text))


def flag_of(column: str) -> Meaning | None:
    """Return the class that a column is called by, as ``defective`` or ``is_ok``; None for any other column."""
    name = plain(column).removeprefix("is")
    meaning = _meaning(name)
    return meaning if meaning in {Meaning.GOOD, Meaning.DEFECTIVE} else None


def part_of_split(name: str) -> str:
    """Return "train", "val" or "test" where a folder is called so; else an empty text."""
    word = plain(name)
    return _PART_OF.get(word) or _PART_OF.get(_THINGS.sub("", word), "")


def is_container(name: str) -> bool:
    """Say whether a folder of this name holds pictures and says nothing of them, as ``images``."""
    return plain(name) in _CONTAINERS


def is_no_part(name: str) -> bool:
    """Say whether a folder of this name holds masks, annotations, overlays or results: no pictures of parts."""
    word = plain(name)
    return word in _NO_PART or _THINGS.sub("", word) in _NO_PART or _RESULTS.fullmatch(name.casefold()) is not None


def mask_of(name: str) -> str:
    """Return the stem, in lower case, of the picture that a file is the mask of by its name; empty for others."""
    match = _MASK_OF.fullmatch(name.casefold().rpartition(".")[0])
    return match[1] or match[2] if match else ""


def masks_among(names: Iterable[str]) -> set[str]:
    """Return which files of one folder are masks, by their names.

    A mask is called as the picture beside it, with an ending: ``00_mask.png``, ``00_gt.png`` or ``00_label.png`` beside
    ``00.jpg``.

    Args:
        names: All picture files of the folder.
    """
    names = list(names)
    there = {name.casefold().rpartition(".")[0] for name in names}
    return {name for name in names if mask_of(name) in there}


def refuse_unknown(words: Iterable[str], where: str) -> None:
    """Stop where there are words that nobody understands.

    Args:
        words: As they are written.
        where: Which table or folder they are in.

    Raises:
        WordsError: If there is one; it names them all, and how to say what they mean.
    """
    unknown = tuple(dict.fromkeys(words))
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        raise WordsError(
            f"it is not known whether {listed(unknown)} in {where} {verb} good or defective",
            f"Say it for each: {ways_to_say(unknown[0])}.",
            words=unknown,
        )


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence names them, the first eight."""
    return ", ".join(f"“{word}”" for word in words[:8]) + (" …" if len(words) > 8 else "")


def ways_to_say(word: str) -> str:
    """Return the options of a command that explain a word."""
    quoted = f'"{word}"' if " " in word else word
    return f"--good {quoted}, --defective {quoted}, or --no-label {quoted}"


def _meaning(word: str) -> Meaning:
    for form in (word, _THINGS.sub("", word)):
        for words, meaning in ((_GOOD, Meaning.GOOD), (_DEFECTIVE, Meaning.DEFECTIVE), (_NOT_SAID, Meaning.NOT_SAID)):
            if form in words:
                return meaning
    return Meaning.UNKNOWN
