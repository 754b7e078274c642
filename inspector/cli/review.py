"""``inspector review``: judge inspected parts, audit passes blind; also beside a running station."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import review_results
from inspector.cli.common import (
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    one_line,
    positive,
    say,
    text_argument,
)
from inspector.cli.review_common import add_part, add_selection, open_reviews, selection
from inspector.cli.sign_in import named, needs
from inspector.domain.causes import cause_of
from inspector.domain.text import DEFECT_TYPE, PERSON, REMARK
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.domain.review import Review
    from inspector.review.population import PolicyOf
    from inspector.review.queues import Entry, QueueRequest
    from inspector.review.walk_at_once import WalkAtOnce

_JUDGEMENTS = ("good", "defective", "unsure")
_LISTED = 100
_QUEUES = ("failures", "reviews", "errors", "shadow")


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``review`` and its commands."""
    group = commands.add_parser("review", help="judge inspected parts, audit passes blind").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    queue = group.add_parser("queue", help="the parts that wait to be judged")
    queue.add_argument("kind", choices=_QUEUES, help="which verdict; shadow: of which model in force and shadow differ")
    queue.set_defaults(command=show_queue)
    queue.add_argument(
        "--limit", type=positive, default=_LISTED, metavar="N", help=f"list so many at most (default: {_LISTED})"
    )
    audit = group.add_parser(
        "audit",
        help="the blind audit: passes drawn at random, with rejects mixed in; no verdict is shown",
        description="Passed parts drawn at random, as many rejected ones mixed in, in random order, without verdicts. "
        "Judge them with “review judge ID good --queue audit” and the same sample, seed and selection.",
    )
    audit.add_argument("--pictures", type=Path, metavar="DIR", help="copy the pictures there as 001.png, 002.png, …")
    audit.set_defaults(command=show_queue, kind="audit")
    judge = group.add_parser("judge", help="say what a part is; the verdict stays as it was")
    judge.add_argument("inspection", help="id of the inspection")
    judge.add_argument("judgement", choices=_JUDGEMENTS)
    judge.add_argument("--type", type=text_argument(DEFECT_TYPE), default="", help="defect type, of a defective part")
    judge.add_argument("--note", type=text_argument(REMARK), default="", help="a remark")
    judge.add_argument(
        "--queue", choices=(*_QUEUES, "audit", "direct"), default="direct", help="where it came from (default: direct)"
    )
    judge.set_defaults(command=judge_part)
    undo = group.add_parser("undo", help="withdraw a judgement of your own")
    undo.add_argument("review", nargs="?", default="", help="its id (default: the last one)")
    undo.set_defaults(command=undo_review)
    history = group.add_parser("history", help="all that was said of a part, and its verdict")
    history.add_argument("inspection", help="id of the inspection")
    history.set_defaults(command=show_history)
    for parser in (queue, audit, judge, undo):
        parser.add_argument(
            "--reviewer", type=text_argument(PERSON), default="", help="who reviews (default: the user's name)"
        )
    for parser in (judge, undo):
        needs(parser, Permission.REVIEW)
    for parser in (queue, audit, judge):
        add_selection(parser)
    add_part(queue)
    for parser in (queue, audit):
        parser.add_argument("--second-opinion", action="store_true", help="also parts that somebody else has judged")
    for parser in (audit, judge):
        parser.add_argument("--sample", type=positive, default=60, help="audit: how many passed parts (default: 60)")
        parser.add_argument("--seed", type=int, default=0, help="audit: another seed draws other parts (default: 0)")
    more = review_results.add_commands(group)
    for parser in (queue, audit, judge, undo, history, *more):
        add_places(parser, log=True)
        add_json(parser)


def show_queue(parsed: argparse.Namespace) -> int:
    """Show what waits, and what could not be shown."""
    from inspector.cli.review_figures import EntryAnswer, QueueAnswer
    from inspector.review.queues import Entry, build_queue, load_entry

    log = open_reviews(parsed)
    queue = build_queue(log, _request(parsed, parsed.kind), _policies(parsed))
    # every part is looked at, its history and its picture: of 100,000 that would take minutes
    limit = getattr(parsed, "limit", len(queue.ids))
    parts = [load_entry(log, queue.request, inspection_id) for inspection_id in queue.ids[:limit]]
    entries = [part for part in parts if isinstance(part, Entry)]
    skipped = [part for part in parts if not isinstance(part, Entry)]
    copies = _copied(entries, parsed.pictures) if getattr(parsed, "pictures", None) else {}
    answers = [EntryAnswer.of(entry, copies.get(entry.inspection_id)) for entry in entries]
    if parsed.json:
        answer = QueueAnswer.of(queue, answers, skipped)
        emit(answer.model_dump(mode="json", exclude=None if answer.population else {"population"}))
        return EXIT_OK
    for entry in answers:
        shown = " ".join(str(value) for value in (entry.verdict, entry.p_defective, entry.picture) if value is not None)
        print(f"{entry.inspection_id}  {one_line(entry.lot)} {entry.part_number:6}  {one_line(shown)}")
    for part in skipped:
        say(f"skipped: {part.inspection_id}: {part.why}")
    population = queue.population
    if population is not None and population.problem:
        say(f"no audit: {population.problem}. {population.next_step}")
    for note in queue.notes:
        say(note)
    if limit < len(queue.ids):
        say(f"the first {limit} are listed; --limit lists more")
    waiting = len(queue.ids) - len(skipped)
    say(f"{waiting} wait; {queue.judged} judged by {queue.request.reviewer}, {queue.by_others} by others")
    return EXIT_OK


def judge_part(parsed: argparse.Namespace) -> int:
    """Judge; a part of the audit has to be one that was drawn, or the sample were not random any more."""
    from inspector.domain.errors import ReviewError
    from inspector.domain.review import Judgement, QueueKind

    if parsed.type and parsed.judgement != "defective":
        raise ReviewError(f"only a defective part has a defect type, got “{parsed.type}”", "Leave out --type.")
    desk = _walk(parsed)
    kind = QueueKind(parsed.queue)
    if kind is QueueKind.AUDIT:
        _go_to_audited(desk, _request(parsed, "audit"), parsed.inspection)
    else:
        desk.walk.look(parsed.inspection, kind)
        desk.settle()
    desk.walk.judge(Judgement(parsed.judgement), parsed.type, parsed.note)
    desk.settle()
    review = desk.committed[-1]
    if kind is QueueKind.AUDIT:
        _check_escapes(parsed, parsed.inspection)
    return _tell(parsed, review, f"{parsed.inspection}: {parsed.judgement}, says {review.reviewer}")


def _check_escapes(parsed: argparse.Namespace, inspection_id: str) -> None:
    """Take the model before back where the audit shows too many escapes, and say so."""
    from inspector import assembly
    from inspector.domain.errors import InspectorError
    from inspector.review.escape_limit import EscapeLimit
    from inspector.shelf.shelf import Shelf

    log, home = open_reviews(parsed), home_of(parsed)
    inspection = log.inspection(inspection_id)
    try:
        recipe = assembly.find_recipe(inspection.recipe if inspection is not None else "", home)
        exceeded = EscapeLimit(home, log.path, assembly.model_store(home), Shelf(home).save).check(recipe)
    except InspectorError as error:  # the judgement is recorded all the same
        say(f"warning: whether too many defects pass is not known: {error}")
    else:
        if exceeded is not None:
            say(f"warning: {exceeded.words}")


def undo_review(parsed: argparse.Namespace) -> int:
    """Withdraw."""
    from inspector.domain.errors import ReviewError

    desk = _walk(parsed)
    reviewer = desk.walk.reviewer
    last = desk.log.find(parsed.review) if parsed.review else desk.log.last_of(reviewer)
    if last is None:
        which = f"no judgement {parsed.review}" if parsed.review else f"no judgement of {reviewer}"
        raise ReviewError(f"there is {which} to withdraw", "See review history ID.")
    desk.walk.withdraw(last)
    desk.settle()
    said = last.judgement.value if last.judgement else ""
    return _tell(parsed, desk.committed[-1], f"{last.inspection_id}: {said} is withdrawn by {reviewer}")


def show_history(parsed: argparse.Namespace) -> int:
    """Show verdict and reviews of a part."""
    from inspector.cli.review_figures import ReviewAnswer
    from inspector.domain.errors import ReviewError
    from inspector.outputs.kept import kept_kind
    from inspector.outputs.rows import inspection_to_json

    log = open_reviews(parsed, read_only=True)
    inspection = log.inspection(parsed.inspection)
    if inspection is None:
        raise ReviewError(f"there is no inspection {parsed.inspection} in {log.path}", "Check the id.")
    rows = log.history(parsed.inspection)
    truth = log.standing(parsed.inspection).truth
    if parsed.json:
        reviews = [ReviewAnswer.of(row).model_dump(mode="json") for row in rows]
        judged = truth.value if truth else None
        shows = kept_kind(inspection)
        emit(
            {
                "inspection": inspection_to_json(inspection),
                "heatmap_shows": shows,
                "reviews": reviews,
                "truth": judged,
            }
        )
        return EXIT_OK
    decision = inspection.decision
    score = "–" if decision.p_defective is None else f"{decision.p_defective:.3f}"
    print(f"{decision.verdict.value}, P(defective) {score}  {one_line(decision.reason)}")
    for row in rows:
        said = row.judgement.value if row.judgement else f"withdraws {row.undoes}"
        blind = ", blind" if row.blind else ""
        print(
            f"{row.time_utc.astimezone():%Y-%m-%d %H:%M}  {row.id}  {one_line(row.reviewer)}: {said} "
            f"{one_line(row.defect_type)} ({row.queue.value}{blind}) {one_line(row.note)}"
        )
    print(f"so it is: {truth.value if truth else 'not judged'}")
    return EXIT_OK


# --- inside -----------------------------------------------------------------------------------------------------------


def _tell(parsed: argparse.Namespace, review: Review, words: str) -> int:
    from inspector.cli.review_figures import ReviewAnswer

    if parsed.json:
        emit(ReviewAnswer.of(review).model_dump(mode="json"))
    else:
        print(one_line(words))
    return EXIT_OK


def _reviewer(parsed: argparse.Namespace) -> str:
    from inspector.domain.errors import ReviewError
    from inspector.people.actor import KnownBy
    from inspector.user import known_user

    actor = getattr(parsed, "actor", None)  # of those that judge; who only looks need not be known
    if actor is not None and actor.known_by is KnownBy.SIGNED_IN:
        return named(actor, parsed.reviewer, "--reviewer")
    name = str(parsed.reviewer).strip() or known_user()
    if not name:
        raise ReviewError("it is not known who reviews", "Say it with --reviewer NAME.")
    return name


def _walk(parsed: argparse.Namespace) -> WalkAtOnce:
    from inspector.review.walk_at_once import WalkAtOnce

    return WalkAtOnce(open_reviews(parsed), _policies(parsed), _reviewer(parsed))


def _go_to_audited(desk: WalkAtOnce, request: QueueRequest, inspection_id: str) -> None:
    from inspector.domain.errors import ReviewError

    walk = desk.walk
    walk.open(request)
    desk.settle()
    if inspection_id not in walk.ids:
        raise ReviewError(
            f"the part {inspection_id} does not wait in this audit", "Name one that “review audit” lists."
        )
    walk.jump(inspection_id)
    desk.settle()
    if inspection_id in walk.passed_over:
        why = walk.passed_over[inspection_id]
        raise ReviewError(f"the part {inspection_id} cannot be judged: {why}", "Go on with the next one.")


def _request(parsed: argparse.Namespace, kind: str) -> QueueRequest:
    from inspector.domain.review import QueueKind
    from inspector.review.queues import QueueRequest

    return QueueRequest(
        kind=QueueKind(kind),
        reviewer=_reviewer(parsed),
        query=selection(parsed),
        second_opinion=getattr(parsed, "second_opinion", kind == "audit"),
        sample=getattr(parsed, "sample", 60),
        seed=getattr(parsed, "seed", 0),
    )


def _policies(parsed: argparse.Namespace) -> PolicyOf:
    from inspector.review.population import recipe_policies

    return recipe_policies(home_of(parsed).recipes)


def _copied(entries: list[Entry], folder: Path) -> dict[str, Path]:
    from inspector.domain.errors import ReviewError
    from inspector.files import write_bytes

    copies = {}
    for number, entry in enumerate(entries, 1):
        target = folder / f"{number:03}{entry.picture.suffix}"
        try:
            write_bytes(target, entry.picture.read_bytes())
        except OSError as error:
            raise ReviewError(
                f"the picture {target} cannot be written: {cause_of(error)}", "Name another folder."
            ) from error
        copies[entry.inspection_id] = target
    return copies
