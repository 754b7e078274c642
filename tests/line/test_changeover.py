"""The controller changes the recipe: by a level, by a line of text, by a method; and no part is judged by another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.config import TriggerConfig
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.line.adapters import connect
from inspector.line.changeover import SETTLED_S, Changeover
from inspector.line.desk import LineDesk, Link
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from tests.line.engines import FakeEngine
from tests.line.test_service import free_port
from tests.line.test_text import Terminal
from tests.waits import WAIT_S, until


def following(in_force: str) -> Changeover:
    changeover = Changeover()
    changeover.follows = True
    changeover.use(in_force)
    return changeover


def test_a_name_that_is_still_being_written_changes_nothing() -> None:
    changeover = following("Cap")
    changeover.hold("Brack", 10.0)
    assert changeover.not_ready == "the controller wants the recipe “Brack”, in force is “Cap”"
    changeover.hold("Bracket", 10.0 + SETTLED_S)
    assert changeover.due(10.2 + SETTLED_S, idle=True) == ""
    assert changeover.due(10.7, idle=False) == ""
    assert changeover.due(10.7, idle=True) == "Bracket"
    assert changeover.due(20.0, idle=True) == ""  # once
    changeover.use("Bracket")
    assert (changeover.not_ready, changeover.wanted) == ("", "")


def test_what_is_refused_is_said_until_the_controller_wants_something_else() -> None:
    changeover = following("Cap")
    changeover.hold("Lid", 0.0)
    assert changeover.due(1.0, idle=True) == "Lid"
    changeover.refuse("Lid", "no recipe has this name or code")
    assert changeover.not_ready == "the controller wants the recipe “Lid”: no recipe has this name or code"
    assert changeover.due(9.0, idle=True) == ""
    changeover.hold("", 10.0)
    assert changeover.not_ready == ""


@pytest.mark.parametrize("held", ["Cap", "Lid"])
def test_a_hand_at_the_station_is_not_overruled_and_ready_says_why_it_is_low(held: str) -> None:
    changeover = following("Cap")
    changeover.hold(held, 0.0)
    if held == "Lid":
        assert changeover.due(1.0, idle=True) == "Lid"
        changeover.use("Lid")
    changeover.use("Plug")
    assert changeover.due(9.0, idle=True) == ""
    assert changeover.not_ready == f"the controller wants the recipe “{held}”, in force is “Plug”"


def test_a_request_counts_until_it_is_answered_whatever_is_held() -> None:
    changeover = following("Cap")
    assert changeover.ask("Lid", 0.0) == ""
    changeover.hold("", 0.1)
    assert changeover.wanted == "Lid"
    assert changeover.due(0.1, idle=True) == "Lid"
    changeover.use("Lid")
    assert (changeover.wanted, changeover.expected) == ("", "Lid")
    changeover.follows = False
    assert changeover.ask("Cap", 1.0) == "the settings do not let the controller change the recipe"
    assert (changeover.wanted, changeover.expected) == ("", "")


_STEPS = st.lists(
    st.tuples(st.sampled_from(["hold", "ask", "use", "refuse", "due"]), st.sampled_from(["", "A", "B", "C"])),
    max_size=30,
)


@given(_STEPS)
def test_ready_is_low_exactly_while_another_recipe_is_wanted(steps: list[tuple[str, str]]) -> None:
    changeover, now_s = following("A"), 0.0
    for what, name in steps:
        now_s += 0.2
        match what:
            case "hold":
                changeover.hold(name, now_s)
            case "ask":
                changeover.ask(name, now_s)
            case "use":
                changeover.use(name or "A")
            case "refuse":
                changeover.refuse(name, "it is not there")
            case _:
                due = changeover.due(now_s, idle=True)
                assert not due or due == changeover.wanted != changeover.in_force
        assert bool(changeover.not_ready) == bool(changeover.wanted)


# --- over the protocols -----------------------------------------------------------------------------------------------


@contextmanager
def station(protocol: LineProtocol, recipes: Path, **more: Any) -> Iterator[tuple[LineService, FakeEngine, int]]:
    for name, code in (("Cap", ""), ("Lid", "L-1")):
        save_recipe(Recipe(name=name, source="demo:", model="tiny", scanned_code=code), recipes)
    settings = Settings(line_protocol=protocol, line_port=free_port(), **({"line_recipes": True} | more))
    engine = FakeEngine(lambda _: Verdict.PASS)
    service = LineService(engine, settings=lambda: settings, recipes=recipes)
    service.use_recipe("Cap", TriggerConfig())
    service.start()
    try:
        until(lambda: service.status().link is Link.WAITING)
        assert settings.line_port
        yield service, engine, settings.line_port
    finally:
        service.stop()


def changed(service: LineService, to: str) -> None:
    """Be the station: change to what is wanted, which must be this."""
    names = []

    def taken() -> bool:
        wanted = service.take_change()
        if wanted is not None:
            names.append(wanted.name)
            service.use_recipe(wanted.name, TriggerConfig())
        return bool(names)

    until(taken)
    assert names == [to]


def test_over_modbus_a_held_name_changes_the_recipe_and_no_part_is_judged_by_the_one_before(tmp_path: Path) -> None:
    with station(LineProtocol.MODBUS, tmp_path) as (service, engine, port):
        plc = connect(LineProtocol.MODBUS, "127.0.0.1", port)
        plc.exchange(PlcInputs(enable=True))
        until(lambda: plc.look().ready)
        plc.exchange(
            PlcInputs(enable=True, trigger=True, trigger_id="7", recipe="Lid")
        )  # at once, without waiting for Ready
        plc.exchange(PlcInputs(enable=True, recipe="Lid"))
        assert [(event.recipe, event.missed) for event in engine.events] == [
            ("Lid", "the controller wants the recipe “Lid”, in force is “Cap”")
        ]
        assert not plc.look().ready
        changed(service, "Lid")
        until(lambda: plc.look().ready)
        plc.exchange(PlcInputs(enable=True, recipe="Plug"))
        wanted = "the controller wants the recipe “Plug”: no recipe has this name or code"
        until(lambda: plc.look() and service.status().outputs.not_ready == wanted)
        plc.exchange(PlcInputs(enable=True, recipe="Cap"))
        until(lambda: bool(plc.look()))
        changed(service, "Cap")
        plc.close()


def test_a_recipe_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with station(LineProtocol.TEXT, tmp_path) as (service, _, port):
        (tmp_path / "Lid.json").write_text("{", encoding="utf-8")
        plc = Terminal(port)
        assert plc.ask("RECIPE Lid") == "RECIPE Lid"
        until(lambda: "the controller wants the recipe ?Lid?: " in plc.ask("?"))
        assert "Lid.json" in service.status().outputs.not_ready
        plc.close()


def test_a_line_of_text_changes_the_recipe_also_by_its_code(tmp_path: Path) -> None:
    with station(LineProtocol.TEXT, tmp_path) as (service, engine, port):
        plc = Terminal(port)
        assert plc.ask("RECIPE L-1") == "RECIPE L-1"
        quoted = "NOT READY the controller wants the recipe ?L-1?, in force is ?Cap?"  # Latin-1 has no such marks
        assert plc.ask("?") == quoted
        changed(service, "Lid")
        until(lambda: plc.ask("?") == "READY")
        assert plc.ask("T 1") == "1 TAKEN"
        assert plc.read() == "1 OK 0.2500"
        plc.send("A 1")
        assert engine.events[-1].recipe == "Lid"  # the engine's line must be the new one already
        assert plc.ask("RECIPE ") == "RECIPE REFUSED it names no recipe"
        plc.close()


def test_without_the_setting_nothing_is_changed(tmp_path: Path) -> None:
    with station(LineProtocol.TEXT, tmp_path, line_recipes=False) as (service, engine, port):
        plc = Terminal(port)
        assert plc.ask("RECIPE Lid") == "RECIPE REFUSED the settings do not let the controller change the recipe"
        assert plc.ask("T 1") == "1 TAKEN"
        assert engine.events[-1].recipe == ""
        assert service.take_change() is None
        plc.close()


def test_an_opc_ua_client_calls_change_recipe(tmp_path: Path) -> None:
    with station(LineProtocol.OPCUA, tmp_path) as (service, _, port):

        async def call(client: Client, name: object) -> list[Any]:
            return list(await client.get_node("ns=2;s=Line").call_method("2:ChangeRecipe", name))

        async def work() -> None:
            async with Client(f"opc.tcp://127.0.0.1:{port}", timeout=WAIT_S) as client:
                assert await call(client, ua.Variant("Lid", ua.VariantType.String)) == [True, ""]
                not_ready = await client.get_node("ns=2;s=Line.not_ready").read_value()
                assert not_ready == "the controller wants the recipe “Lid”, in force is “Cap”"
                with pytest.raises(ua.UaStatusCodeError):
                    await call(client, ua.Variant(7, ua.VariantType.UInt32))

        asyncio.run(work())
        changed(service, "Lid")


def test_while_a_part_is_inspected_the_recipe_stays() -> None:
    engine, now = FakeEngine(), [50.0]
    desk = LineDesk(engine, now_s=lambda: now[0])
    engine.subscribe(desk)
    desk.set_link(Link.UP)
    desk.follow_recipes(follows=True, in_force="Cap")
    desk.see(PlcInputs(enable=True))
    desk.see(PlcInputs(enable=True, trigger=True, trigger_id="1"))
    desk.see(PlcInputs(enable=True, recipe="Lid"))
    now[0] += 2 * SETTLED_S
    assert desk.recipe_due() == ""
    engine.inspect(engine.events[0], Verdict.PASS)
    assert desk.recipe_due() == "Lid"
