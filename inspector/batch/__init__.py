"""Folders of pictures: a batch of names becomes a table of rows, many at a time, in order, with flat memory."""

from __future__ import annotations

from inspector.batch.compare import Comparison, flips
from inspector.batch.copies import CopyStep, sorted_copies
from inspector.batch.export import ExportError, Step, export_csv, export_excel
from inspector.batch.judge import Job, judge_files
from inspector.batch.labels import FolderLabels, Label, LabelsError, TableLabels, read_labels
from inspector.batch.listing import Listing, list_pictures
from inspector.batch.pipeline import in_order, judge_listing, worker_count
from inspector.batch.process import prepare_process
from inspector.batch.progress import RunProgress
from inspector.batch.reader import ResultReader, ResultsError, read_table
from inspector.batch.record import Judge, RunError, RunRecord
from inspector.batch.report import heatmap_fault, write_report
from inspector.batch.results import ResultTable
from inspector.batch.rows import Row, find_picture
from inspector.batch.run_state import BatchRun, read_run
from inspector.batch.runs import BatchRequest, BatchRuns
from inspector.batch.survey import Survey, labels_for, survey
from inspector.batch.table import BatchTable, Filter, Sort, SortKey

__all__ = [
    "BatchRequest",
    "BatchRun",
    "BatchRuns",
    "BatchTable",
    "Comparison",
    "CopyStep",
    "ExportError",
    "Filter",
    "FolderLabels",
    "Job",
    "Judge",
    "Label",
    "LabelsError",
    "Listing",
    "ResultReader",
    "ResultTable",
    "ResultsError",
    "Row",
    "RunError",
    "RunProgress",
    "RunRecord",
    "Sort",
    "SortKey",
    "Step",
    "Survey",
    "TableLabels",
    "export_csv",
    "export_excel",
    "find_picture",
    "flips",
    "heatmap_fault",
    "in_order",
    "judge_files",
    "judge_listing",
    "labels_for",
    "list_pictures",
    "prepare_process",
    "read_labels",
    "read_run",
    "read_table",
    "sorted_copies",
    "survey",
    "worker_count",
    "write_report",
]
