"""Who may know of a restricted file: the people it names, whatever their scope (ADR 0022)."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from api.domain.kit.actors import Actor
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.restricted.restricted_files import KEEPER_ROLES, MEMBER_ROLES
from api.models.restricted_files import RestrictedFile, RestrictedMember
from api.models.units import Post
from api.models.users import PostHolder, User

_File, _Member = RestrictedFile, RestrictedMember
_TOWN, _COUNTY = LEVEL_DIGITS[DivisionLevel.TOWN], LEVEL_DIGITS[DivisionLevel.COUNTY]


def holds(user_id: Any) -> ColumnElement[bool]:
    """Whether a person is active and sits in a post with the right to be told."""
    return exists(
        select(PostHolder.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role.in_(MEMBER_ROLES),
            User.is_active,
        )
    )


def visible(actor: Actor) -> ColumnElement[bool]:
    """The files that this person may know of: by name; and where nobody named is left in office,
    whoever holds the post that the first one held."""
    named = exists(
        select(_Member.user_id).where(_Member.file_id == _File.id, _Member.user_id == actor.id)
    )
    kept = [each for each, role in KEEPER_ROLES.items() if role is actor.role]
    if not kept:
        return named
    able = exists(
        select(_Member.user_id).where(_Member.file_id == _File.id, holds(_Member.user_id))
    )
    return or_(
        named,
        and_(_File.addressee.in_(kept), _reaches(actor.division_code, _File.town_code), ~able),
    )


def _reaches(division: Any, town: Any) -> ColumnElement[bool]:
    """Whether a post of this division is over, or of, this town."""
    digits = min(len(division), _TOWN)
    return func.left(town, digits) == division[:digits] if digits >= _COUNTY else false()
