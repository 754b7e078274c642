"""The station's own settings: frozen, versioned; a bad key is reported and defaulted, never fatal."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from inspector.domain.about import About
from inspector.domain.backup import BackupEvery
from inspector.domain.broker import checked_broker
from inspector.domain.cluster import checked_cluster
from inspector.domain.database import checked_database
from inspector.domain.devices import ABOUT_DEVICE, ABOUT_PRECISION, DeviceKind, WantedPrecision
from inspector.domain.line_outputs import IoOptions
from inspector.domain.line_protocol import (
    ANSWER_LINE,
    NODE_ID,
    TRIGGER_LINE,
    LineOptions,
    LineProtocol,
    checked_answer_line,
    checked_node_id,
    checked_trigger_line,
)
from inspector.domain.listening import MODBUS, WEB_PAGE
from inspector.domain.picture_place import checked_picture_place
from inspector.domain.secret import checked_password
from inspector.domain.text import ADDRESS, ADDRESS_LIST, PERSON, PLACE, STATION
from inspector.scanner_settings import ScannerSettings

FORMAT_VERSION = 1
#: Settings that are addresses with a password in them.
ADDRESSES = ("forward_to", "publish_to")
_MODBUS_ASKED = (LineProtocol.MODBUS_CLIENT, LineProtocol.IO)
_OPCUA = (LineProtocol.OPCUA, LineProtocol.OPCUA_CLIENT)
_TEXT = (LineProtocol.TEXT, LineProtocol.SERIAL)


class Appearance(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    """Of what operators see."""

    SYSTEM = "system"
    ENGLISH = "en"
    GERMAN = "de"
    CHINESE = "zh"


class Settings(ScannerSettings):
    """Settings of one station; what belongs to a product is in its recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: int = FORMAT_VERSION
    station: Annotated[
        str, AfterValidator(STATION.checked), About("Name", description="stands in every row of the log")
    ] = "Station 1"
    only_signed: Annotated[
        bool,
        About(
            "Only signed recipes and models",
            description="what was changed by hand does not run; always so where people sign in",
        ),
    ] = False
    recipe: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About("Recipe", description="which is loaded at start", empty="the demo line"),
    ] = ""
    device: Annotated[DeviceKind, ABOUT_DEVICE] = DeviceKind.AUTO
    precision: Annotated[WantedPrecision, ABOUT_PRECISION] = WantedPrecision.AUTO
    log_path: Annotated[str, AfterValidator(PLACE.checked), About("Result log", empty="in the data folder")] = ""
    archive_path: Annotated[str, AfterValidator(PLACE.checked), About("Kept pictures", empty="in the data folder")] = ""
    forward_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_database),
        About(
            "Database",
            description="PostgreSQL that takes what is recorded, as postgresql://USER:PASSWORD@HOST/DATABASE",
            empty="nothing is sent",
        ),
    ] = ""
    publish_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_broker),
        About(
            "MQTT broker",
            description="takes results, counts and state, as mqtts://USER:PASSWORD@HOST/TOPIC",
            empty="nothing is published",
        ),
    ] = ""
    heads_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About(
            "Signed heads to",
            description="folder, best on another computer, for where the record ended: after each shift and run",
            empty="nowhere",
        ),
    ] = ""
    cluster: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_cluster),
        About(
            "Cluster",
            description="workers that judge folders and train, as tls://HOST:8786; local:2 starts two here",
            empty="none",
        ),
    ] = ""
    cluster_certificates: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About("Its certificates", description="folder with ca.pem, cert.pem and key.pem, for tls://", empty="none"),
    ] = ""
    pictures_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_picture_place),
        About(
            "Kept pictures to",
            description="folder of many stations, or s3://BUCKET/FOLDER; the database notes where each is",
            empty="they stay here",
        ),
    ] = ""
    appearance: Annotated[Appearance, About("Colours")] = Appearance.SYSTEM
    language: Annotated[
        Language, About("Language", description="of what operators see; record, log and exports are English")
    ] = Language.SYSTEM
    heatmap_opacity: Annotated[float, About("Heatmap opacity", description="0 to 1", low=0, high=1)] = 0.6
    heatmap_on_pass: Annotated[bool, About("Heatmap on passes too")] = False
    operator_text_percent: Annotated[
        int, About("Text of the operator view", unit="%", description="100 to 200", low=100, high=200)
    ] = 100
    scale_percent: Annotated[
        int,
        About(
            "Size of everything in the window",
            unit="%",
            description="100 to 200, from the next start; 200 suits 3840 × 2160 where the system does not scale",
            low=100,
            high=200,
        ),
    ] = 100
    shift_starts: Annotated[
        tuple[int, ...],
        Field(min_length=1, max_length=24),
        About("Shifts start at", description="hours, local time, with commas", low=0, high=23),
    ] = (6, 14, 22)
    serve: Annotated[
        bool,
        About("Page in the browser", description="board, results and pictures to judge, while this window is open"),
    ] = False
    serve_host: Annotated[
        str,
        AfterValidator(ADDRESS.checked),
        About("Address", description="127.0.0.1 is this computer alone; any other needs password, certificate and key"),
    ] = WEB_PAGE.host
    serve_port: Annotated[int, About("Port", low=1, high=65535)] = WEB_PAGE.port
    serve_names: Annotated[
        str,
        AfterValidator(ADDRESS_LIST.checked),
        About("Names", description="further ones by which browsers call this computer, with commas", empty="none"),
    ] = ""
    serve_password: Annotated[
        str,
        Field(repr=False),
        AfterValidator(checked_password),
        About("Password", description="kept apart from these settings, never shown again", empty="none"),
    ] = ""
    serve_certificate: Annotated[
        str, AfterValidator(PLACE.checked), About("Certificate", description="TLS, with its chain, PEM", empty="none")
    ] = ""
    serve_key: Annotated[
        str, AfterValidator(PLACE.checked), About("Its private key", description="PEM, no pass phrase", empty="none")
    ] = ""
    backup_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About("Backups to", description="a folder, best on another computer", empty="none are made"),
    ] = ""
    backup_every: Annotated[BackupEvery, About("Backed up", description="by the station itself, while it inspects")] = (
        BackupEvery.DAILY
    )
    backup_hour: Annotated[
        int, About("After the hour", low=0, high=23, description="local time; where the station is off then, later")
    ] = 2
    backup_keep: Annotated[
        int, About("Backups kept", low=1, high=1000, description="older ones of this station are removed")
    ] = 14
    backup_pictures: Annotated[bool, About("Kept pictures too", description="they take most of the room")] = False
    backup_keys: Annotated[
        bool, About("Passwords and key too", description="whoever reads the file can then act as this station")
    ] = False
    line_protocol: Annotated[
        LineProtocol, About("Line protocol", description="how the line's controller (PLC) triggers, and reads verdicts")
    ] = LineProtocol.OFF
    line_host: Annotated[
        str,
        Field(min_length=1),
        AfterValidator(ADDRESS.checked),
        About(
            "Line address",
            description="of this computer, where the controller asks; where the station asks, the controller's; "
            "serial: COM3, /dev/ttyUSB0",
            only=tuple(LineProtocol)[1:],
        ),
    ] = MODBUS.host
    line_port: Annotated[
        int | None,
        About(
            "Line port",
            low=1,
            high=65535,
            empty="the protocol's",
            description="Modbus TCP 5020, as client 502, I/O module 502, S7 102, text 5021, OPC UA 4840 unless set",
            only=tuple(protocol for protocol in LineProtocol if protocol.port),
        ),
    ] = None
    line_block: Annotated[
        int,
        About(
            "Data block",
            low=1,
            high=65535,
            description="number of the data block that holds the map",
            only=(LineProtocol.S7,),
        ),
    ] = 1
    line_slot: Annotated[
        int,
        About(
            "Slot",
            low=0,
            high=31,
            description="of the processor; 1 for S7-1200 and S7-1500, 2 for S7-300",
            only=(LineProtocol.S7,),
        ),
    ] = 1
    line_unit: Annotated[
        int,
        About("Unit", low=0, high=255, description="Modbus unit number of controller or module", only=_MODBUS_ASKED),
    ] = 1
    line_base: Annotated[
        int,
        About(
            "First register",
            low=0,
            high=65420,
            description="holding register with which the map begins in the controller",
            only=(LineProtocol.MODBUS_CLIENT,),
        ),
    ] = 0
    line_baud: Annotated[
        int,
        About("Serial speed", low=300, high=4_000_000, unit="baud", description="8N1", only=(LineProtocol.SERIAL,)),
    ] = 115_200
    line_trigger: Annotated[
        str,
        AfterValidator(checked_trigger_line),
        About("Trigger line", description="triggers; of {id} and {serial}", only=_TEXT),
    ] = TRIGGER_LINE
    line_answer: Annotated[
        str,
        AfterValidator(checked_answer_line),
        About("Answer line", description="tells a verdict; of {id}, {verdict} and {score}", only=_TEXT),
    ] = ANSWER_LINE
    line_nodes: Annotated[
        str,
        AfterValidator(checked_node_id),
        About(
            "Controller's nodes",
            description="their NodeIds; {name} stands for each name of the map",
            only=(LineProtocol.OPCUA_CLIENT,),
        ),
    ] = NODE_ID
    line_certificates: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About(
            "Line certificates",
            description="folder with cert.pem, key.pem, password.txt and trusted; needed beyond this computer",
            empty="none",
            only=_OPCUA,
        ),
    ] = ""
    line_recipes: Annotated[
        bool,
        About(
            "Controller's recipe",
            description="changes over to the recipe that the controller names; off: a part for another is an ERROR",
            only=tuple(protocol for protocol in LineProtocol if protocol not in {LineProtocol.OFF, LineProtocol.IO}),
        ),
    ] = False
    line_io: Annotated[IoOptions, About(only=(LineProtocol.IO,))] = IoOptions()
    sign_out_min: Annotated[
        float,
        About(
            "Sign out after",
            low=1,
            high=480,
            unit="min",
            description="minutes without a hand, where users are on; the line runs on",
        ),
    ] = 10.0
    reviewer: Annotated[
        str,
        AfterValidator(PERSON.checked),
        About("Reviewer", description="who reviewed last at this station", empty="nobody"),
    ] = ""

    @field_validator("*")
    @classmethod
    def _within_limits(cls, value: object, info: ValidationInfo) -> object:
        assert info.field_name is not None
        for about in cls.model_fields[info.field_name].metadata:
            if isinstance(about, About):
                for piece in value if isinstance(value, tuple) else (value,):
                    about.check(info.field_name, piece)
        return value

    @property
    def line_options(self) -> LineOptions:
        """What only some of the line's protocols need to know."""
        return LineOptions(
            block=self.line_block,
            slot=self.line_slot,
            unit=self.line_unit,
            base=self.line_base,
            baud=self.line_baud,
            trigger_line=self.line_trigger,
            answer_line=self.line_answer,
            certificates=self.line_certificates,
            nodes=self.line_nodes,
            io=self.line_io,
        )


def about_setting(name: str) -> About:
    """Return what is said of a setting; nothing for one that is none."""
    field = Settings.model_fields.get(name)
    metadata = field.metadata if field is not None else ()
    return next((about for about in metadata if isinstance(about, About)), About())
