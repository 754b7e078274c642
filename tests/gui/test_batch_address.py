"""The Batch page with pictures in an object store."""

from __future__ import annotations

from pathlib import Path

import fsspec

from tests.gui.batch_hand import BatchHand
from tests.gui.conftest import Station, picture


def test_an_address_in_an_object_store_is_typed_like_a_folder(station: Station, tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    for name, bad in (("good/1.png", False), ("red/1.png", True)):
        picture(tmp_path / "one.png", bad=bad)
        files.pipe(f"/typed/{name}", (tmp_path / "one.png").read_bytes())
    hand = BatchHand(station)
    hand.type_folder("memory://typed")
    station.until(lambda: hand.page.bar.words.text() == "2 pictures, labelled: 1 good, 1 defective, 1 type")
    assert hand.page.bar.inspect.isEnabled()
    hand.type_folder("memory://nowhere")
    station.until(hand.page.bar.fault.isVisible)
    assert hand.page.bar.fault.text() == "memory://nowhere cannot be read: it is not there. Check the address."
    hand.type_folder("s3://key:geheim@bucket/parts")
    station.until(lambda: "holds credentials" in hand.page.bar.fault.text())
    assert "geheim" not in hand.page.bar.fault.text()
    assert hand.page.bar.fault.text().startswith("s3://")
    files.rm("/typed", recursive=True)
