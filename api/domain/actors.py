"""Who acts: a person in a post, or another system. Flows, scopes and the audit all read this."""

from dataclasses import dataclass
from uuid import UUID

from api.domain.permissions import ROLE_PERMISSIONS, Permission, Role

_OWN_ACCOUNT = frozenset({Permission.SELF})


@dataclass(frozen=True, slots=True)
class Actor:
    """A logged-in person (in one post) or an API client; `id` names it in the audit."""

    kind: str
    id: UUID
    name: str
    post_id: UUID
    unit_id: UUID
    role: Role
    #: Of the unit: six digits for a county, nine for a town, twelve a village, fifteen a grid.
    division_code: str
    session_id: UUID
    #: Rises when the rights behind a session change, so that older tokens stop at once.
    epoch: int = 0
    #: Logged in, but the second factor that the role asks for is not set up yet: until then only
    #: the own account is open (GB/T 22239 AU-4).
    is_limited: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do at all; which rows is `access/scopes.py`."""
        return _OWN_ACCOUNT if self.is_limited else ROLE_PERMISSIONS[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the role holds a permission."""
        return permission in self.permissions
