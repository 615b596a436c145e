"""Attachments on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.common import Named, Shown


class AttachmentRead(Shown):
    """One attached file; its content is fetched apart."""

    id: UUID
    name: str = Field(description="文件名；其中的电话、证件号等已打码")
    media_type: str = Field(description="按内容识别的类型")
    size: int
    sha256: str = Field(description="内容的 SHA-256")
    note: str
    uploaded_at: datetime
    uploaded_by: str
    uploaded_by_unit: Named | None = Field(title="上传单位", description="举报人凭回执传的没有单位")
