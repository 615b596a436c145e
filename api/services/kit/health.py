"""Whether the database answers, can be written to, and has the tables this code was written for."""

import shutil

from api.core.base.config import settings
from api.core.database import migrations, outages
from api.core.database.db import database
from api.domain.kit.errors import DomainError, Unavailable

#: Below this the next import may be the last.
_LEAST_SPACE = 64_000_000
#: A write that failed for want of space is remembered so long: the disk may be another machine's.
_REMEMBERED = 60.0
_ASKED = """
    SELECT version_num, pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'
      AS is_read_only FROM alembic_version
"""


class NotReady(DomainError):
    """The server runs, but cannot serve."""

    status = 503
    code = "not_ready"
    title = "系统尚未就绪"


def _not_ready(outage: Unavailable) -> NotReady:
    return NotReady(outage.detail, code=outage.code, headers=outage.headers)


async def ensure_ready() -> None:
    """Raises NotReady when the database cannot be reached or written, refuses the role, or is not at
    the newest migration, and when the disk is full."""
    try:
        row = await database().fetchrow(_ASKED)
    except outages.RAISED as error:
        found = outages.of(error)
        raise (_not_ready(found) if found else NotReady("数据库不可用")) from error
    if row is None or row["version_num"] != migrations.head():
        raise NotReady("数据库结构不是最新版本，请执行 yinling migrate")
    if row["is_read_only"]:
        raise _not_ready(outages.outage(outages.READ_ONLY))
    if shutil.disk_usage(settings().home).free < _LEAST_SPACE or outages.was_full(_REMEMBERED):
        raise _not_ready(outages.outage(outages.FULL))
