"""Whether the database answers and its tables are those this code was written for."""

from sqlalchemy.exc import SQLAlchemyError

from api.core import migrations
from api.core.db import database
from api.domain.errors import DomainError


class NotReady(DomainError):
    """The server runs, but cannot serve."""

    status = 503
    code = "not_ready"
    title = "系统尚未就绪"


async def ensure_ready() -> None:
    """Raises NotReady when the database cannot be reached or is not at the newest migration."""
    try:
        row = await database().fetchrow("SELECT version_num FROM alembic_version")
    except (TimeoutError, OSError, SQLAlchemyError) as error:
        raise NotReady("数据库无法连接") from error
    if row is None or row["version_num"] != migrations.head():
        raise NotReady("数据库结构不是最新版本，请执行 yinling migrate")
