"""Folders of pictures: a batch of names becomes a table of rows, many at a time, in order, with flat memory."""

from __future__ import annotations

from inspector.batch.judge import Job, judge_files
from inspector.batch.listing import Listing, list_pictures
from inspector.batch.pipeline import in_order, judge_listing, worker_count
from inspector.batch.process import prepare_process
from inspector.batch.results import ResultTable
from inspector.batch.rows import Row

__all__ = [
    "Job",
    "Listing",
    "ResultTable",
    "Row",
    "in_order",
    "judge_files",
    "judge_listing",
    "list_pictures",
    "prepare_process",
    "worker_count",
]
