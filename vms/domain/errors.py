"""The whole tree of errors that Siring raises on purpose.

    VmsError
      NotFound                 the named thing does not exist (or the caller may not know that it does)
      Purged                   it existed, and was deleted by retention
      Conflict                 the request contradicts the present state
      InvalidInput             a value given by a person or program is unusable
        UnclearLogin           a camera's address holds more than one login
        UnusableCharacter      a camera's address holds a character that hides where its login ends; carries it
        UnreadableTime         a typed time is none, or one that no clock shows; carries which
      PermissionDenied         the caller is known but lacks the right
        ForeignPage            a change was asked for by a page of another name
        CookieLost             no cookie came back with the form
        NotSignedIn            the caller is not known
        TooManyAttempts        the caller is throttled; carries how long to wait
      SettingsError            the settings file or environment is unusable
      AlreadyRunning           another process runs this service on this data folder or database
      SchemaMismatch           the database's revision is not the one this program needs
      StorageError
        VolumeUnavailable      missing, read-only, wrong identity, or not answering
        VolumeFull             no bytes, or no inodes, left
        IndexUnavailable       the database does not answer or is damaged
        IndexMismatch          files and rows contradict each other
      MediaError
        MalformedMedia         bytes are not the media they should be
          UnreadableSource     those of a recorded file that a clip is made of; carries which
        FootageAltered         recorded files are not what was recorded
        FfmpegFailed           an ffmpeg process ended badly
        ProbeFailed            a camera or file could not be examined; carries the cause
        NothingRecorded        the asked range holds no footage
      ExportCancelled          somebody asked the job to stop

`web/http/errors.py` alone maps these to HTTP statuses, `vms/cli` alone to exit codes.
"""


class VmsError(Exception):
    """Root of the tree; its text is fit for a person and never holds a secret."""


class NotFound(VmsError):
    """The named thing does not exist, or the caller may not know that it does."""


class Purged(VmsError):
    """The footage existed and was deleted by retention."""


class Conflict(VmsError):
    """The request contradicts the present state."""


class InvalidInput(VmsError):
    """A value given by a person or program is unusable.

    Attributes:
        field: name of the offending field, or "" where the whole input is meant.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnclearLogin(InvalidInput):
    """A camera's address holds more than one login; its text repeats none."""


class UnusableCharacter(InvalidInput):
    """A camera's address holds a character that no URL may hold there, perhaps of a password; its text repeats no more.

    Attributes:
        character: which one.
    """

    def __init__(self, message: str, *, character: str, field: str = "") -> None:
        super().__init__(message, field=field)
        self.character = character


class UnreadableTime(InvalidInput):
    """A typed time is none, or one that no clock or calendar shows.

    Attributes:
        reason: "unreadable", "no-such-time", "no-such-day", "other-weekday" or "skipped" (clocks were put past it).
    """

    def __init__(self, message: str, *, reason: str, field: str = "time") -> None:
        super().__init__(message, field=field)
        self.reason = reason


class PermissionDenied(VmsError):
    """The caller is known but lacks the right."""


class ForeignPage(PermissionDenied):
    """A change was asked for by a page that is not ours, as far as names tell."""


class CookieLost(PermissionDenied):
    """The browser sent no cookie back with the form that it was given."""


class NotSignedIn(PermissionDenied):
    """The caller is not known."""


class TooManyAttempts(PermissionDenied):
    """The caller is throttled.

    Attributes:
        wait_seconds: whole seconds until another attempt is looked at.
    """

    def __init__(self, message: str, *, wait_seconds: int) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class SettingsError(VmsError):
    """The settings file or environment is unusable."""


class AlreadyRunning(VmsError):
    """Another process runs this service on this data folder or database."""


class SchemaMismatch(VmsError):
    """The database's revision is not the one this program needs."""


class StorageError(VmsError):
    """Footage or index could not be read or written."""


class VolumeUnavailable(StorageError):
    """A volume is missing, read-only, has the wrong identity, or does not answer."""


class VolumeFull(StorageError):
    """No bytes, or no inodes, are left on a volume."""


class IndexUnavailable(StorageError):
    """The database does not answer or is damaged."""


class IndexMismatch(StorageError):
    """Files and rows contradict each other."""


class MediaError(VmsError):
    """Something is wrong with media or with the programs that handle it."""


class MalformedMedia(MediaError):
    """Bytes are not the media they should be."""


class UnreadableSource(MalformedMedia):
    """A recorded file that a clip is made of is not the media it should be.

    Attributes:
        start_us: wall time of the file's first frame.
    """

    def __init__(self, message: str, *, start_us: int) -> None:
        super().__init__(message)
        self.start_us = start_us


class FootageAltered(MediaError):
    """Recorded files are not what was recorded: altered, cut off, replaced or gone."""


class FfmpegFailed(MediaError):
    """An ffmpeg process ended badly."""


class ProbeFailed(MediaError):
    """A camera or file could not be examined.

    Attributes:
        cause: a short stable word such as "auth", "unreachable", "no-media", "not-found", "timeout".
        fix: what a person can do about it, in plain words.
    """

    def __init__(self, message: str, *, cause: str, fix: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.fix = fix


class NothingRecorded(MediaError):
    """The asked range holds no footage."""


class ExportCancelled(VmsError):
    """Somebody asked the export job to stop."""
