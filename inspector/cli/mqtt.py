"""``inspector publish`` and ``inspector mqtt``: what is recorded is published at an MQTT broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_beside,
    add_json,
    add_places,
    beside,
    emit,
    home_of,
    say,
    settings_of,
    stop_signals,
)
from inspector.cli.sending import filled_address, forget, log_of, print_refused, refused_fields, say_added
from inspector.cli.sign_in import needs
from inspector.domain.counts import counted
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.mqtt.address import BrokerAddress

_ADDRESS = "mqtts://USER:***@HOST/TOPIC; the *** is asked for, on the terminal or from stdin"


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add both."""
    publish = commands.add_parser(
        "publish",
        help="publish what is recorded at the MQTT broker",
        description="Publish what the log has recorded since the broker of the settings was connected, with the lot's "
        "counts and the station's state, beside a running station, and go on. What cannot be published waits in the "
        "log; the station is never held up.",
        epilog="Exit codes: 0 stopped, or no broker is set any more; 1 error; 2 usage.",
    )
    publish.add_argument("--once", action="store_true", help="publish what waits, then end")
    add_beside(publish)
    add_places(publish, log=True)
    add_json(publish, "with --once: one JSON object on stdout")
    publish.set_defaults(command=run)
    group = commands.add_parser("mqtt", help="the MQTT broker: connect, test, status, schema").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    connect = group.add_parser("connect", help="publish what is recorded from now on at a broker")
    connect.add_argument("address", help=_ADDRESS)
    connect.set_defaults(command=connect_to)
    disconnect = group.add_parser("disconnect", help="publish nothing any more, and forget what waits")
    disconnect.set_defaults(command=disconnect_from)
    history = group.add_parser("history", help="publish what was recorded before the broker was connected too")
    history.set_defaults(command=publish_history)
    test = group.add_parser("test", help="connect and publish once, and say what fails")
    test.add_argument("address", nargs="?", help=f"{_ADDRESS} (default: the setting)")
    test.set_defaults(command=test_connection)
    status = group.add_parser("status", help="how far publishing is, what is wrong, what was refused")
    status.set_defaults(command=show_status)
    schema = group.add_parser("schema", help="the JSON Schema of what is published")
    schema.set_defaults(command=show_schema)
    for parser in (connect, disconnect, history):
        needs(parser, Permission.SETTINGS)
    for parser in (connect, disconnect, history, test, status):
        add_places(parser, log=True)
        add_json(parser)
    add_places(schema)


def run(parsed: argparse.Namespace) -> int:
    """Publish until a signal."""
    import os

    from inspector.mqtt.faults import BrokerError
    from inspector.mqtt.publisher import Publisher
    from inspector.mqtt.status import publish_path
    from inspector.runs.processes import step_back
    from inspector.sending.status import only_sender

    home, log = home_of(parsed), log_of(parsed)
    if not settings_of(home).publish_to:
        raise BrokerError("no broker is set", "Name one: Settings → Network, or “inspector mqtt connect ADDRESS”.")
    step_back(os.getpid())
    publisher = Publisher(home.root, log, lambda: settings_of(home), beside(parsed))
    with only_sender(publish_path(log), log), stop_signals() as stop:
        if parsed.once:
            publisher.run_once(stop)
        else:
            say("what is recorded is being published; Ctrl-C stops it")
            publisher.run(stop)
    if parsed.once and parsed.json:
        emit({"published": publisher.sent})
    elif parsed.once:
        print(f"{counted(publisher.sent, 'row')} published")
    return EXIT_OK


def connect_to(parsed: argparse.Namespace) -> int:
    """Set the broker, and have what is recorded wait for it."""
    from inspector.outputs.outbox import MQTT, Outbox
    from inspector.settings_file import save_settings

    home, log = home_of(parsed), log_of(parsed)
    typed = filled_address(parsed.address)
    address = _address_of(parsed, typed)
    save_settings(settings_of(home).model_copy(update={"publish_to": typed}), home.settings)
    if log.is_file():
        Outbox(log, MQTT).subscribe()
    if parsed.json:
        emit({"broker": address.shown})
    else:
        print(f"what is recorded from now on is published at {address.shown}, once the station runs")
    return EXIT_OK


def disconnect_from(parsed: argparse.Namespace) -> int:
    """Set no broker, and forget what waits."""
    from inspector.outputs.outbox import MQTT

    forget(parsed, "publish_to", (MQTT,), ended="nothing is published any more")
    return EXIT_OK


def publish_history(parsed: argparse.Namespace) -> int:
    """Have everything in the log wait."""
    from inspector.outputs.outbox import MQTT, Outbox

    outbox = Outbox(log_of(parsed), MQTT)
    outbox.subscribe()
    will = "to be published; receivers know by the id those that they have already"
    say_added(parsed, outbox.add_all(), will=will)
    return EXIT_OK


def test_connection(parsed: argparse.Namespace) -> int:
    """Connect, publish once, and say how it went."""
    from inspector.mqtt.publisher import try_broker

    address = _address_of(parsed, filled_address(parsed.address) if parsed.address else None)
    topic, encryption = try_broker(address, settings_of(home_of(parsed)).station)
    if parsed.json:
        emit({"broker": address.shown, "topic": topic, "encryption": encryption})
    else:
        print(f"{address.shown}: connected ({encryption or 'not encrypted'}); may publish under {topic}")
    return EXIT_OK


def show_status(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector.domain.secret import masked
    from inspector.mqtt.status import publish_faults, read_publish
    from inspector.outputs.outbox import MQTT, Outbox
    from inspector.sending.status import rows_summary

    log = log_of(parsed)
    status, outbox = read_publish(log), Outbox(log, MQTT)
    waiting, aside = (outbox.waiting(), outbox.set_aside()) if log.is_file() else (0, [])
    faults = publish_faults(status) if status is not None else []
    if parsed.json:
        said = status.model_dump(mode="json") if status is not None else None
        emit({"waiting": waiting, "set_aside": refused_fields(aside), "faults": faults, "last_said": said})
        return EXIT_OK
    print(f"Broker: {masked(settings_of(home_of(parsed)).publish_to) or 'none is set'}")
    print(f"Waiting in the log: {waiting:,}")
    print(rows_summary(status) if status is not None else "Nothing was ever published from here.")
    for fault in faults:
        print(fault)
    print_refused(aside)
    return EXIT_OK


def show_schema(_: argparse.Namespace) -> int:
    """Show the schemas, by the last level of the topic."""
    from inspector.mqtt.messages import schemas

    emit(schemas())
    return EXIT_OK


def _address_of(parsed: argparse.Namespace, typed: str | None) -> BrokerAddress:
    from inspector.mqtt.address import BrokerAddress
    from inspector.mqtt.faults import BrokerError

    home = home_of(parsed)
    text = typed or settings_of(home).publish_to
    if not text:
        raise BrokerError("no broker is set", "Name one: its address behind the command, or “inspector mqtt connect”.")
    return BrokerAddress.of(text, home.root)
