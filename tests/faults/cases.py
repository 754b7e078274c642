"""Every case of the harness, as data."""

from __future__ import annotations

from tests.faults.case_camera import CASES as CAMERA
from tests.faults.case_clock import CASES as CLOCK
from tests.faults.case_disks import CASES as DISKS
from tests.faults.case_files import CASES as FILES
from tests.faults.case_process import CASES as PROCESS
from tests.faults.case_training import CASES as TRAINING
from tests.faults.case_work import CASES as WORK

CASES = (*PROCESS, *DISKS, *FILES, *CAMERA, *CLOCK, *WORK, *TRAINING)
