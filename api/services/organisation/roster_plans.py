"""What a pasted list would do: read against what there is, nothing written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base.crypto import keyring
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of, village_of
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.organisation import (
    CODE_PATTERN,
    MACHINES,
    SINGLE_KINDS,
    UNIT_ROLES,
    UnitBehaviour,
    clash,
    first_role,
    level,
)
from api.domain.organisation.rosters import Fault, Line, RosterColumn, plain, read
from api.domain.words import codes
from api.models.unit_kinds import UnitKind
from api.models.units import Division, Post, Unit
from api.models.users import PostHolder, User
from api.services.organisation import unit_kinds, units

C = RosterColumn
_LONGEST = 60
_VILLAGE_ENDS = ("村民委员会", "居民委员会", "村委会", "居委会")


@dataclass(slots=True)
class PlannedUnit:
    """A unit that is there, or will be."""

    name: str
    kind: UnitKind
    place: str
    row: Unit | None = None


@dataclass(slots=True)
class PlannedUser:
    """A person who is there, or will be; a login name is found when it is not said."""

    name: str
    phone: str
    username: str
    row: User | None = None
    roles: list[Role] = field(default_factory=list[Role])

    def is_called(self, name: str) -> bool:
        """Whether somebody who works here has this name."""
        return plain(self.name) == plain(name) and (self.row is None or self.row.is_active)


@dataclass(slots=True)
class PlannedPost:
    """A post that is there, or will be, and who is to sit in it."""

    unit: PlannedUnit
    name: str
    role: Role
    place: str
    row: Post | None = None
    holder: UUID | None = None
    taker: PlannedUser | None = None


@dataclass(slots=True)
class Planned:
    """What one line comes to."""

    number: int
    unit: PlannedUnit
    post: PlannedPost | None
    user: PlannedUser | None


@dataclass
class _Wrong(Exception):
    """A line that cannot be read on."""

    column: RosterColumn | None
    code: str
    message: str


@dataclass(slots=True)
class Plan:
    """The whole list."""

    lines: list[Planned] = field(default_factory=list[Planned])
    faults: list[Fault] = field(default_factory=list[Fault])
    divisions: dict[str, str] = field(default_factory=dict[str, str])
    units: dict[str, PlannedUnit] = field(default_factory=dict[str, PlannedUnit])
    posts: dict[tuple[str, str], PlannedPost] = field(
        default_factory=dict[tuple[str, str], PlannedPost]
    )
    users: list[PlannedUser] = field(default_factory=list[PlannedUser])


async def made(session: AsyncSession, actor: Actor, text: str) -> Plan:
    """Every line read against what there is, with all that is wrong."""
    lines, faults = read(text)
    plan = Plan(faults=list(faults))
    if (
        any(fault.column is None or fault.code == "column_missing" for fault in faults)
        and not lines
    ):
        return plan
    reader = await _Reader.of(session, actor, plan)
    for line in lines:
        try:
            plan.lines.append(reader.line(line))
        except _Wrong as wrong:
            plan.faults.append(Fault(line.number, wrong.column, wrong.code, wrong.message))
    plan.faults.sort(key=lambda fault: fault.line)
    return plan


@dataclass(slots=True)
class _Reader:
    actor: Actor
    plan: Plan
    kinds: Sequence[UnitKind]
    taken: dict[str, bool]
    single: set[tuple[UnitBehaviour, str]]

    @classmethod
    async def of(cls, session: AsyncSession, actor: Actor, plan: Plan) -> "_Reader":
        """With everything that lines may name."""
        kinds = await unit_kinds.offered(session, actor)
        by_code = {kind.code: kind for kind in await session.scalars(select(UnitKind))}
        place = actor.town if actor.role is not Role.SYSTEM_ADMIN else county_of(actor.town)
        found = await session.execute(
            select(Division.code, Division.name).where(
                Division.code.startswith(place), Division.valid_to.is_(None)
            )
        )
        plan.divisions.update(found.tuples().all())
        for unit in await session.scalars(
            select(Unit).where(visibility.seen(actor, Unit), Unit.is_active)
        ):
            known = PlannedUnit(unit.name, by_code[unit.kind], unit.division_code, unit)
            plan.units[plain(unit.name)] = known
        await _known_posts(session, plan)
        await _known_users(session, plan)
        names = await session.execute(select(Unit.name, Unit.is_active))
        return cls(
            actor,
            plan,
            kinds,
            {plain(name): active for name, active in names},
            {(unit.kind.behaviour, unit.place) for unit in plan.units.values()},
        )

    def line(self, line: Line) -> Planned:
        """What one line comes to. Raises _Wrong."""
        for column, cell in line.cells.items():
            if len(cell) > _LONGEST:
                raise _Wrong(column, "too_long", f"最多 {_LONGEST} 字")
        unit = self._unit(line)
        beyond = [c for c in (C.POST, C.ROLE, C.NAME, C.PHONE, C.USERNAME) if line.get(c)]
        if beyond and not self.actor.may(Permission.USER_MANAGE):
            raise _Wrong(beyond[0], "not_yours", "岗位和人员由系统管理员建立，这里只填单位")
        post = self._post(line, unit) if beyond else None
        user = self._user(line, post) if post and line.get(C.NAME) else None
        if post and user:
            self._seat(post, user)
        elif line.get(C.PHONE) or line.get(C.USERNAME):
            raise _Wrong(C.NAME, "name_missing", "请填写姓名")
        return Planned(line.number, unit, post, user)

    # ------------------------------------------------------------------------------------- units

    def _unit(self, line: Line) -> PlannedUnit:
        name = line.get(C.UNIT)
        if not name:
            raise _Wrong(C.UNIT, "unit_missing", "请填写单位")
        known = self.plan.units.get(plain(name))
        if known is not None:
            told = line.get(C.KIND)
            if told and plain(told) not in _callings(known.kind):
                message = f"“{known.name}”是{known.kind.label}，与所填的“{told}”不符"
                raise _Wrong(C.KIND, "kind_differs", message)
            return known
        if plain(name) in self.taken:
            active = self.taken[plain(name)]
            message = "别的乡镇已有同名单位" if active else "该单位已停用，请先到单位页启用"
            raise _Wrong(C.UNIT, "unit_name_taken", message)
        kind = self._kind(line, name)
        place = self._place(line, name, kind)
        refusal = units.refusal(self.actor, kind.behaviour, place)
        if refusal is not None:
            raise _Wrong(C.UNIT, refusal.code, refusal.detail)
        wanted = SINGLE_KINDS.get(kind.behaviour)
        if wanted is not None and level(place) is not wanted:
            message = f"{kind.behaviour.label}应设在{wanted.label}一级"
            raise _Wrong(C.PLACE, "wrong_level", message)
        if wanted is not None and (kind.behaviour, place) in self.single:
            message = f"{self.plan.divisions.get(place, place)}已有{kind.behaviour.label}"
            raise _Wrong(C.UNIT, "unit_exists", message)
        if kind.division_code and not place.startswith(kind.division_code):
            raise _Wrong(C.KIND, "unit_kind_unknown", "这里没有这种单位类别")
        made = PlannedUnit(name, kind, place)
        self.plan.units[plain(name)] = made
        self.single.add((kind.behaviour, place))
        return made

    def _kind(self, line: Line, name: str) -> UnitKind:
        told = line.get(C.KIND)
        if told:
            found = [kind for kind in self.kinds if plain(told) in _callings(kind)]
            if len(found) != 1:
                raise _Wrong(C.KIND, "unit_kind_unknown", f"没有“{told}”这种单位类别")
            return found[0]
        if name.endswith(_VILLAGE_ENDS):
            return next(kind for kind in self.kinds if kind.code == UnitBehaviour.VILLAGE.value)
        ends = [
            kind
            for kind in self.kinds
            if any(plain(name).endswith(each) for each in _callings(kind))
        ]
        if len(ends) != 1:
            raise _Wrong(C.KIND, "kind_missing", f"“{name}”还没有，请填写类别，例如“人社所”")
        return ends[0]

    def _place(self, line: Line, name: str, kind: UnitKind) -> str:
        told = line.get(C.PLACE)
        grid = self._division(told) if told else None
        if grid is not None:
            # a grid worker's line names the grid; the village's unit stands in the village
            return village_of(grid) if kind.behaviour is UnitBehaviour.VILLAGE else grid
        if kind.behaviour is UnitBehaviour.VILLAGE:
            stem = plain(name)
            for end in _VILLAGE_ENDS:
                stem = stem.removesuffix(end)
            return self._division(stem, name)
        if len(self.actor.town) == len("341522118"):
            return self.actor.town
        raise _Wrong(C.PLACE, "place_missing", f"“{name}”还没有，请填写所在乡镇或者村")

    def _division(self, told: str, of: str = "") -> str:
        if told.isascii() and told.isdigit():
            short = told.removesuffix("000") if len(told) == 12 else told
            if short in self.plan.divisions:
                return short
        want = plain(told)
        found = [
            code
            for code, name in self.plan.divisions.items()
            if want in {plain(name), plain(name).removesuffix("村").removesuffix("社区")}
        ]
        if len(found) == 1:
            return found[0]
        if of and not found:
            raise _Wrong(C.PLACE, "place_missing", f"“{of}”还没有，请填写所在村")
        message = f"有 {len(found)} 个“{told}”，请填写代码" if found else f"没有区划“{told}”"
        raise _Wrong(C.PLACE, "division_unknown", message)

    # ------------------------------------------------------------------------------------- posts

    def _post(self, line: Line, unit: PlannedUnit) -> PlannedPost:
        name = line.get(C.POST) or self._only_post(unit)
        known = self.plan.posts.get((plain(unit.name), plain(name)))
        role = self._role(line, unit, name)
        if known is not None:
            if line.get(C.ROLE) and role is not known.role:
                message = f"该岗位的职责是{known.role.label}，不能改；需要别的职责请另设岗位"
                raise _Wrong(C.ROLE, "role_differs", message)
            return known
        place = unit.place
        if role is Role.GRID:
            told = line.get(C.PLACE)
            place = self._division(told) if told else ""
            if len(place) != 15 or not place.startswith(unit.place):
                raise _Wrong(C.PLACE, "grid_required", "网格员岗位须填写本村的网格")
        made = PlannedPost(unit, name, role, place)
        self.plan.posts[plain(unit.name), plain(name)] = made
        return made

    def _only_post(self, unit: PlannedUnit) -> str:
        key = plain(unit.name)
        there = [post.name for (of, _), post in self.plan.posts.items() if of == key]
        template = [post["name"] for post in units.offered_posts(unit.kind)]
        found = there or template
        if len(found) != 1:
            raise _Wrong(C.POST, "post_missing", "请填写岗位")
        return found[0]

    def _role(self, line: Line, unit: PlannedUnit, name: str) -> Role:
        told, behaviour = line.get(C.ROLE), unit.kind.behaviour
        may = [role for role in Role if role in UNIT_ROLES[behaviour] - MACHINES]
        if told:
            found = [role for role in may if plain(told) in {plain(role.label), role.value}]
            if not found:
                labels = "、".join(role.label for role in may)
                raise _Wrong(C.ROLE, "role_not_of_unit", f"{unit.kind.label}的职责只有：{labels}")
            return found[0]
        known = self.plan.posts.get((plain(unit.name), plain(name)))
        if known is not None:
            return known.role
        template = {plain(post["name"]): Role(post["role"]) for post in unit.kind.posts}
        if plain(name) in template:
            return template[plain(name)]
        if behaviour is UnitBehaviour.VILLAGE:
            return Role.GRID if "网格" in name else Role.VILLAGE
        if len(may) > 1 and behaviour is not UnitBehaviour.OTHER:
            labels = "、".join(role.label for role in may)
            raise _Wrong(C.ROLE, "role_missing", f"请填写职责：{labels}")
        return first_role(behaviour)

    # ------------------------------------------------------------------------------------ people

    def _user(self, line: Line, post: PlannedPost) -> PlannedUser:
        name, phone = line.get(C.NAME), _phone(line.get(C.PHONE))
        username = line.get(C.USERNAME)
        if username:
            return self._by_username(name, phone, username)
        same = [user for user in self.plan.users if user.is_called(name)]
        if not same:
            return self._new(name, phone, "")
        agreeing = [user for user in same if phone and user.phone == phone]
        if len(agreeing) == 1:
            return agreeing[0]
        sitting = [u for u in same if u.row is not None and u.row.id == post.holder]
        if len(sitting) == 1 and not phone:
            return sitting[0]
        if phone and all(user.phone and user.phone != phone for user in same):
            return self._new(name, phone, "")
        message = f"已有同名的“{name}”，请填写登录名（同一人填他的，另一人填新的）"
        raise _Wrong(C.USERNAME, "same_name", message)

    def _by_username(self, name: str, phone: str, username: str) -> PlannedUser:
        if not re.fullmatch(CODE_PATTERN, username):
            message = "登录名应以小写字母开头，3 至 40 位，只用小写字母、数字、下划线、点和短横线"
            raise _Wrong(C.USERNAME, "bad_username", message)
        found = next((user for user in self.plan.users if user.username == username), None)
        if found is None:
            return self._new(name, phone, username)
        if plain(found.name) != plain(name):
            raise _Wrong(C.USERNAME, "username_taken", f"登录名已由“{found.name}”使用")
        if found.row is not None and not found.row.is_active:
            raise _Wrong(C.USERNAME, "user_unknown", "该人员已停用")
        return found

    def _new(self, name: str, phone: str, username: str) -> PlannedUser:
        made = PlannedUser(name, phone, username)
        self.plan.users.append(made)
        return made

    def _seat(self, post: PlannedPost, user: PlannedUser) -> None:
        if user.row is not None and user.row.id == self.actor.id:
            raise _Wrong(C.NAME, "own_post", "不能变更本人的岗位")
        if user.row is not None and user.row.id == post.holder:
            return
        if post.holder is not None or (post.taker is not None and post.taker is not user):
            message = "该岗位已有人担任；交接请到岗位页办理，另一人请另设岗位"
            raise _Wrong(C.POST, "post_held", message)
        for role in user.roles:
            if why := clash(role, post.role):
                raise _Wrong(C.NAME, "posts_incompatible", why)
        post.taker = user
        user.roles.append(post.role)


def _callings(kind: UnitKind) -> set[str]:
    return {plain(kind.label), *map(plain, kind.also_called)}


def _phone(told: str) -> str:
    if not told:
        return ""
    checked = codes.check_phone(told)
    if not checked.ok:
        message = checked.error.message if checked.error else "电话号码格式不正确"
        raise _Wrong(C.PHONE, "bad_phone", message)
    return checked.value


async def _known_posts(session: AsyncSession, plan: Plan) -> None:
    by_id = {unit.row.id: unit for unit in plan.units.values() if unit.row is not None}
    rows: Iterable[Any] = await session.execute(
        select(Post, PostHolder.user_id)
        .outerjoin(PostHolder, (PostHolder.post_id == Post.id) & PostHolder.until.is_(None))
        .where(Post.unit_id.in_(by_id), Post.is_active, Post.role.not_in(MACHINES))
    )
    for post, holder in rows:
        unit = by_id[post.unit_id]
        known = PlannedPost(unit, post.name, post.role, post.division_code, post, holder)
        plan.posts.setdefault((plain(unit.name), plain(post.name)), known)


async def _known_users(session: AsyncSession, plan: Plan) -> None:
    held = (
        select(func.array_agg(Post.role))
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(PostHolder.user_id == User.id, PostHolder.until.is_(None), Post.is_active)
        .correlate(User)
        .scalar_subquery()
    )
    keys = keyring()
    for user, roles in await session.execute(select(User, held)):
        phone = keys.decrypt(user.phone_enc) if user.phone_enc else ""
        plan.users.append(
            PlannedUser(user.name, phone, user.username, user, [Role(role) for role in roles or ()])
        )
