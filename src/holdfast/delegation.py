"""Handing out tasks to workers, as applications import it."""

from holdfast.execution.report import Answer, Done, Failed, NeedsHuman, Report
from holdfast.orchestration.delegation.delegate import delegate
from holdfast.orchestration.delegation.department import Department
from holdfast.orchestration.delegation.orchestrator import Orchestrator
from holdfast.orchestration.delegation.task import Task, TaskOutcome, TaskResult
from holdfast.orchestration.delegation.worker import Worker

__all__ = [
    "Answer",
    "Department",
    "Done",
    "Failed",
    "NeedsHuman",
    "Orchestrator",
    "Report",
    "Task",
    "TaskOutcome",
    "TaskResult",
    "Worker",
    "delegate",
]
