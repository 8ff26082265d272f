EVENT_JOB_MAX_INSTANCES: int
EVENT_JOB_ERROR: int
EVENT_JOB_MISSED: int

class SchedulerEvent:
    code: int

class JobExecutionEvent(SchedulerEvent):
    job_id: str
    exception: BaseException | None
    traceback: str | None
