"""The language in force, and `say`: the one place where English, as the record has it, becomes the operator's words.

What is shown is composed in English, as it is recorded. On its way to a widget it passes `say`, which looks for the
sentence as a whole, then for one of `SENTENCES` that holds the values, then sentence by sentence. What nobody has
translated, such as a driver's message, is shown as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase

from inspector.gui.language.sentences import CONTEXT, PLACE, Sentence, sentences
from inspector.paths import resources_dir
from inspector.settings import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

_LANGUAGES = {QLocale.Language.German: Language.GERMAN, QLocale.Language.Chinese: Language.CHINESE}
_LOCALES = {
    Language.ENGLISH: QLocale(QLocale.Language.English, QLocale.Country.UnitedStates),
    Language.GERMAN: QLocale(QLocale.Language.German, QLocale.Country.Germany),
    Language.CHINESE: QLocale(QLocale.Language.Chinese, QLocale.Country.China),
}
#: Words of Qt itself, as in the dialog for files.
_QT = {Language.GERMAN: "qtbase_de", Language.CHINESE: "qtbase_zh_CN"}
#: Between sentences, and what stands there in Chinese.
_BETWEEN = {"\n": "\n", ". ": "。", "; ": "；", ": ": "："}
_ENDS = {".": "。", ":": "："}
#: So many sentences with values are remembered, for those that are shown when the language changes.
_REMEMBERED = 2000


class Spoken:
    """The language in force. Used on the GUI thread."""

    def __init__(self) -> None:
        self.language = Language.ENGLISH
        self.locale = _LOCALES[Language.ENGLISH]
        self._english: dict[str, str] = {}  # of sentences that are shown as they stand
        self._recent: dict[str, str] = {}  # of those with values, the newest last
        self._said: dict[str, str] = {}
        self._translators: list[QTranslator] = []
        self._sentences: Sequence[Sentence] = ()

    def choose(self, wanted: Language) -> bool:
        """Take another language; return whether it is another than before."""
        system = QLocale.system()
        language = _LANGUAGES.get(system.language(), Language.ENGLISH) if wanted is Language.SYSTEM else wanted
        if language is self.language:
            return False
        same = _LANGUAGES.get(system.language()) is language
        self.language, self.locale = language, system if same else _LOCALES[language]
        self._said = {}
        self._install()
        return True

    def say(self, english: str) -> str:
        """Return an English text in the language in force; with its numbers and days as they are written there."""
        if not english:
            return english
        said = self._said.get(english)
        if said is None:
            said = english if self.language is Language.ENGLISH else self._translated(english)
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            said = self._said[english] = self._apart(said, english)
        self._remember(said, english)
        return said

    def english_of(self, shown: str) -> str | None:
        """Return what was said in English where this is shown; None where it is not known."""
        return self._english.get(shown) or self._recent.get(shown)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _install(self) -> None:
        app = QCoreApplication.instance()
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
        self._translators = []
        if self.language is Language.ENGLISH or app is None:
            return
        own, folder = f"operator_{self.language.value}", resources_dir() / "languages"
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, place in ((_QT[self.language], qt_folder), (own, str(folder))):
            translator = QTranslator(app)
            if translator.load(name, place):
                QCoreApplication.installTranslator(translator)
                self._translators.append(translator)
        self._sentences = sentences(folder / f"{own}.ts")

    def _apart(self, said: str, english: str) -> str:
        """Tell what is written alike apart by a sign that nobody sees: in the next language it may not be alike."""
        while self._english.get(said, english) != english:
            said += "\u200b"
        return said

    def _remember(self, said: str, english: str) -> None:
        if said in self._english:
            return
        if any(letter.isdigit() for letter in english):
            self._recent.pop(said, None)
            self._recent[said] = english
            if len(self._recent) > _REMEMBERED:
                del self._recent[next(iter(self._recent))]
        else:
            self._english[said] = english

    def _translated(self, english: str) -> str:
        if "\n" not in english or _known(english) is not None:
            end = english[-1]
            if end in _ENDS and (begin := self._whole(english[:-1])) is not None:
                return begin + self._mark(end, _ENDS)
            if (whole := self._whole(english)) is not None:
                return whole
        for mark in _BETWEEN:
            if mark in english:
                pieces = english.split(mark)
                said = [self._translated(piece) if piece else piece for piece in pieces]
                if said != pieces:
                    return self._mark(mark, _BETWEEN).join(said)
        return english

    def _mark(self, mark: str, marks: dict[str, str]) -> str:
        return marks[mark] if self.language is Language.CHINESE else mark

    def _whole(self, english: str) -> str | None:
        """Return a text that is one known sentence; also where a page has begun it with a capital."""
        small = english[:1].lower() + english[1:]
        for text in dict.fromkeys((english, small)):
            said = _known(text)
            if said is None:
                said = self._with_values(text)
            if said is not None:
                return said if text is english else said[:1].upper() + said[1:]
        return None

    def _with_values(self, english: str) -> str | None:
        for sentence in self._sentences:
            values = sentence.values(english)
            if values is not None:
                words = PLACE.split(QCoreApplication.translate(CONTEXT, sentence.english))
                words[1::2] = [self._value(place, values[place]) for place in words[1::2]]
                return "".join(words)
        return None

    def _value(self, place: str, text: str) -> str:
        kind = place[0]
        if kind == "s":
            return self._translated(text)
        if kind == "n":
            return self._number(text)
        return self._day(text) if kind == "d" else text

    def _number(self, text: str) -> str:
        whole, point, part = text.partition(".")
        locale = QLocale(self.locale)
        if "," not in whole:
            locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        value = float(text.replace(",", ""))
        return locale.toString(value, "f", len(part)) if point else locale.toString(round(value))

    def _day(self, text: str) -> str:
        form = self.locale.dateFormat(QLocale.FormatType.ShortFormat)
        form = form if "yyyy" in form else form.replace("yy", "yyyy")
        return self.locale.toString(QDate.fromString(text, "yyyy-MM-dd"), form)


def _known(english: str) -> str | None:
    """Return a translation; None where there is none, or it is written alike."""
    said = QCoreApplication.translate(CONTEXT, english)
    return said if said != english else None


#: The one of the process.
SPOKEN = Spoken()


def say(english: str) -> str:
    """Return an English text in the language in force; see `Spoken.say`."""
    return SPOKEN.say(english)


def why_not(language: Language) -> str:
    """Return why a language cannot be shown on this computer; empty where it can."""
    if language is Language.CHINESE and not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        return (
            "There is no Chinese font on this computer. Install one, on Debian and Ubuntu the package fonts-noto-cjk."
        )
    return ""
