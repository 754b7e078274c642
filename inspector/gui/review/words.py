"""How the Review page says things: queues, judgements, times, counts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from inspector.domain.counts import counted, verb
from inspector.domain.policy import guard_decided, spared
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind, Truth, truth_of
from inspector.gui.widgets.filmstrip import Still
from inspector.review.wishes import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection
    from inspector.domain.review import Review
    from inspector.review.part import ReviewPart
    from inspector.review.queues import Queue

#: The queues, in the order in which they are shown, and their names.
QUEUES = {
    QueueKind.FAILURES: "Failures",
    QueueKind.REVIEWS: "Reviews",
    QueueKind.ERRORS: "Errors",
    QueueKind.AUDIT: "Blind audit",
    QueueKind.SHADOW: "Shadow",
}
#: What belongs into each queue: said where there is nothing in it.
EMPTY_QUEUES = {
    QueueKind.FAILURES: "No failed part is left for you to judge.\nParts that FAIL come here, newest lot and shift "
    "first, so that false rejects are found.",
    QueueKind.REVIEWS: "No part is left for you to judge.\nParts between the two thresholds, and parts that are unlike "
    "good ones, come here: the line leaves them to you.",
    QueueKind.ERRORS: "No part is left for you to judge.\nParts that could not be judged come here: bad pictures, "
    "failures of the camera or the model.",
    QueueKind.AUDIT: "No part is left for you to audit.\nA random sample of passed parts comes here, mixed with "
    "rejected ones; the verdict is shown once you have judged.",
    QueueKind.SHADOW: "No part is left for you to judge.\nParts of which a candidate says something else than the "
    "model in force come here, whatever their time; the verdict is shown once you have judged.",
}
#: The colour of each verdict.
STATES = {Verdict.PASS: "good", Verdict.FAIL: "fail", Verdict.REVIEW: "review", Verdict.ERROR: "error"}

#: What a walk tells without further words, and the colour in which it is said.
NOTICES = {
    Notice.WRITING: ("Writing…", ""),
    Notice.LOOKED_UP: ("Looked up. Back (left arrow) leads to the queue again.", ""),
    Notice.LEFT: ("", ""),
    Notice.GIVEN_UP: ("The judgement that could not be written was given up.", "review"),
}


def queue_tip(kind: QueueKind) -> str:
    """Return what belongs into a queue, in one line."""
    return EMPTY_QUEUES[kind].partition("\n")[2].replace("\n", " ")


def clock(time: datetime, now: datetime | None = None) -> str:
    """Return a time for a label: without the day where it is today's."""
    local, today = time.astimezone(), (now or datetime.now().astimezone()).astimezone().date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def said(judgement: Judgement | None, defect_type: str = "") -> str:
    """Return a judgement in words, as “defective, scratch”."""
    if judgement is None:
        return "withdrawn"
    return f"{judgement.value}, {defect_type}" if defect_type else judgement.value


def agrees(judgement: Judgement, verdict: Verdict) -> bool | None:
    """Say whether a judgement agrees with a verdict; None where one of the two does not say.

    An ERROR says nothing of the part, a REVIEW leaves it open.
    """
    if judgement is Judgement.UNSURE or verdict in (Verdict.ERROR, Verdict.REVIEW):
        return None
    return (judgement is Judgement.GOOD) is (verdict is Verdict.PASS)


def answer(review: Review, inspection: Inspection) -> str:
    """Return what was judged beside what the line had said."""
    verdict = inspection.decision.verdict
    words = f"Part {inspection.part_number:,}: {said(review.judgement, review.defect_type)}"
    agreed = agrees(review.judgement, verdict) if review.judgement is not None else None
    if agreed is None:
        return f"{words}; the line said {verdict.value}."
    if agreed:
        return f"{words}, as the line said ({verdict.value})."
    kind = "an escape" if verdict is Verdict.PASS else "a false reject"
    return f"{words}, against {verdict.value}: {kind}."


def written_words(review: Review, inspection: Inspection, meanwhile: Sequence[Review]) -> str:
    """Return what came of a judgement, and what colleagues have said of the part since it was shown."""
    words = answer(review, inspection)
    if not meanwhile:
        return words
    told = ", ".join(f"{review.reviewer} ({said(review.judgement, review.defect_type)})" for review in meanwhile)
    return f"{words} Meanwhile judged by {told}; both stand beside one another."


def withdrawn_words(own: Review) -> str:
    """Return what came of a withdrawal."""
    words = f"Withdrawn: {said(own.judgement, own.defect_type)}."
    return f"{words} You have seen its verdict: it is not blind now." if own.blind else words


def others_words(reviews: Sequence[Review]) -> str:
    """Return what colleagues said of a part; empty where nobody did."""
    words = "; ".join(
        f"{review.reviewer}: {said(review.judgement, review.defect_type)}, {clock(review.time_utc)}"
        for review in reviews
    )
    return f"{words}. They contradict one another." if truth_of(reviews) is Truth.CONFLICT else words


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share of 0..1 as a percentage; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def interval(low: float, high: float) -> str:
    """Return an interval of shares of 0..1, as “0.4 to 8.5 %”."""
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def walked_words(*, judged: int, passed_over: int, skipped: int) -> str:
    """Return what is said at the end of a queue that was walked through."""
    words = f"The end of this queue: {judged:,} judged"
    if passed_over:
        words += f", {passed_over:,} passed over"
    words += "."
    if skipped > 0:
        words += f"\n{skipped:,} skipped: they stay in it. Press its name above to walk it again."
    return words


def to_learn_words(count: int) -> str:
    """Return where what is to be learned waits for a training; empty where nothing does."""
    waiting = f"{counted(count, 'picture')} {verb(count, 'is')} to be learned"
    return f"\n{waiting}: “To learn” leads to a training with what was judged." if count else ""


def judged_words(queue: Queue) -> str:
    """Return, for a queue in which nothing waits, why that is so; empty where nothing was ever in it."""
    pieces = [
        f"{count:,} {words}"
        for count, words in (
            (queue.judged, "judged by you"),
            (queue.by_others, "judged by colleagues"),
            (queue.without_picture, "without a picture"),
        )
        if count
    ]
    return f"\n{', '.join(pieces)}." if pieces else ""


def still_words(key: str, known: ReviewPart | None, *, judged: Review | None) -> Still:
    """Return a still of the filmstrip; of a blind part it tells nothing of the verdict.

    Args:
        key: Id of the inspection.
        known: What has been read of the part; None while nothing has.
        judged: What this reviewer says of it; None where nothing.
    """
    if known is None or known.entry is None:
        return Still(key=key, words="", tip="" if known is None else known.skipped.why if known.skipped else "")
    entry = known.entry
    words = f"part {entry.part_number:,}"
    tip = f"{words}, {clock(entry.time_utc)}"
    if judged is not None:
        tip += f": {said(judged.judgement, judged.defect_type)}"
    if entry.inspection is None:
        return Still(key=key, words=words, tip=tip, done=judged is not None)
    decision = entry.inspection.decision
    score = "" if decision.p_defective is None else f" · {decision.p_defective:.2f}"
    if guard_decided(decision):
        score = " · unlike"
    elif spared(decision):
        score = " · outside"
    tip += f"\n{decision.verdict.value}: {decision.reason}".rstrip(": ")
    state = STATES[decision.verdict]
    return Still(key=key, words=words + score, tip=tip, state=state, done=judged is not None)
