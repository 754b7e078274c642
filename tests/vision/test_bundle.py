from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.classes import Classes
from inspector.domain.errors import BundleError
from inspector.domain.records import Thresholds
from inspector.vision.bundle import Bundle, ManifestFields, load_manifest, verify_bundle, write_bundle
from inspector.vision.manifest import check_file_name, seal_of
from inspector.vision.store import ModelStore
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIELDS = ManifestFields(
    name="bottle cap Größe 2",
    created=datetime(2026, 1, 2, tzinfo=UTC),
    class_names=("defective", "good"),
    good_class="good",
    thresholds=Thresholds(fail_at=0.7, review_from=0.4),
    metrics={"f1": 0.99, "confusion": [[1, 2], [3, 4]]},
)
FILES: dict[str, Path | bytes] = {"graph.xml": b"<xml/>", "graph.bin": b"\x00\x01", "report/report.json": b"{}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "spots")


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None], *, reseal: bool = False) -> None:
    data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(data)
    if reseal:
        data["seal"] = seal_of(data)
    (folder / "manifest.json").write_text(json.dumps(data), encoding="utf-8")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = write_bundle(tmp_path / "a" / "b", FIELDS, FILES)
    read = Bundle.load(tmp_path / "a" / "b")
    assert read == written
    assert ManifestFields(**read.manifest.model_dump(exclude={"files", "seal", "format_version"})) == FIELDS
    assert read.manifest.classes == Classes(("defective", "good"), "good")
    assert read.weights_path is None
    assert (read.folder / "report" / "report.json").read_bytes() == b"{}"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b"]


@pytest.mark.parametrize("name", ["graph.xml", "graph.bin"])
def test_one_changed_byte_is_found_and_named(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BundleError, match=rf"the file {name} .* has been altered"):
        verify_bundle(folder)


@pytest.mark.parametrize("name", ["graph.xml", "graph.bin"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"lacks the file {name}"):
        verify_bundle(folder)


@pytest.mark.parametrize("version", [2, 0, "1", None, True, 1.5])
def test_another_format_version_is_refused(folder: Path, version: object) -> None:
    rewrite(folder, lambda data: data.update(format_version=version, unheard_of=1))
    with pytest.raises(BundleError, match=f"has format version {version!r}; this program reads version 1"):
        load_manifest(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda data: data.update(colour="red"), "colour"),
        (lambda data: data["preprocessing"].update(gamma=2.2), "preprocessing.gamma"),
        (lambda data: data["thresholds"].update(pass_below=0.1), "pass_below"),
        (lambda data: data["thresholds"].update(strange_from=1.0), "strange_from: is not known here"),
        (lambda data: data["thresholds"].update(fail_at=1.5), "fail_at"),
        (lambda data: data["thresholds"].update(fail_at=0.2, review_from=0.3), "review threshold"),
        (lambda data: data.update(good_class="fine"), "'fine' is not among the classes"),
        (lambda data: data.update(class_names=["good", "good"]), "class names must differ"),
        (lambda data: data.update(class_names=["good"]), "class_names"),
        (lambda data: data.update(name="../x"), "name"),
        (lambda data: data.pop("created"), "created"),
        (lambda data: data.update(created="2026-01-01T00:00:00"), "created"),
        (lambda data: data["files"].update({"../evil.xml": "0" * 64}), "leads out of the bundle"),
        (lambda data: data["files"].update({"model.pth": "0" * 64}), "'model.pth' may not be in a bundle"),
        (lambda data: data["files"].update({"graph.xml": "abc"}), "SHA-256 of graph.xml"),
        (lambda data: data["files"].pop("graph.bin"), "graph.bin"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], named: str
) -> None:
    rewrite(folder, change, reseal=True)
    with pytest.raises(BundleError, match=named):
        verify_bundle(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"format_version": 1}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"the manifest .*manifest\.json"):
        verify_bundle(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["thresholds"].update(fail_at=0.99),
        lambda data: data.update(good_class="defective"),
        lambda data: data["metrics"].update(accuracy=1.0),
    ],
)
def test_a_manifest_that_was_changed_by_hand_is_refused(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    rewrite(folder, change)
    with pytest.raises(BundleError, match="was changed after the model was made"):
        verify_bundle(folder)


def test_a_manifest_of_before_seals_is_read_and_white_space_is_no_change(folder: Path) -> None:
    rewrite(folder, lambda data: None)
    sealed = load_manifest(folder)
    rewrite(folder, lambda data: data.pop("seal"))
    assert load_manifest(folder) == sealed.model_copy(update={"seal": ""})


def test_a_pickle_in_the_folder_is_refused(folder: Path) -> None:
    (folder / "model.pth").write_bytes(b"\x80\x04.")
    with pytest.raises(BundleError, match=r"holds model\.pth, a pickle"):
        verify_bundle(folder)


def test_a_folder_that_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(BundleError, match="is not a model bundle"):
            load_manifest(path)


def test_an_existing_bundle_is_replaced_only_when_asked(tmp_path: Path) -> None:
    first = write_bundle(tmp_path / "a", FIELDS, FILES)
    with pytest.raises(BundleError, match="exists already"):
        write_bundle(tmp_path / "a", FIELDS, FILES)
    second = write_bundle(
        tmp_path / "a", FIELDS.model_copy(update={"name": "new"}), {**FILES, "graph.bin": b"2"}, overwrite=True
    )
    assert second.sha256 != first.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_failed_write_leaves_the_old_bundle_and_nothing_else(tmp_path: Path) -> None:
    first = write_bundle(tmp_path / "a", FIELDS, FILES)
    bad: list[tuple[dict[str, Path | bytes], str]] = [
        ({**FILES, "weights.safetensors": tmp_path / "nowhere"}, "cannot be written"),
        ({**FILES, "../x.json": b""}, "leads out"),
        ({**FILES, "model.pkl": b""}, "may not be in a bundle"),
        ({"graph.xml": b""}, r"needs graph\.bin"),
    ]
    for files, message in bad:
        with pytest.raises(BundleError, match=message):
            write_bundle(tmp_path / "a", FIELDS, files, overwrite=True)
    assert Bundle.load(tmp_path / "a") == first
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@given(st.text(max_size=30))
def test_no_file_name_leads_out(name: str) -> None:
    try:
        check_file_name(name)
    except ValueError:
        return
    assert not name.startswith("/")
    assert ".." not in name.split("/")


def test_the_store_lists_good_and_bad_and_finds_by_name_and_path(tmp_path: Path) -> None:
    mine, shipped = tmp_path / "mine", tmp_path / "shipped"
    make_bundle(mine / "b")
    make_bundle(shipped / "a")
    make_bundle(shipped / "b", seed=1)
    make_bundle(shipped / "broken")
    rewrite(shipped / "broken", lambda data: data.update(format_version=9))
    (shipped / "no bundle").mkdir()
    store = ModelStore([mine, tmp_path / "absent", shipped])
    assert [(entry.name, entry.folder, bool(entry.fault)) for entry in store.list()] == [
        ("a", shipped / "a", False),
        ("b", mine / "b", False),
        ("broken", shipped / "broken", True),
        ("no bundle", shipped / "no bundle", True),  # its manifest may have been lost: it must not vanish silently
    ]
    assert "there is no manifest.json in it" in store.list()[-1].fault
    assert store.find("b") == mine / "b"
    assert store.find(shipped / "b") == shipped / "b"
    assert store.load("a").manifest.name == "a"
    with pytest.raises(BundleError, match=r"no model “c”; known are: b, a, broken \(in "):
        store.find("c")
    with pytest.raises(BundleError, match="no model “”"):
        store.find("")
    with pytest.raises(BundleError, match="Import it"):
        store.find("model.pth")
    with pytest.raises(BundleError, match="known are: none"):
        ModelStore([]).find("a")
