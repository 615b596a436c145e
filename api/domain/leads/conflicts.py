"""Conflicts of interest (回避): which units may not have to do with a lead about some unit.

信访工作条例第30条: nothing of a report goes to the unit that it is about. Neither does it go to those
below that unit, who would have to check their superior, nor to the one set above it (主管单位).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.domain.kit.division_codes import town_of
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.organisation.unit_names import ALSO_CALLED


@dataclass(frozen=True, slots=True)
class Body:
    """A unit, as far as conflicts go."""

    id: UUID
    name: str
    behaviour: UnitBehaviour
    division_code: str
    parent_id: UUID | None = None
    #: What units of its kind are called besides.
    also_called: Sequence[str] = ()


_SHORTEST_PLACE = 2
#: Kinds that see every lead of their town: barred, they can only be kept off it by the county.
SEE_ALL = frozenset({UnitBehaviour.LEADERSHIP, UnitBehaviour.OFFICE, UnitBehaviour.SUPERVISION})
#: Whom the town's leadership is not above.
_APART = frozenset(
    {
        UnitBehaviour.COUNTY,
        UnitBehaviour.SUPERVISION,
        UnitBehaviour.SYSTEM,
        UnitBehaviour.LEADERSHIP,
    }
)


def superiors(body: Body, bodies: Sequence[Body]) -> set[UUID]:
    """Everybody above a unit: as registered, and the leadership of its town."""
    by_id = {each.id: each for each in bodies}
    above: set[UUID] = set()
    parent = body.parent_id
    while parent is not None and parent not in above and parent != body.id:
        above.add(parent)
        parent = by_id[parent].parent_id if parent in by_id else None
    if body.behaviour not in _APART:
        above |= {
            each.id
            for each in bodies
            if each.behaviour is UnitBehaviour.LEADERSHIP
            and town_of(each.division_code) == town_of(body.division_code)
        }
    return above


def barred(accused: Collection[UUID], bodies: Sequence[Body]) -> set[UUID]:
    """The units that may not have to do with a lead about the accused ones.

    Above a unit only the one registered as its superior is barred: that a village belongs to a town
    does not keep the town's office from looking at it.
    """
    found = {each.id for each in bodies if each.id in accused}
    found |= {each.parent_id for each in bodies if each.id in accused and each.parent_id}
    found |= {each.id for each in bodies if superiors(each, bodies) & set(accused)}
    return found


def goes_to_county(barred_ids: Collection[UUID], owner: UUID, bodies: Sequence[Body]) -> bool:
    """Whether the town cannot keep a lead: its handler, or somebody who sees all leads, is barred."""
    return owner in barred_ids or any(
        each.behaviour in SEE_ALL for each in bodies if each.id in barred_ids
    )


_OF_VILLAGE = (
    "村民委员会", "村委会", "村两委", "村党总支", "村党支部", "社区居委会", "居民委员会", "居委会", "两委", "党总支",
    "党支部",
)  # fmt: skip
_TITLE = (
    "工作人员|全体人员|领导班子|领导|干部|民警|辅警|所长|副所长|主任|副主任|党总支书记|书记|副书记|镇长"
    "|副镇长|站长|副站长|会计|队长"
)
#: A unit, or somebody of it by their title; what merely stands near a unit is not it.
_ENDS = re.compile(rf"(的)?(全体|部分|个别|有关|某)?(({_TITLE})[\u4e00-\u9fff某]{{0,4}})?")
#: Behind the name of the place alone only people of its committee are it: 新桥村书记, 新桥村支书王某.
_VILLAGER = re.compile(
    rf"(?:村|社区)?的?(?:全体|部分|个别|有关|某)?村?(?:支部书记|支书|文书|委员|网格员|{_TITLE})[\u4e00-\u9fff某]{{0,4}}"
)
#: What every unit's name has in it, or that of its people: a company's has hardly ever any.
_PERHAPS = re.compile(r"[办所站委局里]|政府|两委|支部|总支|中心|(?:村|社区).*[书主长干会队员领]")


def may_name_a_unit(subject: str) -> bool:
    """Whether it is worth asking who the units are."""
    return bool(_PERHAPS.search(subject))


def named(subject: str, bodies: Iterable[Body], places: Collection[str]) -> set[UUID]:
    """The units that a lead's subject is, or whose people it is; `places` are names of the county,
    the town and its villages that may stand before."""
    said = _without_place(_plain(subject), places)
    return {
        each.id
        for each in bodies
        if any(_is(said, name) for name in _callings(each, places)) or _is_villager(said, each)
    }


#: What may stand before the name of a unit: the body above it, by whatever name.
_ABOVE = re.compile(
    "[县市区]?(?:公安局|公安分局|分局|市场监督管理局|市场监管局|市监局|民政局|司法局|文化和旅游局|文旅局|财政局"
    "|人民政府|党委政府|党委|政府|综治中心)"
)
#: The place where whoever writes is, without its name: 镇派出所, 本镇司法所, 属地派出所.
_HERE = re.compile(
    "(?:本|我|该|我们)?(?:乡镇|镇|乡|街道|县|区)|本|我|属地|当地|本地|辖区|所在地|所属"
)
_PARTS = re.compile(r"[、，,；;/和及与]")


def parts_of(name: str) -> list[str]:
    """The bodies that somebody wrote into one field."""
    return [part for part in (_plain(each) for each in _PARTS.split(name)) if part]


def called(name: str, bodies: Iterable[Body], places: Collection[str]) -> set[UUID]:
    """The units of the system that somebody means by the name of a body: by a short name of the town
    (众兴派出所), with the body above them (某县公安局众兴派出所), or by a part of them (派出所户籍科)."""
    said = _plain(name)
    found: set[UUID] = set()
    for each in bodies:
        for calling in _callings(each, places):
            before, stands, behind = said.partition(calling)
            whole = behind and each.behaviour is UnitBehaviour.VILLAGE
            if calling and stands and not whole and not _before(before, places):
                found.add(each.id)
    return found


def _before(said: str, places: Collection[str]) -> str:
    """What stands before the name of a unit and is neither its place nor the body above it."""
    stems = {_plain(place) for place in places if place}
    stems |= {place[:n] for place in stems for n in range(_SHORTEST_PLACE, len(place))}
    while said:
        length = max((m.end() for m in (_ABOVE.match(said), _HERE.match(said)) if m), default=0)
        length = max([length, *(len(stem) for stem in stems if said.startswith(stem))])
        if not length:
            return said
        said = said[length:]
    return said


def is_of(subject: str, name: str, places: Collection[str]) -> bool:
    """Whether a lead's subject is a body of this name, or somebody of it by their title."""
    plain = _without_place(_plain(name), places)
    return _is(_without_place(_plain(subject), places), plain)


def _plain(text: str) -> str:
    """Half width and without blanks: 镇专项办（平安办） and 镇专项办(平安办) are one name."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _without_place(said: str, places: Collection[str]) -> str:
    """`霍邱县众兴集镇派出所` → `派出所`."""
    for place in places:
        if place and said.startswith(place):
            return _without_place(said[len(place) :], places)
    return said


def _callings(body: Body, places: Collection[str]) -> Iterator[str]:
    """A village's name stays: without it every village would be the same."""
    if body.behaviour is UnitBehaviour.VILLAGE:
        yield _plain(body.name)
        stem = _place_of(body)
        for each in _OF_VILLAGE:
            yield stem + each
            yield stem.removesuffix("村").removesuffix("社区") + each
        return
    yield _without_place(_plain(body.name), places)
    yield from ALSO_CALLED.get(body.behaviour, ())
    yield from body.also_called


def _place_of(village: Body) -> str:
    return re.sub(r"村民委员会|居民委员会|村委会|居委会", "", _plain(village.name))


def _is_villager(said: str, body: Body) -> bool:
    place = _place_of(body) if body.behaviour is UnitBehaviour.VILLAGE else ""
    return bool(place) and said.startswith(place) and bool(_VILLAGER.fullmatch(said[len(place) :]))


def _is(said: str, name: str) -> bool:
    return bool(name) and said.startswith(name) and bool(_ENDS.fullmatch(said[len(name) :]))
