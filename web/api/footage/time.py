"""The server's clock and zone, so that browsers show the site's time and not their own."""

from msgspec import Struct

from vms.domain.time import format_rfc3339
from web.http.state import Call, services_of


class SiteTime(Struct, frozen=True):
    """The present, and how far the site's clocks are ahead of UTC now."""

    now: str
    now_us: int
    zone: str
    zone_label: str
    offset_us: int


def time(request: Call) -> SiteTime:
    """The server's clock and the site's zone."""
    services = services_of(request)
    now_us, zone = services.clock.now_us(), services.zone
    return SiteTime(format_rfc3339(now_us), now_us, zone.name, zone.label, zone.offset_us(now_us))
