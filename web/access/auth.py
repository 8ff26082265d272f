"""Who is asking: passwords, sessions, throttling, and the first administrator (SEC-09, SEC-12, SEC-13)."""

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.responses import Response

from storage.open import Storage
from vms.domain.account_text import LONGEST_PASSWORD, password_problems
from vms.domain.audit import AuditAction
from vms.domain.errors import Conflict, InvalidInput, NotSignedIn, PermissionDenied, TooManyAttempts
from vms.domain.form_fields import refuse
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US, Clock
from vms.domain.user import Role, User
from vms.host.settings import Settings

ABSOLUTE_US = 12 * HOUR_US
_TOUCH_US = MINUTE_US
NOBODYS_DIGEST = (
    "$argon2id$v=19$m=47104,t=1,p=1$NfXve0nVsDRKMyvsjcN32A$hJIgfaOReiUP+ECAiyUOUXL4/bWwtnPXUaleL8WCZu4"
)
"""What a password is held against where there is no such person: of a random text that nobody kept."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun; `token` goes into the cookie and nowhere else."""

    token: str
    user: User


@dataclass(frozen=True, slots=True)
class ResumedSession:
    """A session that goes on; `digest` names it in the database."""

    digest: bytes
    user: User


def password_hasher() -> PasswordHasher:
    """Return what makes and checks the digests of passwords: argon2id."""
    return PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


def session_cookie_name(settings: Settings) -> str:
    """Return the cookie's name; `__Host-` binds it to this host where cookies travel by TLS only.

    Browsers send cookies to every port of a host (RFC 6265, 8.5): the number keeps two installations on one host apart.
    """
    return f"{_prefix(settings)}siring-{settings.port}"


def browser_cookie_name(settings: Settings) -> str:
    """Return the name of the cookie that ties forms to a browser before anybody has signed in."""
    return f"{_prefix(settings)}siring-browser-{settings.port}"


def _prefix(settings: Settings) -> str:
    return "__Host-" if settings.secure_cookies else ""


def wait_seconds(failures: int, last_failure_us: int, now_us: int, *, free: int, longest: int) -> int:
    """Return how long until another attempt is looked at: 1, 2, 4 … seconds after more than `free` failures.

    The delay is bounded, so nobody can lock another person out for good.
    """
    if failures < free:
        return 0
    delay = min(longest, 2 ** min(failures - free, 16))
    left_us = last_failure_us + delay * SECOND_US - now_us
    return -(-min(left_us, longest * SECOND_US) // SECOND_US) if left_us > 0 else 0


class Authority:
    """Checks passwords and keeps sessions; one per process."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        """Work on these stores."""
        self._storage = storage
        self._clock = clock
        self._hasher = password_hasher()
        # Hashing takes 46 MiB each: a flood of sign-ins must not take the memory of the machine.
        self._hashing = threading.BoundedSemaphore(2)
        self._setting_up = threading.Lock()
        self._counting = threading.Lock()
        self._under_way: Counter[tuple[str, str]] = Counter()

    def hash_password(self, password: str) -> str:
        """Return the argon2id digest to store."""
        with self._hashing:
            return self._hasher.hash(password)

    def verify_password(self, name: str, password: str) -> bool:
        """Tell whether that is the person's password; takes as long for names that do not exist."""
        stored = self._storage.users.password_hash(name)
        with self._hashing:
            try:
                self._hasher.verify(stored or NOBODYS_DIGEST, password[:LONGEST_PASSWORD])
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def sign_in(self, name: str, password: str, *, address: str, user_agent: str = "") -> NewSession:
        """Begin a session.

        Raises:
            TooManyAttempts: this account or this address failed too often just now; carries the wait.
            NotSignedIn: name and password do not belong together; which of them is wrong is not told.
        """
        name = name.strip().lower()[:100]
        with self._attempt(name, address):
            is_right = self.verify_password(name, password)
            user = self._storage.users.by_name(name) if is_right else None
            if user is None or not user.is_enabled:
                now_us = self._clock.now_us()
                self._storage.sign_in_attempts.record_failure("account", name, now_us)
                self._storage.sign_in_attempts.record_failure("address", address, now_us)
                self._storage.audit.append(
                    name, AuditAction.USER_SIGN_IN_FAILED, f"user {name}", address=address
                )
                raise NotSignedIn("the name or the password is wrong")
        self._storage.sign_in_attempts.clear("account", name)
        return self.begin(user, address=address, user_agent=user_agent)

    def begin(self, user: User, *, address: str, user_agent: str = "") -> NewSession:
        """Begin a session of a person who has proven who they are."""
        token = secrets.token_urlsafe(32)
        now_us = self._clock.now_us()
        self._storage.audit.append(user.name, AuditAction.USER_SIGN_IN, f"user {user.name}", address=address)
        self._storage.sessions.create(
            _digest(token),
            user_id=user.id,
            created_us=now_us,
            expires_us=now_us + ABSOLUTE_US,
            address=address,
            user_agent=user_agent[:300],
        )
        return NewSession(token, user)

    def set_up(
        self, code: str, *, name: str, full_name: str, password: str, address: str, user_agent: str = ""
    ) -> NewSession:
        """Make the first administrator, with the one-time code that the console showed, and sign them in.

        Raises:
            PermissionDenied: the code is wrong or used. TooManyAttempts: too many wrong codes.
            InvalidInput: name or password is unusable.
        """
        with self._attempt("(setup)", address):
            refuse(password_problems(password, name))
            digest = self.hash_password(password)
            with self._setting_up:
                if not self._storage.meta.setup_code_matches(code.strip()):
                    self._storage.sign_in_attempts.record_failure("account", "(setup)", self._clock.now_us())
                    raise PermissionDenied("this code is not valid: run  vms user setup-code  for a new one")
                name = name.strip().lower()
                self._storage.audit.append(name, AuditAction.USER_SET_UP, f"user {name}", address=address)
                try:
                    user = self._storage.users.add(
                        name=name, full_name=full_name, role=Role.ADMIN, password_hash=digest
                    )
                except (Conflict, InvalidInput):
                    self._storage.audit.append(
                        name, AuditAction.USER_SET_UP_REFUSED, f"user {name}", address=address
                    )
                    raise
                self._storage.meta.clear_setup_code()
        return self.begin(user, address=address, user_agent=user_agent)

    @property
    def needs_setup(self) -> bool:
        """Whether there is no administrator yet, so that /setup is open."""
        return not self._storage.users.has_administrator()

    def resume(self, token: str) -> ResumedSession | None:
        """Return the session that a cookie names, or None where it ended; rights are read anew each time (SEC-03)."""
        digest = _digest(token)
        found = self._storage.sessions.resume(digest)
        if found is None:
            return None
        session, user = found
        if not user.is_enabled:
            return None
        now_us = self._clock.now_us()
        if now_us - session.seen_us > _TOUCH_US:
            self._storage.sessions.touch(digest, now_us)
        return ResumedSession(digest, user)

    def sign_out(self, digest: bytes, *, name: str, address: str) -> None:
        """End one session of the person of that name."""
        self._storage.audit.append(name, AuditAction.USER_SIGN_OUT, f"user {name}", address=address)
        self._storage.sessions.end(digest)

    def change_password(self, user_id: int, password: str, *, keep: bytes | None = None) -> None:
        """Set a person's password and end their other sessions; `keep` is the digest of the one that may go on.

        Raises:
            InvalidInput: the password is too short or too common.
        """
        user = self._storage.users.get(user_id)
        refuse(password_problems(password, user.name))
        self._storage.users.set_password(user_id, self.hash_password(password))
        self._storage.sessions.end_all(user_id, keep=keep)

    @contextmanager
    def _attempt(self, name: str, address: str) -> Iterator[None]:
        """Let one attempt be made; those under way count as failed, so that many at once are no way around the limit.

        Raises:
            TooManyAttempts: this account or this address failed too often just now; carries the wait.
        """
        limits = (("account", name, 5, 30), ("address", address, 20, 60))
        with self._counting:
            now_us = self._clock.now_us()
            waits = [0]
            for kind, subject, free, longest in limits:
                failures, last_us = self._storage.sign_in_attempts.get(kind, subject)
                under_way = self._under_way[kind, subject]
                last_us = now_us if under_way else last_us
                waits.append(wait_seconds(failures + under_way, last_us, now_us, free=free, longest=longest))
            if max(waits) > 0:
                raise TooManyAttempts("too many attempts: wait a moment", wait_seconds=max(waits))
            self._under_way.update((kind, subject) for kind, subject, _, _ in limits)
        try:
            yield
        finally:
            with self._counting:
                self._under_way.subtract((kind, subject) for kind, subject, _, _ in limits)
                self._under_way = +self._under_way


def set_session_cookie(response: Response, settings: Settings, session: NewSession) -> None:
    """Give the browser its session."""
    response.set_cookie(
        session_cookie_name(settings),
        session.token,
        max_age=ABSOLUTE_US // SECOND_US,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Take the browser's session cookie away."""
    response.delete_cookie(
        session_cookie_name(settings),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
