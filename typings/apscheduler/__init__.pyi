# The few names of APScheduler 3.11 that vms.scheduler uses; the library ships no types.
