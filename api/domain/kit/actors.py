"""Who acts: a person in a post, or another system. Flows, scopes and the audit all read this."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from api.domain.kit.division_codes import town_of
from api.domain.kit.permissions import ROLE_PERMISSIONS, ROLE_SCOPE, Permission, Role, RowScope

_OWN_ACCOUNT = frozenset({Permission.SELF})


def viewer_of(role: Role, post_id: UUID, unit_id: UUID) -> UUID:
    """Whose row of `record_access` lets a post see a record: its own, where it sees nothing else."""
    return post_id if ROLE_SCOPE.get(role) is RowScope.POST else unit_id


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
        """What the role may do at all; which rows is `access/visibility.py`."""
        return _OWN_ACCOUNT if self.is_limited else ROLE_PERMISSIONS[self.role]

    @property
    def scope(self) -> RowScope:
        """Which rows the role sees; `access/visibility.py` turns it into SQL."""
        return ROLE_SCOPE.get(self.role, RowScope.NONE)

    @property
    def viewer(self) -> UUID:
        """Whose rows of `record_access` those are."""
        return viewer_of(self.role, self.post_id, self.unit_id)

    @property
    def town(self) -> str:
        """The nine digits of the town, or the six of a county."""
        return town_of(self.division_code)

    def named(self, name: str) -> "Actor":
        """The same, with the name that the audit tells: no token carries it."""
        return replace(self, name=name)

    def may(self, permission: Permission) -> bool:
        """Whether the role holds a permission."""
        return permission in self.permissions


def seated(user_id: UUID, post_id: UUID, unit_id: UUID, role: Role, division_code: str) -> Actor:
    """Whoever sits in a post, as what waits for them is asked: no login is behind it, and nothing is
    done by it."""
    return Actor("person", user_id, "", post_id, unit_id, role, division_code, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a turn, as flows ask of whoever acts; no login and no rows are behind it."""

    id: UUID
    unit_id: UUID
    permissions: Collection[Permission]
    scope: RowScope = RowScope.NONE

    @classmethod
    def in_role(cls, user_id: UUID, unit_id: UUID, role: Role) -> "Holder":
        """Somebody who sits in a post of this role."""
        return cls(user_id, unit_id, ROLE_PERMISSIONS[role], ROLE_SCOPE.get(role, RowScope.NONE))

    @classmethod
    def of(cls, record: Any, permissions: Collection[Permission]) -> "Holder | None":
        """Who holds the turn of a row, with these rights."""
        if record.turn_user_id is None or record.turn_unit_id is None:
            return None
        return cls(record.turn_user_id, record.turn_unit_id, permissions)

    def may(self, permission: Permission) -> bool:
        """Whether the holder has a right."""
        return permission in self.permissions
