"""What every request can reach: the services of this process, and who is asking."""

from dataclasses import dataclass
from typing import TypedDict

from prometheus_client import CollectorRegistry
from starlette.datastructures import FormData
from starlette.requests import Request

from playback.exports.export_folder import EXPORTS, ExportFolder
from playback.pictures.snapshot import Snapshots
from playback.stream.footage import Footage
from playback.timeline.lanes import Lanes
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.errors import NotFound, NotSignedIn
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import Clock
from vms.domain.user import User
from vms.host.settings import Settings
from web.access.auth import Authority
from web.http.client_address import client_address
from web.http.download_record import DownloadRecord
from web.http.held_uploads import HeldUploads
from web.http.rate_limit import RateLimit


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything that the web process was given; made once by the composition root.

    Attributes:
        footage: pieces and open files. snapshots: pictures of moments.
        version: of the software, shown on the help page and written into manifests.
    """

    settings: Settings
    storage: Storage
    clock: Clock
    footage: Footage
    snapshots: Snapshots
    version: str

    @property
    def exports(self) -> ExportFolder:
        """The folder of delivered clips, which the export worker fills."""
        return ExportFolder(self.settings.data_dir / EXPORTS)

    @property
    def lanes(self) -> Lanes:
        """What reads timelines."""
        return Lanes(self.storage, self.footage, self.clock)

    @property
    def zone(self) -> SiteZone:
        """The zone in which this site reads and writes times."""
        return SiteZone(self.settings.time_zone, self.settings.zone_label)


class AppState(TypedDict):
    """What the application's lifespan puts into every request's state."""

    services: WebServices
    authority: Authority
    picture_limit: RateLimit
    downloads: DownloadRecord
    held_uploads: HeldUploads
    registry: CollectorRegistry


Call = Request[AppState]
"""A request to this application."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and the digest that names their session in the database."""

    user: User
    session_digest: bytes


CALLER = "vms.caller"
CAMERA = "vms.camera"
FORM = "vms.form"
BODY = "vms.body"


def services_of(request: Call) -> WebServices:
    """Return the services of this process."""
    return request.state["services"]


def authority_of(request: Call) -> Authority:
    """Return what checks passwords and sessions."""
    return request.state["authority"]


def picture_limit_of(request: Call) -> RateLimit:
    """Return what bounds the pictures that one person has decoded."""
    return request.state["picture_limit"]


def downloads_of(request: Call) -> DownloadRecord:
    """Return what knows which downloads are in the audit record already."""
    return request.state["downloads"]


def held_uploads_of(request: Call) -> HeldUploads:
    """Return what holds uploaded files between two pages."""
    return request.state["held_uploads"]


def registry_of(request: Call) -> CollectorRegistry:
    """Return the measurements of this process."""
    return request.state["registry"]


def caller_of(request: Call) -> Caller | None:
    """Return who is asking, or None where nobody is signed in (on public routes only)."""
    caller: Caller | None = request.scope.get(CALLER)
    return caller


def user_of(request: Call) -> User:
    """Return the signed-in person.

    Raises:
        NotSignedIn: nobody is; cannot happen on a route that needs a right.
    """
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn("sign in first")
    return caller.user


def session_digest_of(request: Call) -> bytes:
    """Return the digest that names the caller's session.

    Raises:
        NotSignedIn: nobody is signed in; cannot happen on a route that needs a right.
    """
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn("sign in first")
    return caller.session_digest


def path_camera(request: Call) -> Camera:
    """Return the camera that the path names, as it was when the caller's right to it was checked.

    Raises:
        NotFound: the route names none.
    """
    camera: Camera | None = request.scope.get(CAMERA)
    if camera is None:
        raise NotFound("there is no camera at this address")
    return camera


def form_of(request: Call) -> FormData:
    """Return the form that was sent; empty on requests without one."""
    form: FormData = request.scope.get(FORM, FormData())
    return form


def json_of(request: Call) -> object:
    """Return the JSON that was sent, or None on requests without any."""
    body: object = request.scope.get(BODY)
    return body


def address_of(request: Call) -> str:
    """Return the network address of the person's device."""
    peer = request.client.host if request.client is not None else None
    proxies = services_of(request).settings.trusted_proxies
    # A proxy may add a line of its own in place of going on with the client's: the right end is the last line's.
    return client_address(peer, ",".join(request.headers.getlist("x-forwarded-for")), proxies)
