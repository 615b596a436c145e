"""Samples for second verification: which leads may not be drawn, and why."""

from uuid import UUID

from api.domain.kit.labels import Labelled


class DrawExclusion(Labelled):
    """Why a concluded lead of the period was left out of a draw."""

    WAITING = "waiting", "已经抽中，二次核查还没有完成"
    OWN = "own", "结论由抽取人本人作出或者参与作出"


def exclusion(drawer: UUID, concluded_by: frozenset[UUID], *, waits: bool) -> DrawExclusion | None:
    """Why a lead is left out when this person draws; None where it may be drawn. Nobody draws what
    they concluded themselves: they would choose when their own work is looked at again."""
    if waits:
        return DrawExclusion.WAITING
    return DrawExclusion.OWN if drawer in concluded_by else None
