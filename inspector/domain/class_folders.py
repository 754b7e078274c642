"""What the names of folders say of the pictures in them; the same for a batch and for a training."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.class_words import ClassWords, Meaning, is_container, part_of_split, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TELLING = {Meaning.GOOD, Meaning.DEFECTIVE}
_NUMBERS = {"0": Meaning.GOOD, "1": Meaning.DEFECTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSays:
    """What a folder says of the pictures in it.

    Args:
        meaning: `Meaning.NOT_SAID` also where no name says anything; UNKNOWN where a name is to be explained.
        defect: The defect type of defective parts; else empty.
        category: Which product: the folder above; empty where there is one only.
        part: "train", "val" or "test", where a folder above is called so.
        word: The folder's name that decides, as it is written; empty where none does.
        place: Path of that folder within the chosen one.
    """

    meaning: Meaning = Meaning.NOT_SAID
    defect: str = ""
    category: str = ""
    part: str = ""
    word: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How one word was understood.

    Args:
        word: As it is written.
        meaning: What it says.
        pictures: Of how many pictures it says so.
        is_type: Whether it is the name of a defect type that no vocabulary knows.
    """

    word: str
    meaning: Meaning
    pictures: int
    is_type: bool = False


@dataclass(slots=True)
class _Beside:
    """What the folders say that lie beside each other."""

    meanings: set[Meaning] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def add(self, name: str, words: ClassWords) -> bool:
        """Take a name in; return whether others may now say something else."""
        before = self.meanings & _TELLING, self.numbered
        meaning = words.of_folder(name)
        if plain(name) in _NUMBERS and meaning is Meaning.UNKNOWN:
            self.numbers.add(plain(name))
        elif words.said(name) is not Meaning.DEFECTIVE:  # else what the user says of one would hide the next
            self.meanings.add(meaning)
        return before != (self.meanings & _TELLING, self.numbered)

    @property
    def numbered(self) -> bool:
        """Whether 0 and 1 lie there, and nothing else that may be a class."""
        return self.numbers == set(_NUMBERS) and self.meanings <= {Meaning.NOT_SAID, Meaning.NO_PART}


class ClassFolders:
    """What folders say, from the nearest name that says something up; the folder above is the category.

    - A word for good: good parts. A word for defective: defective ones, of the type that a folder inside is called by.
    - A folder of another name beside one for good parts is a defect type. Where one for defective parts lies there too,
      nobody knows what it is.
    - ``0`` and ``1`` are good and defective where these two, and nothing else, lie beside each other.
    - ``train``, ``val`` and ``test`` are skipped: what lies in them counts as lying side by side.

    Args:
        name: The chosen folder's own name; where it is a word for good or defective, all within it is that.
        words: What the user has said of words.
    """

    def __init__(self, name: str = "", words: ClassWords | None = None) -> None:
        self._words = words or ClassWords()
        own = self._words.of_folder(name) if name else Meaning.NOT_SAID
        self._of_all = FolderSays()
        if own in _TELLING:
            self._of_all = FolderSays(meaning=own, defect=name if own is Meaning.DEFECTIVE else "", word=name)
        self._seen: set[str] = set()
        self._beside: dict[str, _Beside] = {}
        self._known: dict[str, FolderSays] = {}

    @property
    def telling(self) -> tuple[str, ...]:
        """Paths of the folders whose names decide, also of others beside them; whoever sees these knows all."""
        names = ((path, path.rpartition("/")[2]) for path in self._seen)
        words = self._words
        return tuple(sorted(p for p, name in names if words.of_folder(name) in _TELLING or plain(name) in _NUMBERS))

    def see(self, folder: str) -> bool:
        """Take note of a folder of pictures, by its path within the chosen one.

        Returns:
            True where others may now say something else than before.
        """
        changed = False
        while folder and folder not in self._seen:
            self._seen.add(folder)
            above, _, name = folder.rpartition("/")
            if not part_of_split(name):
                beside = self._beside.setdefault(_side(above), _Beside())
                changed |= beside.add(name, self._words)
            folder = above
        if changed:
            self._known.clear()
        return changed

    def of(self, folder: str) -> FolderSays:
        """Return what is said of the pictures in a folder, by its path within the chosen one."""
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._find(folder)
        return known

    def _find(self, folder: str) -> FolderSays:
        names = folder.split("/") if folder else []
        part = next((part for name in names if (part := part_of_split(name))), "")
        for place in range(len(names)):
            if self._words.of_folder(names[place]) is Meaning.NO_PART:
                return FolderSays(meaning=Meaning.NO_PART, word=names[place], place="/".join(names[: place + 1]))
        for place in reversed(range(len(names))):
            says = self._said_by(names, place, part)
            if says is not None:
                return says
        for place in reversed(range(len(names))):
            says = self._said_by_number(names, place, part)
            if says is not None:
                return says
        return self._of_all

    def _said_by(self, names: list[str], place: int, part: str) -> FolderSays | None:
        """Return what one of the names says; None where it decides nothing."""
        name, above = names[place], "/".join(names[:place])
        meaning, defect = self._words.of_folder(name), ""
        if meaning is Meaning.UNKNOWN:
            if part_of_split(name):
                return None
            beside = self._beside[_side(above)].meanings if _side(above) in self._beside else set()
            if Meaning.GOOD not in beside:
                return None
            if Meaning.DEFECTIVE not in beside:
                meaning, defect = Meaning.DEFECTIVE, name
        elif meaning is Meaning.DEFECTIVE:
            said = self._words.said(name) is not None
            inside = [inner for inner in names[place + 1 :] if not (said or part_of_split(inner))]
            defect = inside[0] if inside else name
        category = _category(above) if meaning is not Meaning.NOT_SAID else ""
        whole = "/".join(names[: place + 1])
        return FolderSays(meaning=meaning, defect=defect, category=category, part=part, word=name, place=whole)

    def _said_by_number(self, names: list[str], place: int, part: str) -> FolderSays | None:
        name, above = names[place], "/".join(names[:place])
        beside = self._beside.get(_side(above))
        if beside is None or not beside.numbered or plain(name) not in _NUMBERS:
            return None
        meaning = _NUMBERS[plain(name)]
        return FolderSays(
            meaning=meaning,
            defect="defective" if meaning is Meaning.DEFECTIVE else "",
            category=_category(above),
            part=part,
            word=name,
            place="/".join(names[: place + 1]),
        )


def understood(folders: ClassFolders, pictures: Mapping[str, int], words: ClassWords) -> tuple[Understood, ...]:
    """Return how the names of folders were understood, in the order good, defective, others.

    Args:
        folders: It has seen them all.
        pictures: Number of pictures by folder.
        words: What the user has said of words.
    """
    counts: Counter[tuple[str, Meaning]] = Counter()
    for folder, count in pictures.items():
        says = folders.of(folder)
        if says.word:
            counts[says.word, says.meaning] += count
    return ordered(
        Understood(
            word=word,
            meaning=meaning,
            pictures=count,
            is_type=meaning is Meaning.DEFECTIVE and words.of_folder(word) is Meaning.UNKNOWN and plain(word) != "1",
        )
        for (word, meaning), count in counts.items()
    )


def ordered(words: Iterable[Understood]) -> tuple[Understood, ...]:
    """Return words in the order in which they are told: good, defective, and what is neither."""
    order = list(Meaning)
    return tuple(sorted(words, key=lambda word: (order.index(word.meaning), word.is_type, word.word)))


def in_words(words: Iterable[Understood]) -> list[str]:
    """Say how words were understood, a line for each meaning."""
    lines: dict[str, list[str]] = {}
    for word in words:
        heading = _HEADINGS[word.meaning] if not word.is_type else "Defect types"
        lines.setdefault(heading, []).append(f"{word.word} ({word.pictures:,})")
    return [f"{heading}: {', '.join(listed)}" for heading, listed in lines.items()]


_HEADINGS = {
    Meaning.GOOD: "Good",
    Meaning.DEFECTIVE: "Defective",
    Meaning.NOT_SAID: "Neither good nor defective by their names",
    Meaning.NO_PART: "No pictures of parts",
    Meaning.UNKNOWN: "Not understood",
}


def _side(folder: str) -> str:
    """Return what is the same for folders that differ in train, val and test only: these lie side by side."""
    return "/".join("*" if part_of_split(name) else name for name in folder.split("/"))


def _category(above: str) -> str:
    names = reversed(above.split("/"))
    return next((name for name in names if not (part_of_split(name) or is_container(name))), "")
