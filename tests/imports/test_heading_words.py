"""Headings as townships write them: whose number, which account, where somebody lives."""

import pytest

from api.domain.imports.ledger_headings import Headings
from api.domain.imports.ledgers import SPECS
from api.domain.organisation import rosters

from .sheets import ENTITIES, ENTITY, LEAD, LEADS, VICTIMS, entity, lead, taken, told

#: As met: the mistake (公民身份证号码), the old spelling (帐号), whose it is, brackets and slashes.
HEADINGS = {
    (VICTIMS, "id_number"): (
        "公民身份证号码 公民身份证号 公民身份号码 公民身份证 身份号码 身份证件号 居民身份证号码 二代身份证号码 身份证编号 有效证件号"
        " 有效身份证件号码 证件编号 身份証号码 本人身份证号 受害人身份证号码 受害人公民身份证号码 集资参与人身份证号"
        " 投资人身份证号码 老人身份证号 被骗老人身份证号码 身份证号码（18位） 身份证号/护照号 身份证号码（护照号） 证件号码（身份证号） *身份证号"
    ),
    (VICTIMS, "phone"): (
        "联系电话（手机） 联系方式 联系方式（电话） 联系方式（手机号码） 联系手机 手机电话 电话/手机 联系电话/手机号 移动电话 联系号码"
        " 联系电话号码 本人电话 本人手机号码 受害人电话 受害人联系电话 老人联系方式 投资人手机号 集资参与人联系电话 被害人手机号码"
        " 客户电话 座机 固定电话 家庭电话 常用联系电话"
    ),
    (VICTIMS, "account_no"): (
        "帐号 银行帐号 收款帐户 银行卡帐号 账号 卡号 银行卡号码 银行卡 银行卡卡号 收款卡号 收款银行卡号 收款账号 退款账号 储蓄卡号"
        " 存折账号 个人银行账号 账户号码 本人银行卡号 受害人银行账号 老人银行卡号 账号（卡号） 银行账号/卡号 开户行账号"
    ),
    (VICTIMS, "bank_name"): (
        "开户行 开户银行 开户行名称 开户银行名称 开户行全称 开户网点 开户支行 银行名称 收款银行 收款开户行 银行卡开户行 所属银行 发卡行"
        " 开户行（支行） 本人开户行 受害人开户行"
    ),
    (VICTIMS, "name"): (
        "姓名 受害人 受害者姓名 被骗人姓名 受骗老人姓名 老年人姓名 老人姓名 投资者姓名 出资人 集资参与人姓名 参与人 客户姓名 名字"
        " 本人姓名 受害人（姓名） 参与群众姓名"
    ),
    (VICTIMS, "address"): (
        "住址 家庭住址 现住址 现居住地 现居住地址 居住地 居住地址 常住地址 通讯地址 详细住址 家庭详细住址 本人住址 老人住址 受害人家庭住址 住所"
    ),
    (VICTIMS, "principal"): (
        "投资款 投资资金 投资数额 投入资金 投入总额 集资款 集资总金额 参与集资金额 出资额 缴款金额 缴费金额 打款金额 转账金额 受骗金额（元）"
        " 损失金额 经济损失 本金（万元） 被骗总金额"
    ),
    (VICTIMS, "division_code"): "所在行政村 所属行政村 村名 属地村 村社区名称 居住村 所在村（居）",
    (LEADS, "reporter_phone"): (
        "举报人手机 举报人联系手机 反映人联系方式 反映人手机号码 来电人电话 来访人联系电话 投诉人电话 投诉人联系方式"
        " 检举人电话 线索提供人电话 提供人联系方式 报案人手机号 信访人联系电话 联系电话（手机） 举报人固定电话 移动电话"
    ),
    (LEADS, "reporter_name"): (
        "举报人 反映人姓名 来电人姓名 来访人 检举人 检举人姓名 投诉人 线索提供人 提供人 提供人姓名 信访人姓名 举报人名称 报警人"
    ),
    (LEADS, "subject_name"): (
        "被举报人名称 被举报单位名称 被反映单位名称 被举报企业 被举报机构名称 被投诉人 被投诉单位 被投诉对象 涉案单位 涉案企业名称 涉案公司"
        " 涉事单位 涉事企业 涉嫌单位 涉案主体名称 嫌疑人 嫌疑人姓名 犯罪嫌疑人姓名 被控告人 被反映对象姓名"
    ),
    (LEADS, "amount_involved"): (
        "涉案数额 涉案款 涉案资金（万元） 涉案资金总额 涉及总额 被骗金额 受骗金额 诈骗金额 经济损失 经济损失（元） 损失金额 集资金额 涉诈金额"
    ),
    (LEADS, "subject_uscc"): "统一社会信用代码证号 社会统一信用代码 被举报单位统一社会信用代码 信用代码证号",
    (LEADS, "division_code"): "所在行政村 村社区名称 发生村 属地村居 所属行政村",
    (ENTITIES, "name"): (
        "公司名称 企业全称 机构全称 店铺名称 门店名称 商家名称 市场主体名称 经营主体名称 养老机构名称 风险主体名称 风险企业名称 管控对象名称"
        " 单位名称（全称） 个体工商户名称"
    ),
    (ENTITIES, "address"): (
        "经营地 营业地址 营业场所 办公地址 办公地点 实际经营地址 登记地址 机构详细地址 企业地址 场所详细地址 公司地址 门店地址 住所（经营场所）"
    ),
    (ENTITIES, "responsible_person"): (
        "法人姓名 法人代表姓名 经营者姓名 经营人 机构负责人 企业负责人 单位负责人姓名 主要负责人姓名 实际负责人 法定代表人（负责人）"
    ),
    (ENTITIES, "phone"): (
        "法人电话 法定代表人电话 法定代表人联系方式 经营者电话 经营者手机号 负责人手机 负责人手机号码 负责人联系方式 机构电话 单位联系电话 企业联系电话"
        " 公司电话 店铺电话 联系人手机 联系人联系方式 座机"
    ),
    (ENTITIES, "uscc"): "统一社会信用代码证号 社会统一信用代码 企业统一社会信用代码 信用代码号 统一社会信用代码（18位）",
    (ENTITIES, "prepaid_amount"): "预付费 预付费金额 预付卡余额 预收款项 预收资金总额 预收费总金额 预付资金（万元）",
    (ENTITIES, "division_code"): "所在行政村 村社区名称 属地村居 所在村名",
}  # fmt: skip
EACH = [(kind, field, word) for (kind, field), words in HEADINGS.items() for word in words.split()]


@pytest.mark.parametrize(("kind", "field", "heading"), EACH)
def test_a_heading_as_townships_write_it(kind, field: str, heading: str) -> None:
    assert Headings(SPECS[kind]).field(heading) == field


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (VICTIMS, "代理人身份证号"), (VICTIMS, "配偶身份证号码"), (VICTIMS, "业务员电话"), (VICTIMS, "子女联系电话"), (VICTIMS, "家属手机号"),
        (VICTIMS, "户籍地址"), (VICTIMS, "户名"), (VICTIMS, "开户名"), (VICTIMS, "证件类型"), (VICTIMS, "开户行及账号"), (VICTIMS, "老人"),
        (VICTIMS, "实际损失"), (LEADS, "被举报人电话"), (LEADS, "承办人联系方式"), (LEADS, "举报人身份证号"), (LEADS, "已追回金额"),
        (LEADS, "举报单位"), (LEADS, "嫌疑人身份证号"), (ENTITIES, "营业执照注册号"), (ENTITIES, "网格员电话"), (ENTITIES, "包保责任人电话"),
        (ENTITIES, "负责人身份证号"), (ENTITIES, "负责人住址"),
    ],
)  # fmt: skip
def test_what_is_another_persons_or_another_thing_stays_unknown(kind, heading: str) -> None:
    assert Headings(SPECS[kind]).field(heading) is None


def test_a_victims_sheet_with_such_headings_is_read_whole() -> None:
    head = ["受骗老人姓名", "公民身份证号码", "联系电话（手机）", "现居住地址", "开户银行名称", "银行帐号", "投资款（万元）"]  # fmt: skip
    line = ["王某某", "11010519491231002X", "13800138001", "白庙村", "农商行", "6228480402564890018", 5]  # fmt: skip
    rows, reader = taken(VICTIMS, [head, line])
    assert not rows[2].extras
    assert not {"columns_ignored", "column_doubled"} & told(reader)
    assert rows[2].values["id_number"] == "11010519491231002X"
    assert rows[2].values["account_no"] == "6228480402564890018"
    assert rows[2].values["principal"] == 50_000_00
    assert None not in {rows[2].values[name] for name in ("name", "phone", "address", "bank_name")}


@pytest.mark.parametrize(
    ("heading", "good"),
    [("公民身份证号码", True), ("公民身份证号（必填）", True), ("公民身份号码", False), ("证件号码", False)],
)  # fmt: skip
def test_below_a_loose_heading_a_wrong_number_is_kept_and_told(heading: str, good: bool) -> None:
    said = "341522194506071513"
    rows, _ = taken(VICTIMS, [["姓名", heading, "投资金额（元）"], ["王某某", said, 5]])
    assert rows[2].good is good
    assert rows[2].extras == ({heading: said} if good else {})
    assert "bad_id_number" in {one.code for one in rows[2].warnings if good} | {
        one.code for one in rows[2].faults
    }


@pytest.mark.parametrize("turned", [False, True])
def test_a_landline_gives_way_to_a_mobile_number(turned: bool) -> None:
    head, cells = ["固定电话", "手机号码"], ["0564-6012345", "13800138003"]
    if turned:
        head, cells = head[::-1], cells[::-1]
    rows, _ = taken(LEADS, [[*LEAD, "举报人", *head], lead("李某", *cells)])
    assert rows[2].values["reporter_phone"] == "13800138003"
    assert rows[2].extras == {"固定电话": "0564-6012345"}


@pytest.mark.parametrize("loss", ["损失金额", "被骗金额", "经济损失"])
def test_what_was_lost_is_not_what_is_involved_beside_it(loss: str) -> None:
    rows, _ = taken(LEADS, [[*LEAD, loss, "涉案金额"], lead(3, 5)])
    assert rows[2].values["amount_involved"] == 5_00
    assert rows[2].extras == {loss: "3"}


def test_the_phone_of_a_body_is_read_beside_its_head() -> None:
    head = [*ENTITY[:3], "法人姓名", "法人联系方式", *ENTITY[5:]]
    rows, reader = taken(ENTITIES, [head, entity()])
    assert rows[2].values["responsible_person"] == "钱某某"
    assert rows[2].values["phone"] == "13800138001"
    assert "columns_ignored" not in told(reader)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("单位全称", "unit"), ("所属单位", "unit"), ("所属行政村", "place"), ("所在村（社区）", "place"), ("联络员姓名", "name"), ("联系人", "name"),
        ("联络员电话", "phone"), ("联系手机", "phone"), ("负责人联系方式", "phone"), ("登录帐号", "username"), ("帐号", "username"),
    ],
)  # fmt: skip
def test_a_list_of_people_knows_them_too(heading: str, column: str) -> None:
    first = {"unit": "姓名", "name": "单位"}.get(column, "单位")
    lines, faults = rosters.read(f"{first}\t岗位\t{heading}\n甲\t乙\t丙")
    assert [one.code for one in faults if one.code == "column_unknown"] == []
    assert lines[0].get(rosters.RosterColumn(column)) == "丙"
