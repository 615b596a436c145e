"""Samples for second verification: which leads may not be drawn, and why."""

from uuid import UUID

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import DRAWABLE, LeadStatus


class DrawExclusion(Labelled):
    """Why a lead that was concluded in the period was left out of a draw."""

    WAITING = "waiting", "已经抽中，二次核查还没有完成"
    MERGED = "merged", "已经并入其他线索"
    ARCHIVED = "archived", "已经归档"
    ELSEWHERE = "elsewhere", "正在二次核查、移送移交或者由县里办理"
    OWN = "own", "结论由抽取人本人作出或者参与作出"


def exclusion(
    drawer: UUID,
    concluded_by: frozenset[UUID],
    status: LeadStatus,
    *,
    waits: bool,
    is_merged: bool,
) -> DrawExclusion | None:
    """Why a lead is left out when this person draws; None where it may be drawn. Nobody draws what
    they concluded themselves: they would choose when their own work is looked at again."""
    if waits:
        return DrawExclusion.WAITING
    if is_merged:
        return DrawExclusion.MERGED
    if status is LeadStatus.ARCHIVED:
        return DrawExclusion.ARCHIVED
    if status not in DRAWABLE:
        return DrawExclusion.ELSEWHERE
    return DrawExclusion.OWN if drawer in concluded_by else None
