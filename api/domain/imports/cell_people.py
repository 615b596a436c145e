"""Who stands in a cell: one person, several, or nobody who wants to be named."""

import re
from collections.abc import Iterable
from typing import Final

from api.domain.imports.cells import (
    Cell,
    CellFault,
    Converter,
    Doubtful,
    Surroundings,
    Value,
    text,
    text_of,
)

#: What a reporter's cell comes to that says there is no name; it is never kept as one.
ANONYMOUS: Final = "匿名"

_HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇×＊*"
_ANONYMOUS: Final = re.compile(
    r"[(（]?(?:系|为|是)?(?:匿名|无名|佚名|不具名|未具名|未署名|不署名|非实名|未实名)(?:举报|反映|投诉|报案|来电|来信|信访)?(?:人|者|人士|群众|线索)?[)）]?"
    r"|(?:其|本人|举报人|反映人|群众)?(?:要求|请求|申请)?(?:不愿意?|不想|拒绝|拒|未|没有?|不便|不肯|不)(?:透露|公开|提供|留下?|具|告知|说明|登记|署|填写?)"
    r"(?:姓名|名字|名|真名|真实姓名|身份|个人信息|身份信息|联系方式)?(?:者|的?群众|的?人)?"
    r"|(?:某|本村|本镇|本地|该村|一|一名|一位|有|部分|多名|数名|不明|未知|无名|当地|附近|周边|辖区|热心|知情|匿名|不知名|众多)*(?:老)?(?:群众|市民|村民|居民|网友|网民|路人|老人|人员|人士|住户|业主)"
    r"|(?:热心|知情|好心|匿名|某|不知名|不明身份)(?:人|者|人士)|群众举报|群众反映|知情人举报|某(?:先生|女士|男士|男子|女子)|先生|女士"
    r"|保密|不详|无|未知|暂无|不公开|无(?:姓名|名字|法核实|从得知)|不明|不清楚?|不知道?|查无"
)
_SEPARATOR: Final = re.compile(r"[、,，;；/／|｜&+＋]|\s+(?:和|与)\s*")
_AND: Final = re.compile(rf"(?<=[{_HAN}]{{2}})(?:及其?|与|和|暨)(?=[{_HAN}]{{2}})")
_FOLK: Final = re.compile(
    r"夫妻|夫妇|两口子|俩口子|老两口|一家|全家|父子|父女|母子|母女|兄弟|姐妹|姊妹|等\s*[\d一二三四五六七八九十两几多]*\s*[人名户位]?$"
)
_COUNTED: Final = re.compile(r"(?:共|计|合计|总计|共计)?\s*\d+\s*(?:人次?|名|位|户|家|个|件|条|笔)")
_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容"
    "|钟离|长孙|宇文|司徒|鲜于|司空|令狐|轩辕|呼延|拓跋|第五|百里|东郭|南门|西门"
)
#: What stands where a name is still missing, or where a form shows its heading.
_NOBODY: Final = re.compile(
    r"待.{1,4}|(?:正在|尚在|尚未|未|暂未|无法)(?:核实|核查|联系|联系上|查明|落实|登记)|姓名|名字|名称|受害人|本人|同一人"
)
_KIN: Final = re.compile(
    r".(?:之|的|她|他)?(?:父亲?|母亲?|爸爸|妈妈|爷爷|奶奶|外公|外婆|老伴|爱人|妻子|丈夫|配偶|儿子|女儿|儿媳|女婿|孙子|孙女|哥哥|弟弟|姐姐|妹妹|家属|亲属|家人|遗孀)$"
    r"|.之[子女妻夫父母孙兄弟姐妹]|..代.{2}|^(?:亡|故|已故|遗属|代)[:：]|^老.家"
)
_BODY: Final = re.compile(
    r"(?:公司|企业|中心|合作社|商店|超市|药店|工厂|门市部|经营部|工作室|协会|村委会|居委会|委员会|服务站|银行|学校|医院|养老院|敬老院)$"
)
_NAME: Final = re.compile(
    rf"(?![*＊])[{_HAN}\ue000-\uf8ffA-Za-z]+(?:[·•・‧. '’-][{_HAN}\ue000-\uf8ffA-Za-z]+)*[.]?"
)
_REMARKS: Final = re.compile(r"[(（\[【〔][^)）\]】〕]*(?:[)）\]】〕]|$)")


def padded_name(name: str) -> str:
    """`张　三` → `张三`: names of two characters are padded to align with those of three."""
    pieces = name.split()
    if len(pieces) < 2 or not re.fullmatch(rf"[{_HAN}\s]+", name):
        return name
    short = all(len(piece) == 1 for piece in pieces) and len(pieces) <= 4
    surname = len(pieces) == 2 and (
        (len(pieces[0]) == 1 and len(pieces[1]) <= 3)
        or (_COMPOUND.fullmatch(pieces[0]) and len(pieces[1]) <= 2)
    )
    return "".join(pieces) if short or surname else name


def people_in(name: str) -> list[str]:
    """The names in a cell, without what stands in brackets (化名 …)."""
    bare = _REMARKS.sub("", name).strip()
    pieces = [piece.strip() for piece in _SEPARATOR.split(bare.replace("\n", "、"))]
    pieces = [part.strip() for piece in pieces for part in _AND.split(piece)]
    found: list[str] = []
    for piece in filter(None, map(padded_name, pieces)):
        parts = piece.split()
        # 阿依古丽 买买提 is one; two names of two or three characters are two.
        several = len(parts) > 1 and all(re.fullmatch(rf"[{_HAN}]{{2,3}}", part) for part in parts)
        found += parts if several else [piece]
    return found


def one_person(cell: Cell, around: Surroundings) -> Value | Doubtful:
    """The name of exactly one person."""
    name = _name(cell, around)
    people = people_in(name)
    if len(people) > 1 or _FOLK.search(name):
        raise CellFault("several_values", f"“{name[:20]}”不止一个人，请每人填一行，金额也分别填写")
    if _COUNTED.fullmatch(name):
        raise CellFault(
            "not_a_name", f"“{name[:20]}”是数量，不是姓名；如果这是合计行，请在预览中去掉这一行"
        )
    if re.search(r"\s", name) and re.search(rf"[{_HAN}]", name):
        return Doubtful(name, "name_with_blank", f"“{name[:20]}”中间有空格，请核对是不是一个人")
    if re.search(r"[(（].{0,3}(?:妻|夫|子|女|代|父|母|兄|弟|姐|妹|共同|合)", name):
        return Doubtful(name, "several_values", f"“{name[:20]}”像是不止一个人，请核对")
    if re.search(r"\d", name):
        return Doubtful(name, "name_with_digits", f"“{name[:20]}”里有数字，请核对姓名")
    return _looked_at(name)


def _looked_at(name: str) -> Value | Doubtful:
    """A name that is one by its form; what is rather a remark, another person or a body is asked."""
    bare = _REMARKS.sub("", name).strip()
    if _NOBODY.fullmatch(bare) or _ANONYMOUS.fullmatch(bare):
        raise CellFault("not_a_name", f"“{name[:20]}”不是姓名，请填写本人姓名")
    why = ""
    if _KIN.search(bare):
        why = "像是写的另一个人"
    elif _BODY.search(bare):
        why = "像是单位，不是人"
    elif not _NAME.fullmatch(bare):
        why = "里有不属于姓名的符号，或者括号没有写完"
    elif re.fullmatch(rf"[{_HAN}]{{6,}}", bare):
        why = "比通常的姓名长，像是不止一个人"
    return Doubtful(name, "name_odd", f"“{name[:20]}”{why}，请核对姓名") if why else name


def reporter(cell: Cell, around: Surroundings) -> Value | Doubtful:
    """A reporter's name, or ANONYMOUS where the cell says in words that there is none."""
    name = _name(cell, around)
    bare = re.sub(r"[\s。.，,、]", "", name)
    if _ANONYMOUS.fullmatch(bare) or _ANONYMOUS.fullmatch(_REMARKS.sub("", bare)):
        if re.search(r"\d{5}", bare):
            told = "这一格写着匿名，括号里的号码没有读取，请核对要不要填进联系电话"
            return Doubtful(ANONYMOUS, "name_with_digits", told)
        return ANONYMOUS
    if re.search(r"\d{5}", bare):
        raise CellFault("name_with_digits", "举报人姓名里有号码，请把号码填进联系电话")
    return _asked(name, people_in(name), "举报人")


def several(convert: Converter, what: str, *, refuse: bool) -> Converter:
    """A name that should be one: where a cell holds several, that is a fault or is asked."""

    def read(cell: Cell, around: Surroundings) -> Value | Doubtful:
        found = convert(cell, around)
        if not isinstance(found, str):
            return found
        name = padded_name(found)
        pieces = _names_in(name)
        if refuse and len(pieces) > 1:
            raise CellFault("several_values", f"“{name[:20]}”里有好几个{what}，请每个填一行")
        return _asked(name, pieces, what)

    return read


def _asked(name: str, pieces: Iterable[str], what: str) -> Value | Doubtful:
    if len(list(pieces)) > 1 or _FOLK.search(name):
        return Doubtful(
            name, "several_values", f"“{name[:20]}”像是不止一个{what}，按一个记下，请核对"
        )
    return name


def _names_in(name: str) -> list[str]:
    bare = _REMARKS.sub("", name)
    found = [piece.strip() for piece in re.split(r"[、;；/／|｜\n]|[,，](?=[^\d])", bare)]
    return [piece for piece in found if len(piece) >= 2]


_LINE: Final = text(60)


def _name(cell: Cell, around: Surroundings) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise CellFault("not_a_name", f"“{text_of(cell)[:20]}”不是姓名，请核对是否填错列")
    return padded_name(str(_LINE(cell, around)))
