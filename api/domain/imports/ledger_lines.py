"""What a line of a ledger sheet is: data, or furniture around it.

A total is told by its words in any spelling (总 合 计, 合计：2人, 上页结转, 本年累计); whether a line
with such words is one, or a shop of that name, is for the reader to see from the rest of the line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.domain.imports.money_units import UnitSaid, squeezed, title_unit
from api.domain.kit.labels import Labelled


class LineRole(Labelled):
    """How a line was understood. A line without a role is data."""

    TITLE = "title", "标题"
    GROUP = "group", "上层表头"
    HEADER = "header", "表头"
    DATA = "data", "数据"
    TOTAL = "total", "合计"
    SECTION = "section", "分段"
    NOTE = "note", "说明"
    EXAMPLE = "example", "示例"
    NUMBERS = "numbers", "列号"
    STRUCK = "struck", "划掉"
    LEFT_OUT = "left_out", "人工去掉"
    UNREAD = "unread", "未读取"


class SheetState(Labelled):
    """Whether a sheet was read, and why not."""

    READ = "read", "已读取"
    HIDDEN = "hidden", "隐藏，未读取"
    SKIPPED = "skipped", "人工去掉"
    NO_HEADER = "no_header", "没有找到表头"
    COLUMNS_MISSING = "columns_missing", "缺少必需的列"
    EMPTY = "empty", "空表"


# ----------------------------------------------------------------------------------------- totals

_COUNTER: Final = r"(?:人次?|名|位|户|家|个|件|条|起|宗|笔|处|次|所|间)"
_NUMBER: Final = (
    r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+(?=[人名位户家个件条起宗笔处次所间]))"
)
#: 2家机构, 3名集资参与人: what is counted, after its counter
_NOUN: Final = r"(?:(?:养老|服务|经营|风险|集资)*(?:机构|企业|单位|场所|商户|主体|实体|对象|线索|受害人|参与人|投资人|老人|老年人|群众|案件))"
_STATED: Final = rf"(?:[，,、;；。]?(?:共计?|计|约)?[^\W\d_]{{0,6}}?[:：]?{_NUMBER}(?:亿|万|千)?(?:元|{_COUNTER}{_NOUN}?)?整?)"
_SUFFIX: Final = (
    r"(?:数额?|人数|户数|家数|件数|笔数|金额|总额|总数|额|本金|款|栏|行)?(?:\([^)]{0,15}\))?[:：]?"
    rf"{_STATED}{{0,4}}[。.]?"
)
_WORD: Final = r"(?:总(?:人|户|家|件|笔|金|条)数?额?|总合计|总共计|总计|合计|小计|共计|累计|总共|总数|总额|总和|汇总)"
_TOTAL: Final = re.compile(
    rf"[(\[【]?(?:其中[:：])?[\w、()\-—~.]{{0,16}}?(?P<word>{_WORD})[)\]】]?{_SUFFIX}"
)
_CARRIED: Final = re.compile(
    r"[(\[【]?(?P<word>(?:上|前)(?:一)?(?:页|月|年度?|期|季度?)(?:结转|转来|余额?|结存|数|止)|[由自从]?(?:承|接)(?:上|前)页?(?:结转|转来)?"
    r"|过(?:次|下)页|转(?:下|次|后)页|结转(?:下|次|后)?页?|(?:下|次|后)页(?:续|接)|续(?:上|下|前)页|(?:期|年|月)[初末]余?额?数?|截[至止].{0,12}止?)"
    rf"[)\]】]?{_SUFFIX}"
)
_COUNT_ONLY: Final = re.compile(
    rf"(?:全[镇村县乡市区]|本[镇村县乡市区]|以上|上述)?一?(?:(?:共|计|总)计?)有?[:：]?(?P<n>\d[\d,]*)(?P<of>{_COUNTER}){_NOUN}?(?:[，,、;；]?{_STATED}){{0,3}}"
)
#: These are a total only alone: names end in such words.
_ALONE: Final = re.compile(
    rf"(?:[村镇组乡县队]?计|(?:以上|上述|本[表页])?(?:一共|合共|总共|共|总)|[∑]|合計|小計|總計|總合計|Σ|(?:grand|sub)?[- ]?total|sum)(?:\([^)]{{0,15}}\))?[:：]?{_STATED}{{0,4}}",
    re.IGNORECASE,
)
_CAPITALS: Final = r"[零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]"
_IN_CAPITALS: Final = re.compile(
    rf"(?:合计|总计|共计)?(?:金额)?(?:人民币)?[(（]?大写[)）]?(?:合计|总计|金额)?[:：]?(?:人民币)?{_CAPITALS}*"
    rf"|(?:合计|总计|共计)(?:金额)?(?:人民币)?[:：]?{_CAPITALS}{{2,}}"
)
#: A line that breaks the total down, or is no sum: it is held against nothing.
_BROKEN_DOWN: Final = re.compile(
    r"其中[:：]?.{0,20}|[减加扣][:：].{0,20}|(?:减去|扣除)[:：]?.{0,20}|(?:户|人)?均(?:值|数)?|平均(?:值|数|金额)?|最(?:大|小|高|低)值?"
)
_COUNTED: Final = re.compile(rf"[^\d]{{0,10}}?(?P<n>\d[\d,]*)(?P<of>{_COUNTER})[)）]?")
_AMOUNT: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)((?:亿|万|千|百)?元)")
_GRAND: Final = re.compile(r"总(?:合|共)?计|总数|总额|总共|总和|全[镇县乡市区]|汇总")
_PART: Final = re.compile(r"小计|[上前本每当][页日周月季]|承|接|过[次下]|转|续|[组队]")
_OPEN: Final = re.compile(r"累计|[上前](?:月|年|期|季)|年初|月初|期初|截[至止]")
#: Nothing without one of these can be a total: asked of every line.
_HINT: Final = re.compile(r"[计累共转页总汇初末截計Σ∑大]|total|sum", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TotalSaid:
    """The words of a total line: how far it reaches, and what it states beside its columns."""

    #: 0 a part (小计, a page, a month), 1 a total, 2 the total of all
    level: int
    #: earlier files are in it (本年累计): it may well be more than this table's rows
    open: bool = False
    count: int | None = None
    counter: str = ""
    amounts: tuple[str, ...] = ()


def total_said(text: str) -> TotalSaid | None:
    """What a cell says as the label of a total line, or None."""
    if len(text) > 60 or not _HINT.search(text):
        return None
    bare = squeezed(text).strip(":：。.*-—_=·、,，→>")
    match = _TOTAL.fullmatch(bare) or _CARRIED.fullmatch(bare) or _COUNT_ONLY.fullmatch(bare)
    match = match or _ALONE.fullmatch(bare) or _IN_CAPITALS.fullmatch(bare)
    if match is None:
        return None
    level = 0 if _PART.search(bare) or _CARRIED.fullmatch(bare) else 2 if _GRAND.search(bare) else 1
    n, of = count_said(bare) or (None, "")
    return TotalSaid(
        level, bool(_OPEN.search(bare)), n, of, tuple(m[0] for m in _AMOUNT.finditer(bare))
    )


def count_said(text: str) -> tuple[int, str] | None:
    """`2人`, `共 3 家`, `白庙村2人`: a number of what the rows are."""
    match = _COUNTED.search(squeezed(text))
    return (int(match["n"].replace(",", "")), match["of"]) if match else None


def is_figure(text: str) -> bool:
    """Whether a cell beside a total's label holds its figure: 3, 80000元, 捌万元整."""
    return bool(re.fullmatch(rf"[\d,.]{{1,9}}(?:亿|万|千)?元?|{_CAPITALS}{{2,}}", squeezed(text)))


def is_broken_down(text: str) -> bool:
    """`其中：60岁以上`, `减：已退`, `平均`: a line that tells more of the total above it."""
    return bool(_BROKEN_DOWN.fullmatch(squeezed(text)))


def is_count(text: str) -> bool:
    """Whether a cell says nothing but how many, as only a total line does."""
    bare = squeezed(text)
    return bool(_COUNTED.fullmatch(bare) or _COUNT_ONLY.fullmatch(bare))


def is_bare_count(text: str) -> bool:
    """`2人`, `共3家`: a number alone, where a name belongs."""
    return bool(
        re.fullmatch(
            rf"(?:共|计|总|合计|共计|总计)?[:：]?\d[\d,]*{_COUNTER}{_NOUN}?", squeezed(text)
        )
    )


# ------------------------------------------------------------------------------------------ notes

_SIGNED: Final = (
    r"(?:填表|填报|填制|制表|制单|编制|审核|审批|审定|复核|校对|核对|统计|经办|经手|报送|上报|录入|登记|汇总|抄送|抄报|联系|负责|分管|主管|主要|单位"
    r"|签字|签名|签章|盖章|公章|打印|日期|时间|财务|会计|出纳)"
)
_SIGNATURE: Final = re.compile(
    rf"[(（]?(?:本|该|各|村|镇|单位|主要|分管|村级|镇级|社区){{0,2}}{_SIGNED}[^:：\d]{{0,12}}[:：].*"
    rf"|{_SIGNED}(?:人|员|单位|部门|机关|日期|时间|领导|负责人|人签字|人签名)(?:\([^)]*\))?(?:\s+\S.{{0,12}})?"
    r"|(?:单位|部门|村|镇|社区|村委会)?(?:\(?(?:盖章|公章|签章|签字)(?:处)?\)?)[:：]?.{0,20}"
    r"|(?:\d{2,4})?年(?:\d{1,2})?月(?:\d{1,2})?日",
    re.DOTALL,
)
_NOTE: Final = re.compile(
    r"[(（\[【*※]?(?:注意?|备注|附注?|说明|填写?说明|填表说明|填报说明|填写要求|填报要求|填表要求|编制说明|要求|提示|温馨提示|特别说明|数据来源|资料来源|来源)"
    r"(?:事项)?[一二三\d]{0,2}[:：.、\]】)）].*|[※*★△▲]+\s*\S.{3,}|(?:注|备注|说明|附注|填表说明|填报说明)",
    re.DOTALL,
)
_END: Final = re.compile(
    r"[(（\-—_=*~·.…<《【\[]*(?:以下|此处|此行|本页|本行|下面|以下为?|此页|本页以下|本表以下)(?:空白|无正文|无内容|无数据|空|无)[)）\-—_=*~·.…>》】\]]*"
    r"|[(（\-—_=*~·.…<《【\[]*(?:空白|完|表尾|结束|止|END|全表完|无正文)[)）\-—_=*~·.…>》】\]]*",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"[(（\-—]*第[\d一二三四五六七八九十]+页(?:[，,/]?(?:共|总)[\d一二三四五六七八九十]+页)?[)）\-—]*|共\d+页.{0,8}|[(（]?续表[一二三\d]*[)）]?|page\d+.*",
    re.IGNORECASE,
)
_SHOWN: Final = r"(?:示例|样例|范例|举例|样表)"
_EXAMPLE: Final = re.compile(
    rf"[(（【\[]{_SHOWN}(?:行|\d*)?[)）】\]].+|.+[(（【\[]{_SHOWN}[)）】\]]|(?:{_SHOWN}|例如?|如)[:：].+|"
    r"[(（【]?(?:填写|填报)?(?:示例|样例|范例|例子|例)(?:行|\d*)?[:：)）】]?$|例[:：].*"
)
_ORDINAL: Final = re.compile(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[)）、.．,，:：]|第[一二三四五六七八九十\d]{1,3}[部批组类章节]|[(（][\d]{1,2}[)）]|[IVX]{1,4}[.、])\s*\S.*",
    re.DOTALL,
)
_NUMBERED: Final = re.compile(r"[(（]?\d{1,2}[)）.、．,，:：]\s*\S.{2,}", re.DOTALL)
_SENTENCE: Final = re.compile(
    r"[。；;！!？?]|[，,].*[，,]|[:：].{4,}|零报告|上报|报送|填报|如实填写"
)
#: What is written alone in a line below the rows, and is nobody's name.
_REMARK: Final = re.compile(
    r"(?:以上|上述|上表|本表|此表|该表|如上).{0,30}(?:已|均|由|无误|属实|真实|负责|填写|登记|核实).{0,30}"
    r"|.{0,12}(?:核对|核实|审核|登记|填写|校验)(?:无误|完毕|属实|完成)|(?:以上|上述|所填|内容|情况|信息){1,3}(?:均)?(?:属实|无误|真实)"
    r"|数据(?:截|统计|来源).{0,30}|截[止至]\d.{0,30}"
    r"|标?[红黄绿蓝橙灰](?:色|字)?(?:字体|标注|标记|底色|底纹|部分|单元格|的)*(?:为|表示|是|代表).{1,30}"
    r"|[—\-_=*~·.…/\\─]{3,}|\d{1,3}/\d{1,3}|(?:本人|村|单位)?承诺[:：].*"
    r"|[^:：\d]{0,8}(?:签字|签名|签章|审批|盖章|干部|书记|主任|领导|镇长|所长)[^:：\d]{0,4}[:：].{0,40}"
    r"|.{2,20}(?:人民政府|村民委员会|居民委员会|村委会|居委会|领导小组|工作专班)",
    re.DOTALL,
)
_DAY: Final = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_NOTE_HINT: Final = re.compile(
    r"[:：注备附说填制审空页续完※*★△▲盖签章以此第例来要提年共编复经报END止]|page", re.IGNORECASE
)


def is_signature(text: str) -> bool:
    """`填表人：某某`, `审核：`, `（盖章）`, `2022年9月30日` under a table."""
    return bool(_SIGNATURE.fullmatch(text.strip()) or _SIGNATURE.fullmatch(squeezed(text)))


def unit_line(texts: Sequence[str]) -> UnitSaid:
    """The unit that a line names if all of it speaks of the table: `单位：万元`, `单位：` | `万元`.

    `王某某 | 5 | 万元` is a row of data.
    """
    told = title_unit(texts) if 1 <= len(texts) <= 3 else UnitSaid()
    fits = (
        title_unit([text]) or is_signature(text) or text.rstrip().endswith((":", "："))
        for text in texts
    )
    return told if told and all(fits) else UnitSaid()


def is_note(text: str) -> bool:
    """`注：…`, `备注：…`, `※…`."""
    return bool(_NOTE.fullmatch(squeezed(text)))


def is_end(text: str) -> bool:
    """`以下空白`, `此处空白`, `第 2 页 共 3 页`, `续表`."""
    bare = squeezed(text)
    return bool(_END.fullmatch(bare) or _PAGE.fullmatch(bare))


def is_example(text: str) -> bool:
    """The line of a form that shows how to fill it in."""
    return bool(_EXAMPLE.fullmatch(squeezed(text)))


def is_section(text: str) -> bool:
    """`一、上级交办`, `（二）自行摸排`: the heading of a part of the table."""
    return bool(_ORDINAL.fullmatch(text.strip()))


def is_numbered(text: str) -> bool:
    """`2.无情况实行零报告`: a line that goes on with the notes before it."""
    return bool(_NUMBERED.fullmatch(text.strip()))


def is_remark(text: str) -> bool:
    """`核对无误`, `标黄的为已退`, `某镇人民政府`: no row of a table, if nothing stands beside it."""
    return bool(_REMARK.fullmatch(squeezed(text)))


def is_sentence(text: str) -> bool:
    """Whether a text reads as a remark rather than as a name."""
    return len(text) > 8 and bool(_SENTENCE.search(text))


def harmless(text: str) -> bool:
    """Whether a cell cannot be the label of a total, of a note, or of a section: most are."""
    if not (_HINT.search(text) or _NOTE_HINT.search(text) or _ORDINAL.fullmatch(text)):
        return True
    if _DAY.fullmatch(text):
        return True
    return not (
        total_said(text) or is_signature(text) or is_note(text) or is_end(text)
        or is_example(text) or is_section(text) or title_unit([text]) or is_remark(text)
    )  # fmt: skip
