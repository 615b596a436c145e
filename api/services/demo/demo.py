"""The demo town, loaded once into an empty database (`yinling demo`, `make run`)."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.security import hash_password
from api.core.database.db import database
from api.domain.demo import demo
from api.domain.kit.division_codes import village_of
from api.domain.organisation.organisation import UnitBehaviour
from api.models.units import Division, Post, Unit
from api.models.users import ApiClient, PostHolder, User
from api.services.demo import demo_campaign

#: Or before the campaign begins, where the clock stands earlier.
_SINCE = date(2022, 5, 13)


async def is_empty(session: AsyncSession) -> bool:
    """Whether nobody has set up anything yet."""
    return (await session.scalar(select(func.count()).select_from(User))) == 0


Report = Callable[[str, int, int], None]


async def load(*, password: str, report: Report, campaign: bool = False) -> None:
    """Load the demo into an empty database; another is left alone.

    `campaign` adds half a year of records to the organisation. All of it stands in one transaction:
    whoever interrupts it finds the database empty and can begin again. `report(what, done, total)`
    moves a progress bar.
    """
    async with database().session() as session, session.begin():
        if await is_empty(session):
            await _organisation(session, password, report)
            if campaign:
                await demo_campaign.tell(session, report)


async def _organisation(session: AsyncSession, password: str, report: Report) -> None:
    await load_divisions(session)
    units = await _units(session)
    hashed = await hash_password(password)
    since = min(_SINCE, (now() - demo_campaign.REACH).date())
    for done, each in enumerate(demo.POSTS, 1):
        report("单位与岗位", done, len(demo.POSTS))
        post = Post(
            code=each.code,
            name=each.name,
            role=each.role,
            unit_id=units[each.unit],
            division_code=each.division,
            is_liaison=each.code != "grid01",
        )
        user = User(
            username=each.code,
            name=each.person,
            password_hash=hashed,
            password_changed_at=now(),
            must_change_password=False,
        )
        session.add_all([post, user])
        await session.flush()
        session.add(PostHolder(post_id=post.id, user_id=user.id, since=since))
    for client_id, name, role, unit in demo.CLIENTS:
        post = Post(
            code=client_id,
            name=name,
            role=role,
            unit_id=units[unit],
            division_code=demo.TOWN[0],
        )
        session.add(post)
        await session.flush()
        session.add(ApiClient(client_id=client_id, name=name, secret_hash=hashed, post_id=post.id))
    await session.flush()


async def load_divisions(session: AsyncSession) -> None:
    """The county, the town, its villages and a grid."""
    parents = {9: demo.COUNTY[0], 12: demo.TOWN[0]}
    for code, name in (demo.COUNTY, demo.TOWN, *demo.VILLAGES, demo.GRID):
        parent = village_of(code) if len(code) == 15 else parents.get(len(code))
        session.add(Division(code=code, name=name, parent_code=parent))
        await session.flush()


async def _units(session: AsyncSession) -> dict[str, UUID]:
    wanted = {
        post.unit: (post.kind or post.behaviour.value, post.behaviour, post.division)
        for post in demo.POSTS
        if post.code != "grid01"
    }
    for code, name in demo.VILLAGES:
        suffix = "居民委员会" if name.endswith("社区") else "村民委员会"
        village = UnitBehaviour.VILLAGE
        wanted.setdefault(name + suffix, (village.value, village, code))
    made: dict[str, UUID] = {}
    for name, (kind, behaviour, division) in wanted.items():
        unit = Unit(name=name, kind=kind, behaviour=behaviour, division_code=division)
        if behaviour is UnitBehaviour.OFFICE:
            unit.phone, unit.address = demo.OFFICE_PHONE, demo.OFFICE_ADDRESS
        session.add(unit)
        await session.flush()
        made[name] = unit.id
    return made
