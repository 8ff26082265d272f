from collections.abc import Callable, Mapping
from datetime import datetime

from apscheduler.events import JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor

class Job:
    id: str

class BackgroundScheduler:
    def __init__(
        self,
        *,
        timezone: str = ...,
        executors: Mapping[str, ThreadPoolExecutor] = ...,
        job_defaults: Mapping[str, object] = ...,
    ) -> None: ...
    def add_job(
        self,
        func: Callable[[], object],
        trigger: str,
        *,
        id: str,  # noqa: A002  # the library's own name
        executor: str = "default",
        next_run_time: datetime | None = ...,
        seconds: int = ...,
        hour: int = ...,
    ) -> Job: ...
    def add_listener(self, callback: Callable[[JobExecutionEvent], object], mask: int) -> None: ...
    def start(self) -> None: ...
    def shutdown(self, *, wait: bool = True) -> None: ...
