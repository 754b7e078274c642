"""The OPC UA server against asyncua's own client: what a controller may do, and who is not let in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.domain.records import Verdict
from inspector.line.adapters import LineError, connect
from inspector.line.desk import Link
from inspector.line.opcua_access import access_of
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.line.simulator import SimulatedPlc, simulate
from inspector.settings import Settings
from tests.line.certificates import PASSWORD, make_folder, trust
from tests.line.engines import FakeEngine
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until


class Station:
    """A station without pictures that answers on a port."""

    def __init__(self, certificates: str = "") -> None:
        self.port = free_port()
        verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
        self.engine = FakeEngine(lambda event: verdicts[int(event.id) % 3])
        settings = Settings(line_protocol=LineProtocol.OPCUA, line_port=self.port, line_certificates=certificates)
        self.service = LineService(self.engine, settings=lambda: settings)
        self.service.start()
        until(lambda: "no controller has asked yet" in self.service.status().why)

    def plain(self, timeout_s: float = WAIT_S) -> Client:
        return Client(f"opc.tcp://127.0.0.1:{self.port}", timeout=timeout_s)


@pytest.fixture(scope="module")
def station() -> Iterator[Station]:
    """Its tests use ids of their own: making the nodes takes seconds."""
    station = Station()
    yield station
    station.service.stop()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, Path]]:
    """A station, and the folder of a controller that it trusts."""
    root = tmp_path_factory.mktemp("secured")
    make_folder(root / "station")
    make_folder(root / "controller")
    trust(root / "station", root / "controller")
    trust(root / "controller", root / "station")
    station = Station(str(root / "station"))
    yield station, root / "controller"
    station.service.stop()


def with_client(station: Station, work: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with station.plain() as client:
            await work(client)

    asyncio.run(run())


async def trigger(client: Client, part: int, serial: str = "", recipe: str = "") -> list[Any]:
    texts = (ua.Variant(text, ua.VariantType.String) for text in (serial, recipe))
    folder = client.get_node("ns=2;s=Line")
    return list(await folder.call_method("2:Trigger", ua.Variant(part, ua.VariantType.UInt32), *texts))


async def acknowledge(client: Client, part: int) -> bool:
    folder = client.get_node("ns=2;s=Line")
    return bool(await folder.call_method("2:Acknowledge", ua.Variant(part, ua.VariantType.UInt32)))


async def enable(client: Client, *, level: bool = True) -> None:
    await client.get_node("ns=2;s=Line.enable").write_value(ua.DataValue(ua.Variant(level, ua.VariantType.Boolean)))


async def value(client: Client, name: str) -> Any:
    return await client.get_node(f"ns=2;s=Line.{name}").read_value()


def events(station: Station, part: str) -> list[str]:
    return [event.missed for event in station.engine.events if event.id == part]


def test_one_part_by_methods_and_a_call_that_is_repeated_is_one_trigger(station: Station) -> None:
    async def work(client: Client) -> None:
        await enable(client)
        assert await value(client, "ready")
        assert await trigger(client, 1000, "SN-7") == [True, ""]
        assert await trigger(client, 1000, "SN-7") == [True, ""]
        assert [
            await value(client, name) for name in ("valid", "result_id", "result_code", "score", "trigger_echo")
        ] == [
            True,
            1000,
            2,
            2500,
            1000,
        ]
        assert not await acknowledge(client, 999)  # another part's
        assert await value(client, "valid")
        assert await acknowledge(client, 1000)
        assert not await acknowledge(client, 1000)
        assert [await value(client, name) for name in ("valid", "result_id", "result_code")] == [False, 0, 0]

    with_client(station, work)
    assert events(station, "1000") == [""]
    assert [event.part_serial for event in station.engine.events if event.id == "1000"] == ["SN-7"]


def test_a_trigger_that_is_not_taken_says_why_and_has_its_row(station: Station) -> None:
    async def work(client: Client) -> None:
        await enable(client, level=False)
        assert await trigger(client, 1001) == [False, "the controller has not set Enable"]
        assert await value(client, "missed_id") == 1001
        assert not await value(client, "valid")

    with_client(station, work)
    assert events(station, "1001") == ["the controller has not set Enable"]


def test_nothing_but_enable_can_be_written_and_no_node_be_made(station: Station) -> None:
    async def work(client: Client) -> None:
        for name, variant in (("result_code", ua.VariantType.UInt16), ("valid", ua.VariantType.Boolean)):
            with pytest.raises(ua.UaStatusCodeError):
                await client.get_node(f"ns=2;s=Line.{name}").write_value(ua.DataValue(ua.Variant(1, variant)))
        with pytest.raises(ua.UaStatusCodeError):
            await enable_as_number(client)
        with pytest.raises((ua.UaStatusCodeError, TimeoutError, ConnectionError)):
            await client.nodes.objects.add_object(2, "mine")

    async def enable_as_number(client: Client) -> None:
        await client.get_node("ns=2;s=Line.enable").write_value(ua.DataValue(ua.Variant(7, ua.VariantType.UInt16)))

    with_client(station, work)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [ua.Variant("41", ua.VariantType.String)] * 3,
        [ua.Variant(1, ua.VariantType.UInt32), ua.Variant("x" * 33, ua.VariantType.String), ua.Variant("")],
        [ua.Variant(-1, ua.VariantType.Int32), ua.Variant(""), ua.Variant("")],
    ],
)
def test_a_call_with_other_values_is_refused_and_is_no_trigger(station: Station, arguments: list[ua.Variant]) -> None:
    before = len(station.engine.events)

    async def work(client: Client) -> None:
        with pytest.raises(ua.UaStatusCodeError):
            await client.get_node("ns=2;s=Line").call_method("2:Trigger", *arguments)

    with_client(station, work)
    assert len(station.engine.events) == before


def test_who_subscribes_is_told_of_a_result_without_asking(station: Station) -> None:
    class Told:
        def __init__(self) -> None:
            self.codes: list[int] = []
            self.come = asyncio.Event()

        def datachange_notification(self, _node: object, code: int, _data: object) -> None:
            self.codes.append(code)
            if code:
                self.come.set()

    async def work(client: Client) -> None:
        told = Told()
        subscription = await client.create_subscription(20, told)
        await subscription.subscribe_data_change(client.get_node("ns=2;s=Line.result_code"))
        await enable(client)
        assert (await trigger(client, 1202))[0]
        await asyncio.wait_for(told.come.wait(), WAIT_S)
        assert told.codes[-1] == 3
        assert await acknowledge(client, 1202)

    with_client(station, work)


def test_fifty_parts_each_have_their_own_verdict_and_a_silent_controller_is_gone(station: Station) -> None:
    link = connect(LineProtocol.OPCUA, "127.0.0.1", station.port)
    plc = SimulatedPlc((str(number) for number in range(1, 51)), serial=lambda part: f"SN-{part}")
    parts = list(simulate(link, plc, stop=lambda _: False, say=pytest.fail, poll_s=0.0))
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (str(number), 1 + number % 3) for number in range(1, 51)
    ]
    told = [(event.id, event.part_serial) for event in station.engine.events if int(event.id) <= 50]
    assert told == [(str(number), f"SN-{number}") for number in range(1, 51)]
    link.exchange(PlcInputs(enable=True))
    until(lambda: station.service.status().link is Link.LOST)
    assert "the controller has asked nothing since" in station.service.status().fault
    assert link.exchange(PlcInputs(enable=True)).ready
    assert station.service.status().link is Link.UP
    link.exchange(PlcInputs())
    until(lambda: station.service.status().link is Link.WAITING)
    assert link.look().online
    assert station.service.status().link is Link.WAITING  # who only reads is no controller
    link.close()


def test_a_port_that_is_taken_is_said_and_other_addresses_need_certificates() -> None:
    def said(settings: Settings) -> str:
        service = LineService(FakeEngine(), settings=lambda: settings)
        service.start()
        until(lambda: service.status().fault)
        fault = service.status().fault
        service.stop()
        return fault

    opcua: dict[str, Any] = {"line_protocol": LineProtocol.OPCUA}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        assert f"OPC UA cannot listen on 127.0.0.1:{port}" in said(Settings(line_port=port, **opcua))
    assert "192.0.2.1 is beyond this computer" in said(Settings(line_host="192.0.2.1", **opcua))


def test_a_trusted_controller_inspects_over_the_encrypted_connection(secured: tuple[Station, Path]) -> None:
    station, folder = secured
    link = connect(LineProtocol.OPCUA, "127.0.0.1", station.port, LineOptions(certificates=str(folder)))
    parts = list(simulate(link, SimulatedPlc(iter(["4"])), stop=lambda _: False, say=pytest.fail, poll_s=0.0))
    assert [(part.id, part.result and part.result.code) for part in parts] == [("4", 2)]
    link.close()


@pytest.mark.parametrize("wrong", ["certificate", "password", "station"])
def test_a_wrong_certificate_or_password_is_not_let_in(
    secured: tuple[Station, Path], tmp_path: Path, wrong: str
) -> None:
    station, known = secured
    folder = tmp_path / "controller"
    make_folder(folder)
    if wrong != "certificate":
        for name in ("cert.pem", "key.pem"):
            (folder / name).write_bytes((known / name).read_bytes())
    trust(folder, folder if wrong == "station" else known.parent / "station")
    if wrong == "password":
        (folder / "password.txt").write_text("line:something-else\n", encoding="utf-8")
    before = set(station.service.status().times)
    link = connect(LineProtocol.OPCUA, "127.0.0.1", station.port, LineOptions(certificates=str(folder)))
    with pytest.raises(
        LineError, match="is not trusted here" if wrong == "station" else "does not let this controller in"
    ):
        link.exchange(PlcInputs(enable=True, trigger=True, trigger_id="5"))
    link.close()
    assert events(station, "5") == []
    assert set(station.service.status().times) == before


def test_without_encryption_nothing_is_answered_but_where_it_is(secured: tuple[Station, Path]) -> None:
    station, _ = secured

    async def run() -> None:
        endpoints = await station.plain().connect_and_get_server_endpoints()
        assert {endpoint.SecurityPolicyUri for endpoint in endpoints} == {SecurityPolicyBasic256Sha256.URI}
        client = station.plain()
        await client.connect_socket()
        try:
            await client.send_hello()
            await client.open_secure_channel()
            with suppress(
                ua.UaError
            ):  # there is one now; the client alone finds that no endpoint is without encryption
                await client.create_session()
            with pytest.raises(ua.UaStatusCodeError):
                await value(client, "result_code")
            with pytest.raises(ua.UaStatusCodeError):
                await call(client)
        finally:
            client.disconnect_socket()

    async def call(client: Client) -> None:
        texts = [ua.Variant("", ua.VariantType.String)] * 2
        request = ua.CallMethodRequest(
            ObjectId=ua.NodeId.from_string("ns=2;s=Line"),
            MethodId=ua.NodeId.from_string("ns=2;s=Line.Trigger"),
            InputArguments=[ua.Variant(6, ua.VariantType.UInt32), *texts],
        )
        (await client.uaclient.call([request]))[0].StatusCode.check()

    asyncio.run(run())
    assert events(station, "6") == []


def test_a_channel_of_an_unknown_certificate_does_not_open(secured: tuple[Station, Path], tmp_path: Path) -> None:
    station, known = secured
    folder = tmp_path / "stranger"
    make_folder(folder)

    async def run() -> None:
        client = station.plain(timeout_s=5)  # nobody may answer
        client.application_uri = "urn:stranger"
        await client.set_security(
            SecurityPolicyBasic256Sha256,
            folder / "cert.pem",
            folder / "key.pem",
            server_certificate=str(known.parent / "station" / "cert.pem"),
        )
        await client.connect_socket()
        try:
            await client.send_hello()
            with pytest.raises((ua.UaError, TimeoutError, ConnectionError)):
                await client.open_secure_channel()
        finally:
            client.disconnect_socket()

    asyncio.run(run())


def test_a_job_of_machine_vision_needs_the_same_certificate_and_password(secured: tuple[Station, Path]) -> None:
    station, folder = secured
    machine = "ns=2;s=VisionSystem.VisionStateMachine"

    async def run(password: str) -> int:
        client = station.plain()
        client.application_uri = "urn:controller"
        client.set_user("line")
        client.set_password(password)
        certificate = folder.parent / "station" / "cert.pem"
        await client.set_security(
            SecurityPolicyBasic256Sha256, folder / "cert.pem", folder / "key.pem", server_certificate=str(certificate)
        )
        async with client:
            arguments = (ua.Variant(0, ua.VariantType.Int32), ua.Variant("", ua.VariantType.String))
            method = ua.NodeId.from_string(f"{machine}.Reset")
            return int(await client.get_node(machine).call_method(method, *arguments))

    assert asyncio.run(run(PASSWORD)) == 0
    with pytest.raises(ua.UaStatusCodeError):
        asyncio.run(run("something-else"))


@pytest.mark.parametrize("name", ["cert.pem", "key.pem", "password.txt", "trusted"])
def test_what_the_folder_lacks_is_named(tmp_path: Path, name: str) -> None:
    make_folder(tmp_path / "side")
    trust(tmp_path / "side", tmp_path / "side")
    path = tmp_path / "side" / name
    if path.is_dir():
        (path / "side.pem").unlink()
    else:
        path.unlink()
    with pytest.raises(LineError, match=name):
        access_of("127.0.0.1", str(tmp_path / "side"))


def test_a_password_that_others_read_or_guess_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "side")
    trust(tmp_path / "side", tmp_path / "side")
    path = tmp_path / "side" / "password.txt"
    path.write_text("line:short", encoding="utf-8")
    with pytest.raises(LineError, match="are the least"):
        access_of("127.0.0.1", str(tmp_path / "side"))
    path.chmod(0o644)
    with pytest.raises(LineError, match="others may read"):
        access_of("127.0.0.1", str(tmp_path / "side"))
