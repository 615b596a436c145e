"""Login and the own account on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.domain.kit.permissions import Permission, Role
from api.schemas.common import Named, Shown, Wire


class Token(Shown):
    """An answer of the token endpoint (RFC 6749)."""

    access_token: str
    refresh_token: str | None = Field(description="浏览器端放在 Cookie 中，此处为空")
    token_type: str
    expires_in: int
    scope: str


class OAuthError(Shown):
    """A refusal of the token endpoint (RFC 6749 5.2), with our code beside it."""

    error: str
    error_description: str
    code: str


class Me(Shown):
    """Who is logged in, in which post, and what the post may do."""

    user: Named
    post: Named
    unit: Named
    role: Role
    role_label: str
    division_code: str
    permissions: list[Permission]
    must_enrol_totp: bool
    #: the server's present moment: pages count days by it, whatever the computer believes
    now: datetime
    max_upload_mb: int = Field(description="单个附件最多多少 MB")


class SessionShown(Shown):
    """One login of the present person."""

    id: UUID
    client: str
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class QrCode(Shown):
    """A QR code to be drawn: dark squares as one path of an SVG, whose unit is a square."""

    size: int = Field(description="一边有多少格")
    path: str = Field(description="深色的格，SVG 的 path")


class TotpSecret(Shown):
    """What an authenticator app needs; shown once."""

    secret: str
    uri: str
    qr: QrCode = Field(description="otpauth 地址的二维码，在本机生成，不经过任何外部服务")


class TotpConfirmation(Wire):
    """The first code from the authenticator app."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
