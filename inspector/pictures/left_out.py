"""What a folder holds and nobody takes: counted, and named once, by everybody who reads folders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Names that are kept of each kind.
_EXAMPLES = 3
#: Suffixes that are told apart; a folder can hold thousands.
_SUFFIXES = 20


class Reason(StrEnum):
    """Why something is left out, in the order in which it is said."""

    KIND = "kind"  #: another suffix than those of pictures
    BROKEN_LINK = "broken link"
    UNREADABLE = "unreadable folder"
    READ_ALREADY = "read already"  #: a link to a folder that is read anyway, or that holds the chosen one
    SUB_FOLDER = "sub-folder"  #: where sub-folders are not asked for
    NO_FILE = "no file"  #: a pipe, a device
    OURS = "ours"  #: heatmaps, results and records that this program wrote
    HIDDEN = "hidden"  #: hidden, or not written to its end


_WORDS = {
    Reason.BROKEN_LINK: ("link that leads nowhere", "links that lead nowhere"),
    Reason.UNREADABLE: ("folder that cannot be read", "folders that cannot be read"),
    Reason.READ_ALREADY: ("link to a folder that is read anyway", "links to folders that are read anyway"),
    Reason.SUB_FOLDER: ("sub-folder, not asked for", "sub-folders, not asked for"),
    Reason.NO_FILE: ("name that is no file", "names that are no files"),
    Reason.OURS: ("file that this program wrote", "files that this program wrote"),
    Reason.HIDDEN: ("hidden or temporary file", "hidden or temporary files"),
}
_OTHERS = "*"
_NO_SUFFIX = {"": "without suffix", _OTHERS: "of other kinds"}
_ORDER = {reason: place for place, reason in enumerate(Reason)}


#: What is left out for these reasons may be pictures that somebody misses; so may be files of these kinds.
_MISSED = frozenset({Reason.BROKEN_LINK, Reason.UNREADABLE, Reason.NO_FILE})
_PICTURES_ELSEWHERE = frozenset({".heic", ".heif", ".avif", ".jxl", ".j2k", ".psd", ".dng", ".cr2", ".nef", ".arw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What is left out for one reason.

    Args:
        suffix: Lower case, as ".heic"; empty for names without one, "*" for suffixes beyond the first twenty. Of
            `Reason.KIND` only.
        count: How many.
        names: The first of them, within the folder, with slashes.
    """

    reason: Reason
    suffix: str = ""
    count: int
    names: tuple[str, ...] = ()

    @property
    def may_be_missed(self) -> bool:
        """True where it may be a picture that should have been taken."""
        return self.reason in _MISSED or self.suffix in _PICTURES_ELSEWHERE

    def words(self, *, names: bool = True) -> str:
        """Return it as “2 .heic files (a.heic, b.heic)”, or without the names."""
        more = ", …" if self.count > len(self.names) else ""
        listed = f" ({', '.join(self.names)}{more})" if names and self.names else ""
        many = self.count > 1
        if self.reason is not Reason.KIND:
            kind = _WORDS[self.reason][many]
        elif self.suffix in _NO_SUFFIX:
            kind = f"{'files' if many else 'file'} {_NO_SUFFIX[self.suffix]}"
        else:
            kind = f"{self.suffix} {'files' if many else 'file'}"
        return f"{self.count:,} {kind}{listed}"


def left_out_words(left_out: Sequence[LeftOut], *, names: bool = True) -> str:
    """Return what is left out as one phrase, “2 .heic files (a.heic, b.heic), 1 sub-folder …”; empty for nothing."""
    return ", ".join(kind.words(names=names) for kind in left_out)


def _plain(name: str) -> str:
    """A name as UTF-8 can hold it."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


class LeftOutTally:
    """Collects what is left out of a folder while it is read."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[Reason, str], tuple[int, list[str]]] = {}

    def note(self, reason: Reason, name: str, suffix: str = "") -> None:
        """Take note of one.

        Args:
            name: Its path within the folder.
            suffix: As in `LeftOut`.
        """
        if (reason, suffix) not in self._kinds and len(self._kinds) >= _SUFFIXES:
            suffix = _OTHERS if reason is Reason.KIND else ""
        count, names = self._kinds.get((reason, suffix), (0, []))
        if len(names) < _EXAMPLES or name < names[-1]:  # the same ones in whatever order a system lists them
            names = sorted([*names, name])[:_EXAMPLES]
        self._kinds[reason, suffix] = (count + 1, names)

    def listed(self) -> tuple[LeftOut, ...]:
        """Return what was noted, in the order of `Reason`, the most frequent suffix first."""
        kinds = sorted(self._kinds.items(), key=lambda kind: (_ORDER[kind[0][0]], -kind[1][0], kind[0][1]))
        return tuple(
            LeftOut(reason=reason, suffix=suffix, count=count, names=tuple(map(_plain, names)))
            for (reason, suffix), (count, names) in kinds
        )
