"""What a person does through the web is put on the audit record, with their name and their device's address."""

from vms.domain.audit import AuditAction
from web.http.state import Call, address_of, services_of, user_of


def record_action(request: Call, action: AuditAction, subject: str, detail: str = "") -> None:
    """Append what the caller is about to do; called before it is done, so that nothing is done off the record (COC-07).

    Args:
        request: whose caller acts.
        action: what they do.
        subject: to what, such as "camera 4".
        detail: in which way; never a secret.

    Raises:
        IndexUnavailable: the entry could not be written; the caller must not act.
        NotSignedIn: nobody is signed in.
    """
    services_of(request).storage.audit.append(
        user_of(request).name, action, subject, detail, address=address_of(request)
    )
