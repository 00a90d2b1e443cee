"""Who may ask for what."""

from starlette.requests import HTTPConnection

from gateway import audit, metrics
from gateway.problems import ProblemError
from gateway.users import Role, User


def require_role(connection: HTTPConnection, needed: Role) -> None:
    """Go on if the user who asks has this role or a higher one.

    Raises:
        ProblemError: 403.
    """
    user: User = connection.scope["user"]
    if not user.role.includes(needed):
        metrics.REFUSED.labels("role").inc()
        audit.note("role", "refused", user, route=connection.scope["route"].path)
        raise ProblemError(
            403,
            f"role {user.role} is not enough",
            field="Authorization",
            remedy=f"ask as a user of role {needed}, or a higher one",
        )
