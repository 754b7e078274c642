"""Looks at the pictures before anything is trained: what cannot be read, what is there twice, what would mislead."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.statistics import parts_needed
from trainer.differences import differences
from trainer.near_duplicates import near_duplicate_groups
from trainer.protocol import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainer.dataset import Sample
    from trainer.miniatures import Miniature

_FILES = 50
#: Fewer pictures of a kind than this teach and prove little.
TINY = 8
#: Of a group of near duplicates that follow one another by name, a burst has at least so many.
BURST = 3


def audit(
    samples: Sequence[Sample], thumbs: Sequence[Miniature], *, claim: float, groups: Sequence[int] | None = None
) -> list[Finding]:
    """Return what a user should know, the worst first.

    Args:
        samples: With hashes; with parts of a split, duplicates across them are named too.
        thumbs: One miniature for each sample.
        claim: Escape rate that is to be shown at 95 % confidence, 0..1.
        groups: Of `near_duplicate_groups`, for the readable ones; None finds them here.
    """
    findings = _unreadable(samples, thumbs) + _exact(samples)
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    samples, thumbs = [samples[index] for index in usable], [thumbs[index] for index in usable]
    if groups is None:
        groups = near_duplicate_groups(thumbs, [sample.sha256 for sample in samples])
    findings += (
        _near(samples, groups) + _depth(samples, thumbs) + _counts(samples, claim) + differences(samples, thumbs)
    )
    return worst_first(findings)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with the errors first, then the warnings, else in their order."""
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.severity])


# --- findings ---------------------------------------------------------------------------------------------------------


def _unreadable(samples: Sequence[Sample], thumbs: Sequence[Miniature]) -> list[Finding]:
    bad = [sample.name for sample, thumb in zip(samples, thumbs, strict=True) if not thumb.readable]
    if not bad:
        return []
    fault = next(thumb.fault for thumb in thumbs if not thumb.readable)
    return [
        _finding("error", "unreadable", f"{counted(len(bad), 'picture')} cannot be read ({fault}).",
                 "They are left out. Mend or remove them.", bad)
    ]  # fmt: skip


def _exact(samples: Sequence[Sample]) -> list[Finding]:
    by_content: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.sha256:
            by_content.setdefault(sample.sha256, []).append(sample)
    same = [group for group in by_content.values() if len(group) > 1]
    crossed = [group for group in same if len({sample.defective for sample in group}) > 1]
    plain = [group for group in same if group not in crossed]
    findings = []
    if crossed:
        names = [sample.name for group in crossed for sample in group]
        findings.append(
            _finding("error", "exact-duplicate-labels",
                     f"{counted(len(crossed), 'file')} lie both under good and under a defect, byte for byte.",
                     "One of the labels is wrong: remove the wrong copies.", names)
        )  # fmt: skip
    if plain:
        names = [sample.name for group in plain for sample in group]
        findings.append(
            _finding("warning", "exact-duplicate",
                     f"{counted(len(plain), 'file')} are there more than once ({len(names)} copies in all).",
                     "Copies stay in one part of the split. Remove all but one of each.", names)
        )  # fmt: skip
    return findings


def _near(samples: Sequence[Sample], groups: Sequence[int]) -> list[Finding]:
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    whole = all(sample.part for sample in samples)
    near = [group for group in members.values() if len(group) > 1 and len({samples[i].sha256 for i in group}) > 1]
    crossed = [group for group in near if len({samples[i].defective for i in group}) > 1]
    parted = [group for group in near if _is_parted([samples[index] for index in group], whole)]
    bursts = [group for group in near if _longest_run(group) >= BURST]
    plain = [group for group in near if group not in crossed and group not in bursts]
    findings = []
    for kind, code, severity, words, action in (
        (crossed, "near-duplicate-labels", "warning", "are nearly the same picture under different labels",
         "Look at them: one part before and after it was damaged, or a wrong label? They stay in one part."),
        (parted, "near-duplicate-split", "warning", "are nearly the same picture in different parts of the split",
         "The test would know what was trained on: put them into one part."),
        (bursts, "burst", "warning", "are bursts: three or more nearly equal pictures in a row, as of one part",
         "A random split would test on what was trained on, so each burst stays in one part."),
        (plain, "near-duplicate", "note", "are nearly the same picture",
         "They stay in one part of the split."),
    ):  # fmt: skip
        if kind:
            names = [samples[index].name for group in kind for index in group]
            findings.append(
                _finding(
                    severity,
                    code,
                    f"{counted(len(kind), 'group')} ({counted(len(names), 'picture')}) {words}.",
                    action,
                    names,
                )
            )
    return findings


def _is_parted(group: Sequence[Sample], whole: bool) -> bool:  # noqa: FBT001 - the one thing that it depends on
    """Say whether near duplicates stay in several parts; of a split that is given in part, the test takes them all."""
    parts = {sample.part for sample in group} - {""}
    return len(parts) > 1 and (whole or "test" not in parts)


def _longest_run(group: Sequence[int]) -> int:
    longest = run = 1
    for number, following in pairwise(sorted(group)):
        run = run + 1 if following == number + 1 else 1
        longest = max(longest, run)
    return longest


def _depth(samples: Sequence[Sample], thumbs: Sequence[Miniature]) -> list[Finding]:
    """Name pictures of 16 bits that are dark, or not of the depth that was said: the line sees them otherwise."""
    paired = list(zip(samples, thumbs, strict=True))
    findings = []
    if dark := [sample.name for sample, thumb in paired if thumb.highest_of_dark_range]:
        highest = max(thumb.highest_of_dark_range for thumb in thumbs)
        used = highest.bit_length()
        findings.append(
            _finding("warning", "bit-depth", f"{counted(len(dark), 'picture')} of 16 bits a channel: no value is above "
                     f"{highest} of 65535, so probably {used} bits are used. The network would see them nearly black.",
                     f"Set the bit depth to {used}, for the training and in the recipe's source; or let the camera "
                     "fill the 16 bits.", dark)
        )  # fmt: skip
    if beyond := [sample for sample, thumb in paired if thumb.beyond_depth]:
        findings.append(
            _finding("warning", "beyond-bit-depth", f"{counted(len(beyond), 'picture')} of 16 bits a channel: "
                                                    f"some values "
                     f"need more than the {beyond[0].bit_depth} bits that were set. They are taken as they are.",
                     "This is right for pictures that fill the 16 bits, as those that the station has kept. Otherwise "
                     "correct the bit depth.", [sample.name for sample in beyond])
        )  # fmt: skip
    return findings


def _counts(samples: Sequence[Sample], claim: float) -> list[Finding]:
    findings = []
    kinds = Counter((sample.category, sample.defect) for sample in samples)
    tiny = {kind: count for kind, count in kinds.items() if count < TINY}
    if tiny:
        listed = ", ".join(f"{count} of {'/'.join(p for p in kind if p)}" for kind, count in sorted(tiny.items()))
        findings.append(
            _finding("warning", "tiny-class", f"Some kinds have very few pictures: {listed}.",
                     f"Add pictures, {TINY} or more of each, or use folds, so that each is tested.", [])
        )  # fmt: skip
    defective, needed = sum(sample.defective for sample in samples), parts_needed(claim)
    tested = sum(sample.defective and sample.part == "test" for sample in samples)
    have = f"the test part holds {tested}" if tested else f"there are {defective} in all"
    if (tested or defective) < needed:
        findings.append(
            _finding("note", "too-few", f"Escape ≤ {100 * claim:g} % at 95 % confidence needs {needed} defective test "
                     f"parts without a miss; {have}.",
                     "The report states what the test does show. Add defective pictures for a stronger claim.", [])
        )  # fmt: skip
    return findings


def _finding(severity: str, code: str, what: str, action: str, files: Sequence[str]) -> Finding:
    return Finding.model_validate(
        {"severity": severity, "code": code, "what": what, "action": action, "files": list(files[:_FILES])}
    )
