"""Proves a finished Linux package on a machine that has never seen the project: `make package-test`, as root.

The machine is a minimal Debian root (debootstrap, kept in build/package/root) with the system libraries that
docs/install.md lists, and nothing else: no Python, no project. The package runs in it as a plain user
without any network; of the outside it has the socket of an Xvfb. Every step says what it saw; the first that fails ends
the proof.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from machine import (  # noqa: E402 - beside this file
    DATA,
    ODD,
    USER,
    Machine,
    ProofError,
    bare_root,
    close,
    end,
    first_paint,
    furnished,
    picture_of_screen,
    screen,
    until,
    window,
)
from prove_line import step_controller, step_plant  # noqa: E402 - beside this file
from supply import SupplyError, check_bills, check_licences  # noqa: E402 - beside this file

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_PAINT_S = 2.0


# --- what is proven ---------------------------------------------------------------------------------------------------


def step_doctor(machine: Machine, _: Path) -> str:
    """Everything is in the package: devices, model, libraries."""
    found = machine.json("doctor")
    wrong = [one for one in found["checks"] if one["state"] == "fault"]  # type: ignore[attr-defined]
    if wrong:
        raise ProofError(f"doctor: {wrong}")
    devices = next(one for one in found["checks"] if one["name"] == "devices")  # type: ignore[attr-defined]
    model = next(one for one in found["checks"] if one["name"] == "model")  # type: ignore[attr-defined]
    return f"{devices['found']}; {model['found']}"


def step_supply(machine: Machine, out: Path) -> str:
    """Licences lie in the package, and a bill of materials beside each archive."""
    try:
        licences = check_licences(machine.inside(machine.program) / "_internal" / "licences")
        return f"{licences}; {check_bills(out)}"
    except SupplyError as error:
        raise ProofError(f"supply: {error}") from error


def step_no_display(machine: Machine, _: Path) -> str:
    """Without a display the program says so."""
    said = machine.run(code=1)
    if "there is no display for the window" not in said:
        raise ProofError(f"without a display it says: {said}")
    machine.environment["DISPLAY"] = ":9377"  # nobody has that many
    unreachable = machine.run(code=1)
    del machine.environment["DISPLAY"]
    if "cannot be reached" not in unreachable or "Traceback" in unreachable:
        raise ProofError(f"with a display that is not there it says: {unreachable}")
    return said.strip()


def step_window(machine: Machine, out: Path) -> str:
    """The window inspects the demo line; a second one raises it; it closes in good order, and its log is whole."""
    home = f"{DATA}/.local/share/inspector-station"
    begun = time.perf_counter()
    with window(machine, "run", "--source", "demo:") as process:
        painted_s = first_paint(begun)
        until(lambda: {"PASS", "FAIL"} <= machine.rows(home).keys(), "good and defective parts of the demo line", 240)
        second = machine.run(display=True)
        if "brought to the front" not in second or process.poll() is not None:
            raise ProofError(f"the second window said: {second}")
        picture_of_screen(out / "window.png")
        closed_s = close(process)
    rows = machine.rows(home)
    if rows.get("ERROR"):
        raise ProofError(f"the demo line gave {rows}")
    machine.run("log", "summary")
    return f"first paint after {painted_s:.2f} s, {rows}, closed within {closed_s:.1f} s; {out / 'window.png'}"


def step_warm_start(machine: Machine, _: Path) -> str:
    """The second start is quick."""
    times: list[float] = []
    while len(times) < 3:
        begun = time.perf_counter()
        with window(machine) as process:
            times.append(first_paint(begun))
            close(process)
    least = min(times)
    if least > _FIRST_PAINT_S:
        raise ProofError(f"first paint after {least:.2f} s at best, warm; it may take {_FIRST_PAINT_S} s")
    return f"first paint after {', '.join(f'{one:.2f}' for one in times)} s"


def step_folder(machine: Machine, _: Path) -> str:
    """A folder through the line, and through `inspector batch`."""
    home = f"{DATA}/folder"
    source = f"folder:{DATA}/pictures/all"
    machine.run("run", "--source", source, "--model", "demo", "--max-parts", "12", "--home", home)
    rows = machine.rows(home)
    counts = machine.json("batch", f"{DATA}/pictures/all", "--model", "demo", "--home", home)
    if sum(rows.values()) != 12 or rows.get("ERROR") or counts["judged"] != 12 or counts["error"]:
        raise ProofError(f"12 pictures gave {rows} on the line and {counts} in a batch")
    return f"line {rows}; batch {counts['pass']} pass, {counts['fail']} fail"


def step_kinds(machine: Machine, _: Path) -> str:
    """A picture in every kind of file gets the very score that the sources give it here, or is refused as they do."""
    from pictures import KINDS  # noqa: PLC0415 - beside this file

    judged = refused = 0
    for name in KINDS:
        folder = f"{DATA}/pictures/{name}"
        machine.run("batch", folder, "--model", "demo", "--out", f"{DATA}/{name}-judged")
        packaged = _scores(machine.inside(f"{DATA}/{name}-judged/results.csv"))
        with tempfile.TemporaryDirectory() as place:
            command = [sys.executable, "-m", "inspector", "batch", machine.inside(folder), "--model", "demo"]
            command += ["--out", f"{place}/judged", "--home", f"{place}/home"]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            sources = _scores(Path(place) / "judged" / "results.csv")
        other = {path: (sources[path], score) for path, score in packaged.items() if sources[path] != score}
        wrong = [path for path, (verdict, _) in packaged.items() if (verdict == "ERROR") != path.startswith("refused-")]
        if other or wrong or packaged.keys() != sources.keys():
            raise ProofError(f"{name}: (sources, package) {other}; wrongly judged or refused: {wrong}")
        refused += sum(verdict == "ERROR" for verdict, _ in packaged.values())
        judged += sum(verdict != "ERROR" for verdict, _ in packaged.values())
    return f"{judged} pictures with the score of the sources, {refused} refused as there"


def _scores(table: Path) -> dict[str, tuple[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return {row["path"]: (row["verdict"], row["p_defective"]) for row in csv.DictReader(file)}


def step_password(machine: Machine, _: Path) -> str:
    """Without a keyring a camera's password is in a file that only the user can read, and nowhere else."""
    home, password = f"{DATA}/password", "correct-horse"
    source = f"rtsp://user:{password}@127.0.0.1:9/1"
    said = machine.run("recipe", "new", "Camera", "--source", source, "--model", "demo", "--home", home)
    holds = [path for path in machine.inside(home).rglob("*") if path.is_file() and password in path.read_text("utf-8")]
    modes = [f"{path.name} {path.stat().st_mode & 0o777:o}" for path in holds]
    if modes != ["passwords.json 600"] or password in said:
        raise ProofError(f"the password is in {modes}; it said: {said}")
    return modes[0]


def step_browser(machine: Machine, _: Path) -> str:
    """The page in the browser shows the board, and judges a picture."""
    picture = next(machine.inside(f"{DATA}/pictures/all").iterdir())
    command = machine.command("serve", "--port", "8765", "--home", f"{DATA}/browser", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]}) as process:
        try:
            assert process.stdout is not None
            address = json.loads(process.stdout.readline())["address"]
            ask = ["nsenter", "--target", str(process.pid), "--net", "curl", "--fail", "--silent", "--show-error"]
            board = subprocess.run([*ask, f"{address}board"], check=True, capture_output=True, text=True).stdout
            sent = [
                *ask,
                "--header",
                "Accept: application/json",
                "--form",
                f"picture=@{picture}",
                f"{address}inspect",
            ]
            judged = json.loads(subprocess.run(sent, check=True, capture_output=True, text=True).stdout)["results"]
        finally:
            end(process)
    if "<main" not in board or len(judged) != 1 or judged[0]["verdict"] == "ERROR":
        raise ProofError(f"the page in the browser says {judged} and shows {board[:200]}")
    return f"board of {len(board)} characters; {picture.name}: {judged[0]['verdict']}"


def step_database(machine: Machine, _: Path) -> str:
    """The database of many stations can be asked for; here there is none."""
    said = machine.run("fleet", "upgrade", "postgresql://nobody:nothing@127.0.0.1:9/quality", code=1)
    if "Traceback" in said or "unexpected" in said or "127.0.0.1" not in said:
        raise ProofError(f"a database that is not there: {said}")
    return said.strip().splitlines()[0]


def step_industrial(machine: Machine, _: Path) -> str:
    """Industrial cameras are found through a GenTL producer: the demo producer, which the package does not hold."""
    place = importlib.util.find_spec("genicam")
    assert place is not None
    assert place.origin is not None
    shutil.copy(Path(place.origin).parent / "viky.cti", machine.inside(DATA))
    said = json.loads(machine.run("cameras", "--producer", f"{DATA}/viky.cti", "--json"))
    sources = [camera["source"] for camera in said["cameras"]]
    if sources[-3:] != ["genicam:0", "genicam:1", "genicam:2"]:
        raise ProofError(f"industrial cameras: {said}")
    return ", ".join(sources)


def step_video(machine: Machine, _: Path) -> str:
    """Videos are decoded, and every part in them is seen."""
    from pictures import VIDEOS  # noqa: PLC0415 - beside this file

    found = {}
    for name in VIDEOS:
        home = f"{DATA}/{name}-home"
        source = ("--source", f"video:{DATA}/pictures/{name}", "--model", "demo", "--as-fast-as-possible")
        machine.run("run", *source, "--headless", "--home", home)
        found[name] = machine.rows(home)
    counts = {sum(rows.values()) for rows in found.values()}
    if len(counts) != 1 or min(counts) < 4 or any("ERROR" in rows for rows in found.values()):
        raise ProofError(f"the same line as videos gave {found}")
    return ", ".join(f"{name} {rows}" for name, rows in found.items())


def step_train(machine: Machine, _: Path) -> str:
    """The trainer's process, as the window starts it, makes a model that the station verifies and uses."""
    folder, model = f"{DATA}/trainings/1", f"{DATA}/models/new"
    machine.inside(folder).mkdir(parents=True)
    request = {
        "data": f"{DATA}/pictures/set",
        "out": model,
        "method": "head",
        "weights": f"{DATA}/pictures/backbone.npz",
    }
    (machine.inside(folder) / "request.json").write_text(json.dumps(request), encoding="utf-8")
    subprocess.run(["chown", "-R", f"{USER}:{USER}", machine.inside(folder).parent], check=True)
    begun = time.perf_counter()
    machine.run("worker", folder, program="trainer")
    seconds = time.perf_counter() - begun
    last = (machine.inside(folder) / "reports.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    verified = machine.json("model", "verify", model)
    judged = machine.json("batch", f"{DATA}/pictures/all", "--model", model, "--out", f"{DATA}/judged")
    if json.loads(last)["kind"] != "result" or not verified["ok"] or judged["error"]:
        raise ProofError(f"training ended with {last}; {verified}; {judged}")
    return f"{seconds:.0f} s, {verified['files']} files verified, {judged['judged']} pictures judged"


def step_import(machine: Machine, _: Path) -> str:
    """A command of the station that needs torch is run by the trainer's program."""
    weights, out = f"{DATA}/pictures/network.npz", f"{DATA}/models/imported"
    found = machine.json("model", "import", weights, "--classes", "good,bad", "--out", out)
    return f"{found['name']}"


def step_odd_path(machine: Machine, _: Path) -> str:
    """From a path with spaces and letters beyond ASCII."""
    machine.inside(machine.program).rename(machine.inside(ODD))
    machine.program = ODD
    try:
        home = f"{DATA}/Daten für Prüfung"
        with window(machine, "run", "--source", "demo:", "--home", home) as process:
            until(lambda: sum(machine.rows(home).values()) >= 2, "2 parts", 120)
            close(process)
    finally:
        machine.program = "/opt/inspector-station"
        machine.inside(ODD).rename(machine.inside(machine.program))
    return f"{ODD}: {machine.rows(home)}"


def step_read_only(machine: Machine, _: Path) -> str:
    """From a folder that cannot be written."""
    program, home = machine.inside(machine.program), f"{DATA}/read-only"
    subprocess.run(["mount", "--bind", program, program], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", program], check=True)
        with window(machine, "run", "--source", "demo:", "--home", home) as process:
            until(lambda: sum(machine.rows(home).values()) >= 2, "2 parts", 120)
            close(process)
    finally:
        subprocess.run(["umount", program], check=True)
    return f"{machine.rows(home)}"


def step_downgrade(machine: Machine, _: Path) -> str:
    """The data of a newer program are refused."""
    home = machine.inside(f"{DATA}/newer")
    home.mkdir()
    (home / "version.json").write_text('{"data": 99, "program": "9.0.0"}', encoding="utf-8")
    said = machine.run("recipe", "list", "--home", f"{DATA}/newer", code=1)
    if "9.0.0" not in said:
        raise ProofError(f"newer data were refused with: {said}")
    return said.strip()


# --- all of it --------------------------------------------------------------------------------------------------------


def _fingerprint(folder: Path) -> str:
    """Return a hash of the names, sizes and times of all files: what the program would change in its own folder."""
    lines = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        lines.append(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _has_trainer(machine: Machine) -> bool:
    return (machine.inside(machine.program) / "trainer").is_file()


def _give_pictures(machine: Machine) -> None:
    from pictures import make_pictures  # noqa: PLC0415 - beside this file

    data = machine.inside(DATA)
    make_pictures(data / "pictures", backbone=_has_trainer(machine))
    subprocess.run(["chown", "-R", f"{USER}:{USER}", data], check=True)


def prove(machine: Machine, out: Path, only: Sequence[str]) -> None:
    """Run the steps.

    Raises:
        ProofError: If one fails, or the program has written into its own folder.
    """
    steps = [step_doctor, step_supply, step_no_display, step_window, step_warm_start, step_folder, step_kinds]
    steps += [
        step_password,
        step_video,
        step_browser,
        step_database,
        step_industrial,
        step_controller,
        step_plant,
        step_odd_path,
        step_read_only,
        step_downgrade,
        *([step_train, step_import] if _has_trainer(machine) else []),
    ]
    before = _fingerprint(machine.inside(machine.program))
    for step in steps:
        name = step.__name__.removeprefix("step_")
        if not only or name in only:
            print(f"{name:12}{step(machine, out)}", flush=True)
    if _fingerprint(machine.inside(machine.program)) != before:
        raise ProofError("the program has written into its own folder")


def main() -> int:
    """Prove; returns 1 where a step fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the package's folder")
    parser.add_argument("--root", type=Path, default=ROOT / "build" / "package" / "root", help="the minimal root")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="where the screenshot goes")
    parser.add_argument("--only", nargs="*", default=[], help="steps")
    parsed = parser.parse_args()
    try:
        bare_root(parsed.root)
        with screen(), furnished(parsed.root, parsed.folder.resolve()) as machine:
            _give_pictures(machine)
            prove(machine, parsed.out, parsed.only)
    except ProofError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("the package is proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
