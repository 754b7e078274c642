"""The settings of a code scanner, a part of the station's."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel

from inspector.domain.about import About
from inspector.domain.scanner import (
    RECIPE_CODE,
    ScannerKind,
    ScanUse,
    checked_code_pattern,
    checked_lot_code,
    checked_scanner_address,
)

_SCANNERS = (ScannerKind.SERIAL, ScannerKind.TCP, ScannerKind.KEYBOARD)


class ScannerSettings(BaseModel):
    """How a scanner is reached, and what its codes are for."""

    scanner: Annotated[
        ScannerKind, About("Code scanner", description="reads the code of the next part, or of a recipe")
    ] = ScannerKind.OFF
    scanner_address: Annotated[
        str,
        AfterValidator(checked_scanner_address),
        About(
            "Scanner's address",
            description="serial: COM4, /dev/ttyUSB0; TCP: HOST:PORT of the scanner",
            empty="none",
            only=(ScannerKind.SERIAL, ScannerKind.TCP),
        ),
    ] = ""
    scanner_baud: Annotated[
        int,
        About("Scanner's speed", low=300, high=4_000_000, unit="baud", description="8N1", only=(ScannerKind.SERIAL,)),
    ] = 9600
    scanner_gap_ms: Annotated[
        int,
        About(
            "Keys at most apart",
            low=5,
            high=500,
            unit="ms",
            description="slower keys are typed by hand; typing is delayed by as much",
            only=(ScannerKind.KEYBOARD,),
        ),
    ] = 50
    scanner_use: Annotated[ScanUse, About("A code", only=_SCANNERS)] = ScanUse.PART
    scanner_pattern: Annotated[
        str,
        AfterValidator(checked_code_pattern),
        About(
            "Codes match",
            description="regular expression for the whole code; (?P<serial>…) is what counts of it",
            empty="any code",
            only=_SCANNERS,
        ),
    ] = ""
    scanner_within_s: Annotated[
        float,
        About(
            "Part within",
            low=0.1,
            high=86_400,
            unit="s",
            description="s after its code at most, else the code is not used",
            only=(ScanUse.PART, ScanUse.EITHER),
        ),
    ] = 30.0
    scanner_lot: Annotated[
        str,
        AfterValidator(checked_lot_code),
        About(
            "Begins a lot",
            description="a code; * stands for the lot's number, as in LOT:*",
            empty="no code",
            only=_SCANNERS,
        ),
    ] = ""
    scanner_lot_end: Annotated[
        str,
        AfterValidator(RECIPE_CODE.checked),
        About("Ends the lot", description="a code, as in LOT-END", empty="no code", only=_SCANNERS),
    ] = ""
