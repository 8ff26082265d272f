"""Opens the database and hands out its stores: the one way in for every other package."""

from dataclasses import dataclass

from storage.access.audit_log import AuditLog
from storage.access.session_store import SessionStore, SignInAttempts
from storage.access.user_store import UserStore
from storage.cameras.camera_secrets import CameraSecrets
from storage.cameras.camera_store import CameraStore
from storage.evidence.export_store import ExportStore
from storage.footage.index_writer import IndexWriter
from storage.footage.many_streams import MultiStreamIndex
from storage.footage.segment_index import SegmentIndex
from storage.holds.hold_links import HoldLinks
from storage.holds.hold_store import HoldStore, LeaseStore
from storage.installation.meta import MetaStore
from storage.personal.bookmarks import BookmarkStore
from storage.personal.own_settings import FavouriteStore, PreferenceStore, ResumePointStore
from storage.personal.saved_views import SavedViewStore
from storage.sql.database import Database
from storage.volumes.volume_access import VolumeAccess
from storage.volumes.volume_store import VolumeStore
from vms.domain.errors import VmsError
from vms.domain.time import Clock
from vms.host.secret_key import KeyFiles


@dataclass(frozen=True, slots=True)
class Storage:
    """The stores of one database; safe to share between threads, to be closed once.

    Every method of every store raises IndexUnavailable where the database does not answer, and then changed nothing.
    """

    database: Database
    meta: MetaStore
    cameras: CameraStore
    segments: SegmentIndex
    many_streams: MultiStreamIndex
    index_writer: IndexWriter
    volumes: VolumeStore
    volume_access: VolumeAccess
    hold_links: HoldLinks
    holds: HoldStore
    leases: LeaseStore
    exports: ExportStore
    users: UserStore
    sessions: SessionStore
    sign_in_attempts: SignInAttempts
    audit: AuditLog
    bookmarks: BookmarkStore
    saved_views: SavedViewStore
    resume_points: ResumePointStore
    favourites: FavouriteStore
    preferences: PreferenceStore

    def close(self) -> None:
        """Close the database's connections and every open volume."""
        self.volume_access.close()
        self.database.close()


def open_storage(
    database_url: str, clock: Clock, *, secret_key: KeyFiles | bytes | None, read_only: bool = False
) -> Storage:
    """Open a database of this program's revision (`storage.installation.migrate.require_head`) and return its stores.

    Args:
        database_url: `sqlite:///path` or `postgresql+psycopg://…`.
        clock: stamps whatever is stored.
        secret_key: what camera passwords are encrypted with, files or 32 bytes; None where nobody needs one.
        read_only: refuse every write, whoever asks.

    Raises:
        IndexUnavailable: the database does not answer or is damaged.
        SettingsError: the URL or the key is unusable.
    """
    secrets = CameraSecrets(secret_key)
    database = Database(database_url, read_only=read_only)
    meta = MetaStore(database)
    volumes = VolumeStore(database, clock)
    try:
        database_uuid = meta.database_uuid()
    except VmsError:
        database.close()
        raise
    volume_access = VolumeAccess(database_uuid)
    hold_links = HoldLinks(database, volumes, volume_access)
    return Storage(
        database=database,
        meta=meta,
        cameras=CameraStore(database, clock, secrets),
        segments=SegmentIndex(database),
        many_streams=MultiStreamIndex(database),
        index_writer=IndexWriter(database),
        volumes=volumes,
        volume_access=volume_access,
        hold_links=hold_links,
        holds=HoldStore(database, clock, hold_links),
        leases=LeaseStore(database, clock),
        exports=ExportStore(database, clock),
        users=UserStore(database, clock),
        sessions=SessionStore(database, clock),
        sign_in_attempts=SignInAttempts(database),
        audit=AuditLog(database, clock),
        bookmarks=BookmarkStore(database, clock),
        saved_views=SavedViewStore(database, clock),
        resume_points=ResumePointStore(database, clock),
        favourites=FavouriteStore(database, clock),
        preferences=PreferenceStore(database),
    )
