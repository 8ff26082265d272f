"""Times as an administrator types them on a command line: in the site's zone, or with an offset."""

from vms.cli.environment import Environment
from vms.domain.errors import InvalidInput
from vms.domain.moments.site_time import SiteZone
from vms.domain.moments.typed_time import parse_typed_time
from vms.domain.time import TimeRange


def typed_range(env: Environment, from_text: str, to_text: str, *, until_us: int | None = None) -> TimeRange:
    """Return the range between two typed times, the second on the first one's day unless it names another.

    Args:
        env: whose zone and clock are meant. from_text, to_text: as typed.
        until_us: a later end becomes this.

    Raises:
        InvalidInput: a text is no time, or the end is not later than the start.
    """
    now_us = env.clock.now_us()
    zone = SiteZone(env.settings.time_zone, env.settings.zone_label)
    today = zone.day_of(now_us)
    start_us = parse_typed_time(from_text, zone=zone, day=today, now_us=now_us, field="from")
    end_us = parse_typed_time(to_text, zone=zone, day=zone.day_of(start_us), now_us=now_us, field="to")
    if until_us is not None:
        end_us = min(end_us, until_us)
    if end_us <= start_us:
        raise InvalidInput("--to must be later than --from", field="to")
    return TimeRange(start_us, end_us)
