"""Batches of pictures in an object store: the same rows as of a folder, gone on with, and what goes wrong."""

from __future__ import annotations

import csv
import os
import pickle
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.batch import BatchRequest, BatchRuns, read_table, sorted_copies, write_report
from inspector.batch.contents import read_judged
from inspector.batch.judge import Job, judge_files
from inspector.batch.listing import list_pictures
from inspector.batch.record import RunRecord
from inspector.batch.run import BatchOutcome
from inspector.domain.errors import FolderAwayError, PictureDeniedError, PictureError
from inspector.domain.records import Image, Prediction
from inspector.paths import Home
from inspector.pictures import StorePath, place_of, write_picture
from inspector.pictures.content import Stamp
from inspector.pictures.store_cache import StoreCache
from inspector.pictures.store_faults import words_of
from tests.batch.store_batches import MEMORY, order_of, ran, samples, upload
from tests.engine.fakes import GOOD, FakeClassifier
from tests.object_store import ObjectStore, reach, running_store

#: What a store says of an object otherwise than the disk of its file.
TIMES = {"mtime_ns", "ctime_ns"}


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectStore]:
    with running_store() as store:
        yield store


@pytest.fixture
def reached(server: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ObjectStore:
    reach(server, monkeypatch, tmp_path / "cache")
    return server


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A folder of fsspec's store in memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield "memory://parts"
    for path in MEMORY.find("/parts"):
        MEMORY.rm(path)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is fetched from the store in memory, by name."""
    names: list[str] = []
    cat_file = type(MEMORY).cat_file

    def counted(self: object, path: str, *args: object, **options: object) -> bytes:
        names.append(path.rpartition("/")[2])
        return bytes(cat_file(self, path, *args, **options))

    monkeypatch.setattr(type(MEMORY), "cat_file", counted)
    return names


def rows_of(outcome: BatchOutcome, folder: str) -> list[dict[str, str]]:
    with outcome.results.open(newline="", encoding="utf-8-sig") as file:
        rows = [{name: text for name, text in row.items() if name not in TIMES} for row in csv.DictReader(file)]
    return [{name: text.replace(folder, "FOLDER") for name, text in row.items()} for row in rows]


def test_a_bucket_gives_the_rows_of_a_folder(reached: ObjectStore, tmp_path: Path) -> None:
    folder = samples(tmp_path / "line 3")
    bucket = reached.bucket("rows")
    reached.upload(folder, "rows/plant/line 3")
    address = f"{bucket}/plant/line 3"
    local = ran(order_of(str(folder), tmp_path / "local", overlays=True))
    there = ran(order_of(address, tmp_path / "there", overlays=True))
    assert rows_of(there, address) == rows_of(local, str(folder))
    assert there.survey == local.survey
    assert there.survey.left_out
    assert (there.survey.good, there.survey.defective, there.survey.masks_left_out) == (7, 4, 1)
    overlays = {path.name: path.read_bytes() for path in (tmp_path / "there" / "overlays").rglob("*.jpg")}
    assert overlays == {path.name: path.read_bytes() for path in (tmp_path / "local" / "overlays").rglob("*.jpg")}
    # a table of labels names them by their place in the folder, or by their whole address
    table = tmp_path / "labels.csv"
    table.write_text(f"path,label\ngood/0.png,good\n{address}/dent/6.png,bad\n", encoding="utf-8")
    labelled = ran(order_of(address, tmp_path / "labelled", labels_file=table))
    assert (labelled.survey.good, labelled.survey.defective) == (1, 1)


def test_it_goes_on_with_what_has_no_verdict_or_another_version(reached: ObjectStore, tmp_path: Path) -> None:
    bucket = reached.bucket("again")
    reached.upload(samples(tmp_path / "in"), "again/in")
    order = order_of(f"{bucket}/in", tmp_path / "out")
    ran(order)
    nothing = FakeClassifier()
    before = (tmp_path / "out" / "results.csv").read_bytes()
    ran(order, nothing)
    assert nothing.calls == 0
    assert (tmp_path / "out" / "results.csv").read_bytes().splitlines()[:10] == before.splitlines()[:10]
    # the same size, another content: the store's version tells
    files = reached.files()
    old = files.cat_file("again/in/good/2.png")
    new = (tmp_path / "in" / "dent" / "8.png").read_bytes()
    assert len(new) == len(old)
    files.pipe("again/in/good/2.png", new)
    files.pipe("again/in/good/3.png", files.cat_file("again/in/good/3.png"))  # put again as it was
    one = FakeClassifier()
    outcome = ran(order, one)
    assert one.calls == 1
    assert {row["path"]: row["verdict"] for row in rows_of(outcome, "-")}["good/2.png"] == "FAIL"


def test_a_picture_that_vanishes_is_an_error_and_a_store_that_is_away_ends_the_batch(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(samples(tmp_path / "in"), memory)
    job = Job(folder=place_of(memory))
    gone, there = judge_files(["good/none.png", "good/1.png"], job, FakeClassifier())
    assert (gone.verdict, there.verdict) == ("ERROR", "PASS")
    assert gone.reason.startswith("the picture memory://parts/good/none.png cannot be read: it is not there")

    order = order_of(memory, tmp_path / "out")
    info, calls = type(MEMORY).info, 0

    def dropped(self: object, path: str, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 8:
            raise ConnectionResetError(104, "Connection reset by peer")
        return info(self, path, **options)

    with monkeypatch.context() as broken:
        broken.setattr(type(MEMORY), "info", dropped)
        with pytest.raises(FolderAwayError, match=r"^memory://parts cannot be read: it does not answer\. Check"):
            ran(order)
    outcome = ran(order)
    assert [row["verdict"] for row in rows_of(outcome, memory)].count("ERROR") == 1  # the broken picture alone
    assert len(rows_of(outcome, memory)) == 12


def test_a_folder_whose_drive_is_pulled_ends_the_batch(tmp_path: Path) -> None:
    folder = samples(tmp_path / "in")
    classifier = FakeClassifier(act=lambda call: shutil.rmtree(folder, ignore_errors=True) if call == 1 else None)
    order = order_of(str(folder), tmp_path / "out")
    names = list_pictures(folder, recursive=True).names
    assert judge_files(names[:1], Job(folder=folder), classifier)[0].verdict == "FAIL"
    with pytest.raises(FolderAwayError, match=r"the folder .* is not there any more\. Connect its drive"):
        judge_files(names[1:2], Job(folder=folder), classifier)
    assert classifier.calls == 1
    with pytest.raises(PictureError, match="there is no folder"):
        ran(order)


def test_where_all_are_denied_the_batch_ends(memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(samples(tmp_path / "in"), memory)

    def denied(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Access Denied")

    monkeypatch.setattr(type(MEMORY), "cat_file", denied)
    job = Job(folder=place_of(memory))
    (row,) = judge_files(["good/1.png"], job, FakeClassifier())
    assert "cannot be read: this account may not" in row.reason
    with pytest.raises(FolderAwayError, match="can be listed, but this account may not read its pictures"):
        judge_files(["good/1.png", "good/2.png"], job, FakeClassifier())
    with pytest.raises(PictureDeniedError):
        place_of(memory + "/good/1.png").read()  # type: ignore[union-attr]


@pytest.mark.parametrize("cached", [True, False])
def test_what_is_judged_again_is_not_fetched_again(
    memory: str, tmp_path: Path, fetched: list[str], monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    class Unsure(FakeClassifier):
        def predict(self, image: Image) -> Prediction:
            return replace(super().predict(image), probabilities=np.array([0.5, 0.5], np.float32))

    if not cached:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    write_picture(tmp_path / "in" / "unsure.jpg", np.full((960, 960, 3), GOOD, np.uint8))
    upload(tmp_path / "in", memory)
    job = Job(folder=place_of(memory), input_size=60)
    (row,) = judge_files(["unsure.jpg"], job, Unsure())
    assert row.verdict == "FAIL"
    assert fetched == ["unsure.jpg"]
    judge_files(["unsure.jpg"], job, FakeClassifier())
    assert fetched == ["unsure.jpg"] * (1 if cached else 2)


def test_the_cache_is_bounded_and_notices_what_is_not_whole(tmp_path: Path) -> None:
    cache = StoreCache(tmp_path / "cache", most_bytes=10_000)
    for number in range(20):
        cache.put("s3://b/a.png", Stamp(1000, number), bytes([number]) * 1000)
        os.utime(max((tmp_path / "cache").iterdir(), key=lambda path: path.stat().st_mtime_ns), ns=(number, number))
    kept = [number for number in range(20) if cache.get("s3://b/a.png", Stamp(1000, number)) is not None]
    assert 0 < len(kept) <= 10
    assert kept[-1] == 19
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 10_200
    assert cache.get("s3://b/a.png", Stamp(1000, 19, 5)) is None  # another version
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert cache.get("s3://b/a.png", Stamp(1000, 19)) is None
    cache.put("s3://b/b.png", Stamp(4, 0), b"another size")
    assert cache.get("s3://b/b.png", Stamp(4, 0)) is None


def test_a_job_can_be_sent_to_another_machine(memory: str) -> None:
    job = Job(folder=place_of(memory))
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301


def test_what_is_typed_is_a_path_or_an_address(tmp_path: Path) -> None:
    assert place_of(str(tmp_path)) == tmp_path
    assert place_of(f"file://{tmp_path}/a b") == tmp_path / "a b"
    assert place_of("C:\\parts") == Path("C:\\parts")
    assert place_of(" S3://bucket/folder/ ") == StorePath("s3://bucket/folder")
    place = place_of("s3://bucket/folder") / "good/1.PNG"
    assert (str(place), place.name, place.suffix) == ("s3://bucket/folder/good/1.PNG", "1.PNG", ".PNG")
    for text in ("s3://AKIA:geheim@bucket/folder", "https://host/folder?X-Amz-Signature=geheim"):
        with pytest.raises(PictureError, match="holds credentials") as caught:
            place_of(text)
        assert "geheim" not in str(caught.value)
    with pytest.raises(PictureError, match="names no folder"):
        place_of("s3://")


def test_what_is_wrong_with_a_store_is_said(reached: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = reached.bucket("empty")
    for address, words in {
        "s3://nobody-has-it/line": r"s3://nobody-has-it/line cannot be read: there is no such bucket\. Check",
        f"{bucket}/line": "there is nothing in s3://empty/line. Check the address",
        "gs://bucket/line": "the library for gs:// is not installed. Install it: pip install gcsfs",
        "abfs://container@account.dfs.core.windows.net/line": "abfs:// is not installed. Install it: pip install adlfs",
        "xyz://bucket/line": "nobody knows how to read xyz:// addresses",
        "memory://nowhere": "memory://nowhere cannot be read: it is not there",
    }.items():
        with pytest.raises(FolderAwayError, match=words):
            list_pictures(place_of(address))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(FolderAwayError, match="no credentials were found"):
        list_pictures(place_of(f"{bucket}/other"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("RequestTimeTooSkewed", ("this computer's clock is wrong", "Set the clock.")),
        ("InvalidAccessKeyId", ("the store does not know this access key", "Correct the key in its usual place.")),
        (
            "SignatureDoesNotMatch",
            ("the secret key does not belong to the access key", "Correct it in its usual place."),
        ),
        ("ExpiredToken", ("the credentials have expired", "Renew them.")),
        ("XMinioStorageFull", ("the store is full", "Free space there.")),
        ("PermanentRedirect", ("the bucket is in another region", "Set AWS_DEFAULT_REGION to its region.")),
    ],
)
def test_what_a_store_refuses_is_said_with_what_to_do(code: str, words: tuple[str, str]) -> None:
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    error = OSError(5, "refused")  # as s3fs gives it, with what the store has said as its cause
    error.__cause__ = ClientError({"Error": {"Code": code, "Message": "no"}}, "ListObjectsV2")
    assert words_of(error) == words


def test_a_store_that_does_not_answer_is_said(reached: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, and nobody listens
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(FolderAwayError, match=r"cannot be read: it does not answer\. Check the network"):
            list_pictures(place_of("s3://away/line"))


def test_names_come_in_pages(reached: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, files = reached.bucket("pages"), reached.files()
    for number in range(7):
        files.pipe(f"pages/in/{number}.png", b"x")
        files.pipe(f"pages/in/folder {number}/{number}.png", b"xy")
    files.touch("pages/in/")  # as some tools mark a folder
    pages = list((place_of(f"{bucket}/in")).pages(most=3))  # type: ignore[union-attr]
    assert len(pages) >= 5
    assert sorted(name for page in pages for name, _ in page) == sorted(
        [f"{number}.png" for number in range(7)] + [f"folder {number}" for number in range(7)]
    )
    listing = list_pictures(place_of(f"{bucket}/in"), recursive=True)
    assert len(listing) == 14
    assert {listing.stamp(index).size for index in range(14) if listing.key(index).startswith("folder")} == {2}
    assert len(list_pictures(place_of(f"{bucket}/in"))) == 7


def test_reports_copies_and_pictures_come_through_the_same_seam(memory: str, tmp_path: Path) -> None:
    upload(samples(tmp_path / "in"), memory)
    order = order_of(memory, tmp_path / "out")
    outcome = ran(order)
    table = read_table(outcome.results)
    place = table.places["dent/8.png"]
    image, changed = read_judged(place_of(memory) / "dent/8.png", table.contents.known(place), bit_depth=None)
    assert (image.shape, changed) == ((8, 8), False)
    MEMORY.pipe("/parts/dent/8.png", MEMORY.cat_file("/parts/good/1.png"))
    assert read_judged(place_of(memory) / "dent/8.png", table.contents.known(place), bit_depth=None)[1]
    MEMORY.rm("/parts/good/4.png")
    *_, step = sorted_copies(table, place_of(memory), tmp_path / "sorted")
    assert (step.copied, step.missing, step.changed) == (10, ("good/4.png",), ("dent/8.png",))
    copy = tmp_path / "sorted" / "pass" / "good" / "1.png"
    assert copy.read_bytes() == (tmp_path / "in" / "good" / "1.png").read_bytes()
    *_, again = sorted_copies(table, place_of(memory), tmp_path / "sorted")
    assert (again.copied, again.there) == (0, 10)
    for _ in write_report(table, tmp_path / "report.html", pictures=place_of(memory), who="Ada"):
        pass
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("data:image/jpeg") >= 3
    assert "the picture has changed since it was judged" in text


def test_the_window_starts_a_batch_of_an_address(tmp_path: Path) -> None:
    class Noted(BatchRuns):
        def _run(self, folder: Path, record: RunRecord, chosen: object) -> None:
            noted.append((folder.name.partition("Z-")[2], record.folder))

    noted: list[tuple[str, str]] = []
    runs = Noted(Home(root=tmp_path))
    identity = runs.start(BatchRequest(folder=place_of("s3://bucket/line 3"), model="tiny", who="Ada"))
    assert noted == [("line 3", "s3://bucket/line 3")]
    run = runs.poll(identity)
    assert run is not None
    assert (run.pictures, run.pictures.name) == (StorePath("s3://bucket/line 3"), "line 3")
