"""Where a lead came from, and how ledgers write it.

Basis: 众办〔2022〕54号 (发动群众, 摸排, 部门移交) and the sources that published campaign figures name.
"""

import unicodedata
from collections.abc import Iterator, Mapping

from api.domain.kit.labels import Labelled


class LeadChannel(Labelled):
    """The source of a lead."""

    PLATFORM_12337 = "platform_12337", "12337平台"
    COUNTY_OFFICE = "county_office", "县专项办交办"
    POLICE_110 = "police_110", "110"
    HOTLINE_12345 = "hotline_12345", "12345"
    HOTLINE_12315 = "hotline_12315", "12315"
    PETITION = "petition", "信访"
    REPORT_BOX = "report_box", "举报箱"
    REPORT_PHONE = "report_phone", "举报电话"
    REPORT_MAILBOX = "report_mailbox", "举报邮箱"
    LETTER_OR_VISIT = "letter_or_visit", "来信来访"
    GRID_SWEEP = "grid_sweep", "网格员排查"
    VILLAGE_REPORT = "village_report", "村（社区）上报"
    DEPARTMENT_TRANSFER = "department_transfer", "部门移交"
    OWN_SWEEP = "own_sweep", "自行摸排"
    BANK_ALERT = "bank_alert", "银行预警"
    COMMUNITY_ALERT = "community_alert", "社区预警"
    MEDIA = "media", "媒体舆情"
    PUBLIC_WEB = "public_web", "公众网页举报"
    OTHER = "other", "其他"


CHANNEL_ALIASES: Mapping[LeadChannel, tuple[str, ...]] = {
    LeadChannel.PLATFORM_12337: ("12337", "智能化举报平台", "全国12337平台", "12337举报平台"),
    LeadChannel.COUNTY_OFFICE: (
        "县专项办", "县平安办", "县专项办转办", "县专项办下发", "上级交办", "上级转办", "县级交办",
    ),
    LeadChannel.POLICE_110: ("110报警", "110接警", "110警情", "报警", "公安110"),
    LeadChannel.HOTLINE_12345: ("12345热线", "政务热线", "市长热线", "12345政务服务便民热线"),
    LeadChannel.HOTLINE_12315: ("12315热线", "12315平台", "消费者投诉", "消费投诉"),
    LeadChannel.PETITION: ("信访转办", "信访件", "信访局", "信访办"),
    LeadChannel.REPORT_BOX: ("意见箱", "举报信箱"),
    LeadChannel.REPORT_PHONE: ("电话举报", "电话", "来电", "群众来电", "举报热线"),
    LeadChannel.REPORT_MAILBOX: ("电子邮箱", "邮件举报", "邮箱举报", "电子邮件"),
    LeadChannel.LETTER_OR_VISIT: (
        "上门", "来访", "来信", "上门举报", "群众来访", "群众来信", "当面举报", "群众举报",
    ),
    LeadChannel.GRID_SWEEP: ("网格员", "网格排查", "网格员上报", "网格员走访", "网格员摸排"),
    LeadChannel.VILLAGE_REPORT: ("村上报", "村委会上报", "社区上报", "村居上报", "村级上报"),
    LeadChannel.DEPARTMENT_TRANSFER: (
        "部门移送", "部门转办", "部门转交", "行业部门移交", "成员单位移交", "部门通报",
    ),
    LeadChannel.OWN_SWEEP: ("摸排", "自行排查", "自行发现", "自排", "工作中发现", "主动摸排"),
    LeadChannel.BANK_ALERT: ("银行", "银行上报", "银行网点预警", "银行提示"),
    LeadChannel.COMMUNITY_ALERT: ("社区", "社区提示"),
    LeadChannel.MEDIA: ("媒体", "舆情", "网络舆情", "媒体报道", "媒体曝光"),
    LeadChannel.PUBLIC_WEB: ("网上举报", "网络举报", "网页举报", "公众举报", "小程序举报"),
    LeadChannel.OTHER: ("其它", "其他渠道", "其他来源"),
}  # fmt: skip


def find_channel(text: str) -> LeadChannel | None:
    """The channel that a ledger cell means, whatever its spaces and brackets; None if unknown."""
    return _BY_KEY.get(_key(text))


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(mark for mark in plain if mark.isalnum())


def _keys() -> Iterator[tuple[str, LeadChannel]]:
    for channel in LeadChannel:
        for name in (channel.value, channel.label, *CHANNEL_ALIASES[channel]):
            yield _key(name), channel


_BY_KEY: dict[str, LeadChannel] = dict(_keys())
