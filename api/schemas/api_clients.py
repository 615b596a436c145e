"""API clients on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.permissions import Role
from api.schemas.changes import Changes, Version
from api.schemas.common import Label, Named, Shown, Wire
from api.schemas.posts import Code


class ApiClientQuery(PageQuery):
    """The list has no filters."""


class ApiClientShown(Shown):
    """Another system that logs in."""

    id: UUID
    client_id: str
    name: str
    role: Role
    unit: Named
    is_active: bool
    created_at: datetime
    last_used_at: datetime | None
    version: int


class ApiClientCreate(Wire):
    """A new client, which acts in a post of its own."""

    client_id: Code = Field(title="账号")
    name: Label
    role: Role = Field(title="职责")
    unit_id: UUID = Field(title="单位")


class ApiClientUpdate(Changes, of=ApiClientCreate, own={"is_active"}):
    """What may change of a client."""

    name: Label | None = None
    is_active: bool | None = Field(None, title="在用")


class ApiClientRotate(Wire):
    """A request for another secret."""

    version: Version


class ApiClientSecret(ApiClientShown):
    """A client with its secret."""

    client_secret: str | None = Field(description="密钥，只显示这一次")
