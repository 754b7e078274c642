"""What the record says of the release, and what is added to it: signed by this station, chained, never changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text

from inspector.domain.challenge import ChallengeWay
from inspector.domain.moment import Moment
from inspector.domain.release import FREE, ReleaseStanding, ReleaseStep, Running, StepKind, guards, standing
from inspector.domain.source import is_live
from inspector.json_file import JsonError, parse_json
from inspector.outputs.beside import LogBeside
from inspector.outputs.chain import any_text, chained_row, link
from inspector.outputs.rows import parse_time, time_text
from inspector.outputs.schema import audit_events, chain, challenges
from inspector.outputs.trail_rows import event_row
from inspector.release.moment import this_moment
from inspector.signing import station_key
from inspector.trail.actor import STATION, Doer
from inspector.trail.event import TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue
    from sqlalchemy import Connection

    from inspector.domain.challenge_attempt import ChallengeAnswer
    from inspector.recipes.recipe import Recipe
    from inspector.release.pictures import ShownPicture

#: What of a recipe says how parts are judged does not depend on these.
_APART = {"version", "change"}
_BROKEN = "the record was changed by hand since the challenge was passed"
#: The trail holds these too, by name.
_TOLD = frozenset(
    {StepKind.PASSED, StepKind.FAILED, StepKind.DROPPED, StepKind.OPTICS, StepKind.GUARDED, StepKind.WITHDRAWN}
)


def running(recipe: Recipe, models: Sequence[str], shift_starts: Sequence[int]) -> Running:
    """Return what is to run.

    Args:
        models: SHA-256 of the models of all views, the main one first.
        shift_starts: Hours of the station's shifts.
    """
    starts = tuple(sorted(set(shift_starts)))
    content = {
        "recipe": recipe.model_dump(mode="json", exclude=_APART),
        "models": list(models),
        "shift_starts": list(starts),
    }
    encoded = json.dumps(content, sort_keys=True, ensure_ascii=True).encode("ascii")
    return Running(
        recipe=recipe.name,
        identity=hashlib.sha256(encoded).hexdigest(),
        models=tuple(models),
        challenge=recipe.challenge,
        shift_starts=starts,
        camera=is_live(recipe.source),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEntry:
    """What is added to the record.

    Args:
        attempt: Id of the challenge; empty where it is none.
        begun: When the challenge began; None for now.
        answer: Of a part that was shown.
        words: What is to be said of it, or why it was done.
    """

    kind: StepKind
    running: Running
    recipe_version: int
    who: Doer
    words: str = ""
    attempt: str = ""
    begun: Moment | None = None
    way: ChallengeWay | None = None
    answer: ChallengeAnswer | None = None
    serial: str = ""
    p_defective: float | None = None
    pictures: tuple[ShownPicture, ...] = ()


class ReleaseRecord:
    """Reads and adds beside whoever writes the log; used by one thread at a time.

    Args:
        root: The data folder, where the station's key is.
        log: The result log.
        station: The station's name.
        now: Tells the moment.
    """

    def __init__(self, root: Path, log: Path, station: str, *, now: Callable[[], Moment] = this_moment) -> None:
        self._root, self._log, self._station, self.now = root, log, station, now
        self._beside: LogBeside | None = None
        self._steps: list[ReleaseStep] = []
        self._checked: tuple[int, int] | None = None  # a pass, and the newest entry up to which nothing is missing

    # --- reading ------------------------------------------------------------------------------------------------------

    def standing(self, running: Running) -> ReleaseStanding:
        """Return whether what runs is released, by all that stands in the record now.

        Raises:
            LogError: If the log cannot be read.
            SigningError: If the station's key cannot be read.
        """
        self._read()
        if not self._steps and not running.challenge.required:
            return FREE
        now = self.now()
        said = standing(running, self._steps, now)
        if said.needed and said.released:
            passed = self._newest_pass(running)
            if passed is not None and not self._is_whole(passed):
                return standing(running, self._steps, now, broken=_BROKEN)
        return said

    @property
    def steps(self) -> tuple[ReleaseStep, ...]:
        """What was read last."""
        return tuple(self._steps)

    def _newest_pass(self, running: Running) -> int | None:
        same = (step for step in reversed(self._steps) if step.identity == running.identity and step.ours)
        return next((step.number for step in same if step.kind is StepKind.PASSED), None)

    def _read(self) -> None:
        """Read what was added since, or everything where another log lies there."""
        beside = self._open()
        with beside.errors_of("read"), beside.connected() as connection:
            newest = int(connection.execute(select(func.coalesce(func.max(challenges.c.number), 0))).scalar() or 0)
            known = self._steps[-1].number if self._steps else 0
            if newest < known or not self._still_there(connection):
                self._steps, self._checked, known = [], None, 0
            if newest == known:
                return
            statement = select(challenges).where(challenges.c.number > known, challenges.c.kind != StepKind.PART.value)
            for row in connection.execute(statement.order_by(challenges.c.number)).mappings():
                self._steps.append(self._step(dict(row)))

    def _still_there(self, connection: Connection) -> bool:
        if not self._steps:
            return True
        last = self._steps[-1]
        where = challenges.c.number == last.number
        return connection.execute(select(challenges.c.identity).where(where)).scalar() == last.identity

    def _step(self, row: dict[str, Any]) -> ReleaseStep:
        try:
            return ReleaseStep(
                number=row["number"],
                kind=StepKind(row["kind"]),
                recipe=row["recipe"],
                identity=row["identity"],
                models=_models(row["models"]),
                begun=Moment(
                    utc=parse_time(row["begun_utc"]),
                    steady_s=float(row["steady_s"]),
                    boot=row["boot"],
                    zone_s=int(row["zone_s"]),
                ),
                way=ChallengeWay(row["way"]) if row["way"] else None,
                ours=self._is_ours(row),
            )
        except (ValueError, TypeError):  # no program wrote it so: it releases nothing, and ends what was released
            never = Moment(utc=parse_time("1970-01-01T00:00:00.000000Z"), steady_s=0.0, boot="")
            return ReleaseStep(
                number=row["number"], kind=StepKind.OPTICS, recipe="", identity="", models=(), begun=never, ours=False
            )

    def _is_ours(self, row: Mapping[str, Any]) -> bool:
        key = station_key(self._root).public
        try:
            signature = base64.b64decode(str(row["signature"]), validate=True)
        except (binascii.Error, ValueError):
            return False
        return row["station_key"] == key.fingerprint and key.has_signed(_signed_bytes(row), signature)

    def _is_whole(self, number: int) -> bool:
        """Say whether no entry of the record is missing since a pass, and its challenges are as they were chained."""
        beside = self._open()
        with beside.errors_of("read"), beside.connected() as connection:
            raw: Any = connection.connection.driver_connection
            if self._checked is None or self._checked[0] != number:
                before = connection.execute(
                    select(challenges.c.after_entry).where(challenges.c.number == number)
                ).scalar()
                first = connection.execute(select(chain).where(chain.c.number == (before or 0) + 1)).mappings().first()
                if first is None or (first["source"], first["row_key"]) != ("challenges", str(number)):
                    return False
                self._checked = (number, int(before or 0))
            seen = self._checked[1]
            count, newest = connection.execute(
                select(func.count(), func.coalesce(func.max(chain.c.number), seen)).where(chain.c.number > seen)
            ).one()
            if count != newest - seen:
                return False
            entries = connection.execute(
                select(chain.c.number, chain.c.row_key, chain.c.hash).where(
                    chain.c.number > seen, chain.c.source == "challenges"
                )
            ).all()
            factory, raw.text_factory = raw.text_factory, any_text
            try:
                for entry, key, hashed in entries:
                    row = chained_row(raw, "challenges", key)
                    last = raw.execute("SELECT hash FROM chain WHERE number = ?", (entry - 1,)).fetchone()
                    if row is None or (last is not None and link(last[0], row.content) != hashed):
                        return False
            finally:
                raw.text_factory = factory
            since = connection.execute(
                select(func.count()).select_from(challenges).where(challenges.c.after_entry >= seen)
            ).scalar()
            if since != len(entries):
                return False
            self._checked = (number, newest)
            return True

    # --- adding -------------------------------------------------------------------------------------------------------

    def add(self, *entries: ReleaseEntry) -> None:
        """Commit entries together; when this returns, they survive a power cut.

        Raises:
            LogError: If they could not be written; nothing is.
            SigningError: If the station's key cannot be read.
        """
        beside, key, now = self._open(), station_key(self._root), self.now()
        numbers: list[int] = []

        def write(connection: Connection) -> None:
            numbers.clear()
            connection.execute(text("BEGIN IMMEDIATE"))
            try:
                for entry in entries:
                    after = connection.execute(select(func.coalesce(func.max(chain.c.number), 0))).scalar()
                    row = self._row(entry, now, key.public.fingerprint, int(after or 0))
                    row["signature"] = base64.b64encode(key.sign(_signed_bytes(row))).decode("ascii")
                    done = connection.execute(insert(challenges).values(row))
                    numbers.append(int((done.inserted_primary_key or (0,))[0]))
                    if entry.kind in _TOLD:
                        connection.execute(insert(audit_events), event_row(_told(entry)))
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            beside.sync()

        def is_there() -> bool:
            with beside.connected() as connection:
                there = select(func.count()).select_from(challenges).where(challenges.c.number.in_(numbers))
                return connection.execute(there).scalar() == len(numbers)

        beside.write(write, is_there)

    def note_run(self, running: Running, recipe_version: int) -> None:
        """Note what runs from now on, where a challenge may be concerned by it and it is not noted yet.

        Raises:
            LogError: If it could not be written.
        """
        self._read()
        ran = next((step for step in reversed(self._steps) if step.kind is StepKind.RAN), None)
        if (self._steps or running.challenge.required) and (ran is None or ran.identity != running.identity):
            self._note(StepKind.RAN, running, recipe_version)
        self.note_required(running, recipe_version)

    def note_required(self, running: Running, recipe_version: int) -> None:
        """Note that a recipe and its models need a challenge, where it asks for one and that is not noted yet.

        Raises:
            LogError: If it could not be written.
        """
        self._read()
        if running.challenge.required and not guards(running, self._steps):
            self._note(StepKind.GUARDED, running, recipe_version)

    def _note(self, kind: StepKind, running: Running, recipe_version: int) -> None:
        words = _WORDS[kind]
        self.add(ReleaseEntry(kind=kind, running=running, recipe_version=recipe_version, who=STATION, words=words))

    def _open(self) -> LogBeside:
        if self._beside is None:
            self._beside = LogBeside(self._log, migrates=False)
        return self._beside

    def _row(self, entry: ReleaseEntry, now: Moment, key: str, after_entry: int) -> dict[str, Any]:
        begun, answer = entry.begun or now, entry.answer
        return {
            "time_utc": time_text(now.utc),
            "kind": entry.kind.value,
            "attempt": entry.attempt,
            "station": self._station,
            "station_key": key,
            "recipe": entry.running.recipe,
            "recipe_version": entry.recipe_version,
            "identity": entry.running.identity,
            "models": json.dumps(list(entry.running.models)),
            "way": entry.way.value if entry.way is not None else None,
            "place": answer.place if answer is not None else None,
            "part": answer.part.name if answer is not None else None,
            "part_serial": entry.serial if answer is not None else None,
            "expected": answer.part.expected.value if answer is not None else None,
            "verdict": answer.verdict.value if answer is not None else None,
            "counts": answer.counts if answer is not None else None,
            "p_defective": entry.p_defective,
            "words": entry.words,
            "pictures": json.dumps(
                [{"view": kept.view, "path": kept.path, "sha256": kept.sha256} for kept in entry.pictures]
            ),
            "who": entry.who.name,
            "role": entry.who.role,
            "begun_utc": time_text(begun.utc),
            "steady_s": begun.steady_s,
            "boot": begun.boot,
            "zone_s": begun.zone_s,
            "after_entry": after_entry,
        }


_WORDS = {
    StepKind.RAN: "a line started with other content than the one before",
    StepKind.GUARDED: "this recipe and its models need a challenge from now on",
}
_TITLES = {
    StepKind.PASSED: "passed",
    StepKind.FAILED: "not passed",
    StepKind.DROPPED: "left before its end",
    StepKind.OPTICS: "lens or lamp changed",
    StepKind.GUARDED: "required from now on",
    StepKind.WITHDRAWN: "withdrawn",
}


def _models(text: str) -> tuple[str, ...]:
    """Return the hashes that a row names.

    Raises:
        ValueError: If it names none.
    """
    try:
        read = parse_json(text, where="the challenge")
    except JsonError as error:
        raise ValueError(str(error)) from error
    return tuple(str(model) for model in read) if isinstance(read, list) else ()


def _signed_bytes(row: Mapping[str, Any]) -> bytes:
    """Return what is signed of a row: all of it but its number and the signature."""
    told = {name: value for name, value in row.items() if name not in {"number", "signature"} and value is not None}
    return json.dumps(told, sort_keys=True, ensure_ascii=True).encode("ascii")


def _told(entry: ReleaseEntry) -> Any:  # noqa: ANN401 - the trail's event
    after: dict[str, JsonValue] = {"challenge": _TITLES[entry.kind], "recipe_version": entry.recipe_version}
    if entry.way is not None:
        after["way"] = entry.way.value
    return happened(TrailKind.RELEASE, entry.running.recipe, after=after, reason=entry.words, by=entry.who)
