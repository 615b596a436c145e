"""The kinds of papers: what each is made from, who may make it, its series of numbers, its template.

A kind is a row of `RULES` with a template in `TEMPLATES`; the table is checked when it is read, so a
template that names an unknown field never starts (docs/adding-a-paper.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from api.domain.entities.risk_measures import (
    ACTOR_OF_UNIT,
    MEASURE_RULES,
    LegalActor,
    RiskMeasureKind,
)
from api.domain.kit.actors import Actor
from api.domain.kit.errors import RuleViolated
from api.domain.kit.flow import REASON, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.nouns import PATHS
from api.domain.kit.permissions import Permission as P
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import PETITIONS
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.papers.blocks import Block, BlockKind, named
from api.domain.papers.fields import registered


class PaperKind(Labelled):
    """What kind of paper it is."""

    TRANSFER_LETTER = "transfer_letter", "移送书"
    RECTIFICATION_NOTICE = "rectification_notice", "责令整改通知书"
    REMINDER_LETTER = "reminder_letter", "风险提示函"
    ASSIGNMENT_SLIP = "assignment_slip", "交办单"


class PaperStatus(Labelled):
    """Whether it still holds; its number is never given again."""

    MADE = "made", "已制作"
    VOIDED = "voided", "已作废"


class PaperAction(Labelled):
    """What is done with a paper that was made."""

    VOID = "void", "作废"


K, B = PaperKind, BlockKind


@dataclass(frozen=True, slots=True)
class PaperRule:
    """One kind: from which nouns it is made, who may make it, the word of its series."""

    nouns: tuple[str, ...]
    series: str
    needs: P
    #: Only by the unit in charge, or also by the office.
    by_office: bool = True
    #: The measure whose lawful body signs the paper itself.
    measure: RiskMeasureKind | None = None


RULES: Final[Mapping[PaperKind, PaperRule]] = {
    K.TRANSFER_LETTER: PaperRule(("lead", "handover"), "移", P.LEAD_HANDLE),
    K.RECTIFICATION_NOTICE: PaperRule(
        ("rectification",),
        "责改",
        P.INSPECTION_HANDLE,
        by_office=False,
        measure=RiskMeasureKind.ORDER_RECTIFICATION,
    ),
    K.REMINDER_LETTER: PaperRule(
        ("risk_entity",), "提示", P.RISK_ENTITY_HANDLE, measure=RiskMeasureKind.REMIND
    ),
    K.ASSIGNMENT_SLIP: PaperRule(("lead",), "交办", P.LEAD_ASSIGN),
}
#: By which right the records are read that papers are made from.
READS: Final[Mapping[str, P]] = {
    "lead": P.LEAD_READ,
    "handover": P.LEAD_READ,
    "rectification": P.INSPECTION_READ,
    "risk_entity": P.RISK_ENTITY_READ,
}
#: What a letter rests on, by the nature of the hand-over; no letter goes with the others.
BASIS: Final[Mapping[TransferKind, str]] = {
    TransferKind.TRANSFER: "《行政执法机关移送涉嫌犯罪案件的规定》第三条、第五条",
    TransferKind.REPORT: "《中华人民共和国刑事诉讼法》第一百一十条",
    TransferKind.REFERRAL: PETITIONS,
}


@dataclass(frozen=True, slots=True)
class Template:
    """One version of the text of a kind. Versions are added, never changed: what was made prints as
    it was."""

    version: int
    blocks: tuple[Block, ...]


_SIGNED = (Block(B.DATE, "{made_on}"),)
#: What is written by hand on the paper that goes with a lead.
_TO_SIGN = (
    ("交办意见", "签字（盖章）：　　　　　　年　　月　　日"),
    ("签收", "签收人：　　　　　　年　　月　　日　　时"),
    ("办理情况", "负责人签字：　　　　　　年　　月　　日"),
)

TEMPLATES: Final[Mapping[PaperKind, Sequence[Template]]] = {
    K.TRANSFER_LETTER: (
        Template(
            1,
            (
                Block(B.TITLE, "{sender}"),
                Block(B.TITLE, "移送书"),
                Block(B.NUMBER, "{number}"),
                Block(B.ADDRESSEE, "{receiver}"),
                Block(
                    B.PARAGRAPH,
                    "我单位办理的“{title}”一事（编号：{record_number}），经核查应由你单位处理。"
                    "依照{basis}，现予{nature}，请依法处理。",
                ),
                Block(B.HEADING, "一、基本情况"),
                Block(B.TABLE, "{facts}"),
                Block(B.HEADING, "二、移送理由"),
                Block(B.PARAGRAPH, "{grounds}"),
                Block(B.PARAGRAPH, "核实情况：{report}", optional=True),
                Block(B.PARAGRAPH, "核实情况的执法人员：{investigators}。", optional=True),
                Block(B.PARAGRAPH, "本次移送于{approved_on}经{approved_by}批准。", optional=True),
                Block(
                    B.PARAGRAPH,
                    "请在接收时签署回执，依法办理，并将办理结果书面告知我单位。",
                ),
                Block(B.ATTACHMENTS, "{materials}"),
                Block(B.SIGNATURE, "{sender}"),
                *_SIGNED,
            ),
        ),
    ),
    K.RECTIFICATION_NOTICE: (
        Template(
            1,
            (
                Block(B.TITLE, "{legal_actor_name}"),
                Block(B.TITLE, "责令整改通知书"),
                Block(B.NUMBER, "{number}"),
                Block(B.ADDRESSEE, "{entity_name}"),
                Block(B.PARAGRAPH, "经检查，发现你单位存在下列问题：{problems}", optional=True),
                Block(
                    B.PARAGRAPH,
                    "依照{legal_basis}，现责令你单位于{due_on}以前（含当日）按下列要求整改：",
                ),
                Block(B.LIST, "{requirements}"),
                Block(
                    B.PARAGRAPH,
                    "整改完成后，请将整改情况和有关材料书面报送我单位，我单位将进行复查；"
                    "逾期不整改或者整改不到位的，依法处理。",
                ),
                Block(B.PARAGRAPH, "整改编号：{record_number}。"),
                Block(B.SIGNATURE, "{legal_actor_name}"),
                *_SIGNED,
                Block(B.NOTE, "本通知书一式两份，一份送达当事单位，一份存档"),
            ),
        ),
    ),
    K.REMINDER_LETTER: (
        Template(
            1,
            (
                Block(B.TITLE, "{legal_actor_name}"),
                Block(B.TITLE, "风险提示函"),
                Block(B.NUMBER, "{number}"),
                Block(B.ADDRESSEE, "{entity_name}"),
                Block(
                    B.PARAGRAPH,
                    "为防范养老领域诈骗和非法集资风险，依照{legal_basis}，现就你单位经营活动提示如下：",
                ),
                Block(B.LIST, "{reminder}"),
                Block(B.PARAGRAPH, "请于{deadline}以前改正，并书面回复我单位。", optional=True),
                Block(B.PARAGRAPH, "请严格依法经营，主动接受监督。（编号：{record_number}）"),
                Block(B.SIGNATURE, "{legal_actor_name}"),
                *_SIGNED,
            ),
        ),
    ),
    K.ASSIGNMENT_SLIP: (
        Template(
            1,
            (
                Block(B.TITLE, "线索交办单"),
                Block(B.NUMBER, "{number}"),
                Block(B.ADDRESSEE, "{owner_unit}"),
                Block(
                    B.PARAGRAPH,
                    "现将线索{record_number}交你单位办理，请于{due_on}以前（含当日）办结并反馈。",
                ),
                Block(B.PARAGRAPH, "期限的依据：{due_rule}。", optional=True),
                Block(
                    B.TABLE,
                    rows=(
                        ("反映对象", "{subject_name}"),
                        ("类别", "{categories}"),
                        ("村（社区）", "{place}"),
                        ("来源", "{channel}"),
                        ("接收日期", "{received_on}"),
                        ("涉案金额（元）", "{amount}"),
                        ("涉及人数", "{people}"),
                        ("协办单位", "{assists}"),
                        ("风险特征", "{red_flags}"),
                        ("备注", "{remark}"),
                    ),
                    optional=True,
                ),
                Block(B.PARAGRAPH, "反映内容：{narrative}"),
                Block(B.PARAGRAPH, "请为举报人保密。交办日期：{assigned_on}。"),
                Block(B.SIGNATURE, "{assigned_by}"),
                *_SIGNED,
            ),
        ),
        Template(
            2,
            (
                Block(B.TITLE, "线索交办单"),
                Block(B.NUMBER, "{number}"),
                Block(B.ADDRESSEE, "{owner_unit}"),
                Block(B.PARAGRAPH, "{urgent}。", optional=True),
                Block(
                    B.PARAGRAPH,
                    "现将线索{record_number}交你单位办理，请于{due_on}以前（含当日）办结并反馈。",
                ),
                Block(B.PARAGRAPH, "期限的依据：{due_rule}。", optional=True),
                Block(
                    B.TABLE,
                    rows=(
                        ("反映对象", "{subject_name}"),
                        ("统一社会信用代码", "{uscc}"),
                        ("类别", "{categories}"),
                        ("村（社区）", "{place}"),
                        ("来源", "{channel}"),
                        ("接收日期", "{received_on}"),
                        ("涉案金额（元）", "{amount}"),
                        ("涉及人数", "{people}"),
                        ("协办单位", "{assists}"),
                        ("风险特征", "{red_flags}"),
                        ("备注", "{remark}"),
                    ),
                    optional=True,
                ),
                Block(B.PARAGRAPH, "反映内容：{narrative}"),
                Block(B.PARAGRAPH, "请为举报人保密。交办日期：{assigned_on}。"),
                Block(B.TABLE, rows=_TO_SIGN),
                Block(B.SIGNATURE, "{assigned_by}"),
                *_SIGNED,
            ),
        ),
    ),
}


class UnknownField(ValueError):
    """A template names a field that its noun does not have, or is no template at all."""


def check(kind: PaperKind, template: Template, nouns: Sequence[str]) -> None:
    """Whether everything that a template names is read somewhere. Raises UnknownField."""
    where = f"“{kind.label}”第 {template.version} 版"
    try:
        names = named(template.blocks)
    except ValueError as error:
        raise UnknownField(f"{where}的花括号不成对：{error}") from error
    for noun in nouns:
        unknown = [name or "（空）" for name in names if name not in registered(noun)]
        if unknown:
            raise UnknownField(f"{where}写了没有登记的栏目（{noun}）：{'、'.join(unknown)}")


for _kind, _rule in RULES.items():
    for _template in TEMPLATES[_kind]:
        check(_kind, _template, _rule.nouns)


def template(kind: PaperKind, version: int | None = None) -> Template:
    """A version of a kind's template; the newest where none is named."""
    versions = TEMPLATES[kind]
    if version is None:
        return versions[-1]
    return next(each for each in versions if each.version == version)


def table() -> dict[str, dict[str, str]]:
    """Noun as in addresses → the kinds made from it → the right to the act that each is about: so the
    document of the interface has it."""
    return {
        PATHS[noun]: {kind.value: RULES[kind].needs.value for kind in kinds_of(noun)}
        for noun in READS
    }


def kinds_of(noun: str) -> Iterator[PaperKind]:
    """The papers that are made from a noun."""
    return (kind for kind, rule in RULES.items() if noun in rule.nouns)


def ensure_signs(
    kind: PaperKind, unit: UnitBehaviour, unit_name: str, actor: LegalActor, actor_name: str
) -> None:
    """Whether a unit signs such a paper itself: the body that takes the measure does, by the table of
    what bodies may do. Who only recorded what another body did, signs nothing for it.

    Raises RuleViolated naming the article.
    """
    measure = RULES[kind].measure
    if measure is None:
        return
    rule = MEASURE_RULES[measure]
    itself = ACTOR_OF_UNIT.get(unit) is actor or actor_name == unit_name
    if actor not in rule.actors or not itself:
        body = actor_name or actor.label
        raise RuleViolated(
            f"{kind.label}由实施机关自己制作：这一措施的实施机关是{body}，不是{unit_name}（{rule.basis}）",
            code="actor_without_power",
            article=rule.basis,
            lawful_actors=[each.value for each in LegalActor if each in rule.actors],
        )


S, A = PaperStatus, PaperAction


def _made_it(actor: Actor, record: Record) -> bool:
    return actor.unit_id == record.owner_unit_id or actor.may(P.LEAD_ASSIGN)


MAKER: Final = Predicate("not_own_unit", "只有制作文书的单位或镇专项办可以作废", _made_it)
PAPER_FLOW: Final[Flow[PaperStatus, PaperAction]] = Flow(
    "paper",
    S.MADE,
    {
        A.VOID: Step(
            frozenset({S.MADE}),
            S.VOIDED,
            P.PAPER_MAKE,
            fields=(REASON,),
            when=(MAKER,),
            danger=True,
        ),
    },
)


def in_charge(kind: PaperKind) -> Predicate:
    """Who makes a paper on a record: the unit in charge of it; of some kinds the office, too."""
    return _OR_OFFICE if RULES[kind].by_office else _UNIT_ONLY


_UNIT_ONLY: Final = Predicate(
    "not_own_unit",
    "只有承办这条记录的单位可以制作这种文书",
    lambda actor, record: actor.unit_id == record.owner_unit_id,
)
_OR_OFFICE: Final = Predicate(
    "not_own_unit",
    "只有承办单位或镇专项办可以制作这种文书",
    lambda actor, record: (
        actor.unit_id == cast("Any", record).owner_unit_id or actor.may(P.LEAD_ASSIGN)
    ),
)
