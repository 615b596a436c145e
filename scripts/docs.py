"""Write the documents that the code knows best; `--check` only compares.

python scripts/docs.py [--check]

The words come from docs/glossary.md, everything else from `api`. The output depends on nothing
else, so that a second run changes nothing.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import domain  # noqa: E402
from api.domain.kit.errors import RuleViolated  # noqa: E402
from api.domain.kit.events import EventName  # noqa: E402
from api.domain.kit.flow import Flow, Step  # noqa: E402
from api.domain.kit.labels import Labelled  # noqa: E402
from api.domain.kit.permissions import (  # noqa: E402
    ROLE_PERMISSIONS,
    ROLE_SCOPE,
    SECOND_FACTOR_ROLES,
    Permission,
    Role,
    RowScope,
)
from api.domain.law.time_rules import RuleGroup, TimeRule, find_rule, load_builtin  # noqa: E402
from scripts import error_codes  # noqa: E402

NOTE = "> 由 `make docs` 从代码生成，请勿手工修改。\n"
GLOSSARY = ROOT / "docs" / "glossary.md"


def words() -> dict[str, dict[str, str]]:
    """Heading → English → Chinese, from the tables of the glossary."""
    found: dict[str, dict[str, str]] = {}
    section = ""
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) > 1 and cells[1].startswith("`"):
            found.setdefault(section, {})[cells[1].strip("`")] = cells[0]
    return found


NOUNS, VERBS, TABLES = words().values()


def word(english: str) -> str:
    """The Chinese noun; the English one where the glossary has none (a test says so)."""
    return NOUNS.get(english, english)


def cell(text: object) -> str:
    """A text inside a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def page(title: str, *parts: str) -> str:
    """A whole document."""
    return "\n".join((f"# {title}", "", NOTE, *parts)).rstrip("\n") + "\n"


def members(kind: type) -> Iterator[tuple[str, str, Any]]:
    """(module, name, object) of everything of a kind that the domain defines itself."""
    found = walk_packages(domain.__path__, f"{domain.__name__}.")
    modules = {info.name.rpartition(".")[2]: info.name for info in found if not info.ispkg}
    for name_of_module in sorted(modules):
        module = import_module(modules[name_of_module])
        for name, value in vars(module).items():
            own = getattr(value, "__module__", module.__name__) == module.__name__
            if kind is type and isinstance(value, type):
                if own and name == value.__name__:
                    yield name_of_module, name, value
            elif isinstance(value, kind) and not isinstance(value, type):
                yield name_of_module, name, value


def flows() -> dict[str, Flow[Any, Any]]:
    """Every life cycle, by its noun."""
    return {flow.name: flow for _, _, flow in members(Flow)}


def codes() -> dict[str, list[tuple[str, type[Labelled]]]]:
    """Every table of codes, by the module that defines it."""
    found: dict[str, list[tuple[str, type[Labelled]]]] = {}
    for module, name, kind in members(type):
        if issubclass(kind, Labelled) and kind is not Labelled:
            found.setdefault(module, []).append((name, kind))
    return found


# --- flows --------------------------------------------------------------------------------------


def holders(permission: Permission) -> str:
    """The roles that hold a permission."""
    return "、".join(role.label for role in Role if permission in ROLE_PERMISSIONS[role])


def diagram(flow: Flow[Any, Any]) -> str:
    """The moves between statuses; what only adds to the record is in the table alone."""
    arrows: dict[tuple[str, str], list[str]] = {}
    states = {flow.initial: None}
    left: set[Labelled] = set()
    for action, step in flow.steps.items():
        for origin in sorted(step.frm, key=list(type(flow.initial)).index):
            states[origin] = None
            if step.to is not None:
                states[step.to] = None
                left.add(origin)
                arrows.setdefault((origin.value, step.to.value), []).append(action.label)
    order = [state for state in type(flow.initial) if state in states]
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label}" as s_{state.value}' for state in order]
    lines += [f"    [*] --> s_{flow.initial.value}"]
    lines += [f"    s_{a} --> s_{b} : {'／'.join(names)}" for (a, b), names in arrows.items()]
    lines += [f"    s_{state.value} --> [*]" for state in order if state not in left]
    return "\n".join([*lines, "```", ""])


def asked(step: Step[Any]) -> str:
    """What an action asks for."""
    said: list[str] = []
    for field in step.fields:
        notes = [] if field.required else ["可不填"]
        if field.needed_for:
            notes = [f"{field.needed_for}须填写"]
        if field.rule:
            notes.append(f"默认按 {field.rule}：{default_term(field.rule)}")
        if field.only_with:
            notes.append(f"仅“{field.only_with[1].label}”")
        if field.only_from:
            states = [
                one.label for one in type(next(iter(field.only_from))) if one in field.only_from
            ]
            notes.append(f"仅当前为“{'”“'.join(states)}”时")
        if field.options:
            notes.append(f"见[代码表](../codes.md#{field.options.__name__.lower()})")
        said.append(field.label + (f"（{'；'.join(notes)}）" if notes else ""))
    return "；".join(said) or "—"


def default_term(rule_id: str) -> str:
    """The newest term of a rule."""
    from datetime import date

    return find_rule(rule_id, date.max).term_label or "无固定期限"


def conditions(step: Step[Any]) -> str:
    """What must hold beside permission and status."""
    said = [
        f"{each.sentence}（`{each.name}`{f'，{each.article}' if each.article else ''}）"
        for each in step.when
    ]
    if step.danger:
        said.append("须再次确认")
    return "；".join(said) or "—"


def flow_page(flow: Flow[Any, Any]) -> str:
    """One life cycle: the picture, the table, the people."""
    kind = type(flow.initial)
    rows = [
        (
            f"{action.label} `{action.value}`",
            "、".join(state.label for state in kind if state in step.frm),
            step.to.label if step.to is not None else "不变",
            f"`{step.needs.value}`",
            asked(step),
            conditions(step),
        )
        for action, step in flow.steps.items()
    ]
    needed = dict.fromkeys(step.needs for step in flow.steps.values())
    lawful = [p for step in flow.steps.values() for p in step.when if p.error is RuleViolated]
    parts = [
        f"新建时的状态：**{flow.initial.label}**。状态只能由下表的操作改变；"
        "能办哪些，由接口在 `available_actions` 里告诉每个人。\n",
        diagram(flow),
        "## 操作\n",
        table(("操作", "从", "到", "权限", "填写", "条件"), rows),
        "## 谁可以办\n",
        table(("权限", "岗位"), ((f"`{need.value}`", holders(need)) for need in needed)),
    ]
    parts.append(
        "提交时还要核对填写的内容（批准层级、文书、日期先后等），不符的答复见[错误代码](../errors.md)。\n"
    )
    if lawful:
        parts.append(
            "写明出处的条件即使按钮可见也会被拒绝，答复中带有条文（`rule_violated` 一类）。\n"
        )
    return page(f"{word(flow.name)}的办理流程", *parts)


def flows_index() -> str:
    """The list of all life cycles."""
    rows = (
        (f"[{word(name)}]({name}.md)", f"`{name}`", len(flow.steps))
        for name, flow in sorted(flows().items())
    )
    return page("办理流程", table(("流程", "代码", "操作数"), rows))


# --- permissions --------------------------------------------------------------------------------


def permission_label(permission: Permission) -> str:
    """`线索：查看`."""
    resource, verb = permission.value.split(":")
    return f"{word(resource)}：{VERBS.get(verb, verb)}"


def guarded(permission: Permission) -> str:
    """The actions of all flows that need a permission."""
    said = []
    for name, flow in sorted(flows().items()):
        actions = [a.label for a, step in flow.steps.items() if step.needs is permission]
        if actions:
            said.append(f"{word(name)}：{'、'.join(actions)}")
    return "；".join(said) or "—"


def permissions_page() -> str:
    """Who may do what, and on which rows."""
    seen = table(
        ("岗位", "代码", "看得见哪些业务记录", "第二因素"),
        (
            (
                role.label,
                f"`{role.value}`",
                ROLE_SCOPE.get(role, RowScope.NONE).label,
                "须动态口令" if role in SECOND_FACTOR_ROLES else "—",
            )
            for role in Role
        ),
    )
    matrix = table(
        ("权限", "代码", *(role.label for role in Role)),
        (
            (
                permission_label(permission),
                f"`{permission.value}`",
                *("●" if permission in ROLE_PERMISSIONS[role] else "" for role in Role),
            )
            for permission in Permission
        ),
    )
    work = table(
        ("权限", "可以办的步骤"),
        (
            (permission_label(permission), guarded(permission))
            for permission in Permission
            if guarded(permission) != "—"
        ),
    )
    return page(
        "岗位与权限",
        "每个岗位只有一个角色。角色给出**能做什么**（下面第二张表），可见范围给出**对哪些记录做**"
        "（第一张表）；办理的步骤还要符合流程里的条件（见[办理流程](flows/README.md)）。\n",
        "## 可见范围\n",
        seen,
        "- “本单位主办、协办或提交的”按单位逐条登记，不按角色推定；村（社区）还看得见本村的线索。",
        "- 受害人、涉案财物、措施、清退、资金账随案件：看得见案件才看得见它们。",
        "- 看不见的记录与不存在的记录答复相同（404）。",
        "- 三名管理员看不到业务记录，也不能由同一人兼任（GB/T 22239）。",
        "- 动态口令在演示模式下不要求。\n",
        "## 权限\n",
        matrix,
        "## 权限对应的办理步骤\n",
        work,
        "逐个接口的对照在 `tests/access/role_routes.csv`，测试以每个角色实际调用每个接口来核对。\n",
    )


# --- the other tables ---------------------------------------------------------------------------


def events_page() -> str:
    """Every event name."""
    rows = (
        (f"`{event.value}`", event.label, word(event.value.split(".", maxsplit=1)[0]))
        for event in EventName
    )
    return page(
        "事件",
        "事件与改动在同一事务里写入，只追加。名称是 `<对象>.<过去分词>`；"
        "办理类（`*.transitioned`）事件的 `data` 里有 `action`、`from`、`to`。读取方法见[接口约定](api.md)。\n",
        table(("名称", "含义", "对象"), rows),
    )


def codes_page() -> str:
    """Every table of codes."""
    parts: list[str] = [
        "接口里的代码与中文。接口描述 `openapi.json` 里同样的内容在 `x-labels`；"
        "客户端遇到不认识的值应原样显示，不应报错。\n"
    ]
    for module, kinds in codes().items():
        for name, kind in kinds:
            if kind is EventName:
                continue
            rows = ((f"`{member.value}`", member.label) for member in kind)
            parts += [
                f"## {name}\n",
                f"{word(name)}（`{module}`）\n",
                table(("代码", "中文"), rows),
            ]
    return page("代码表", *parts)


def _term(number: int | None, unit: Any) -> str:
    return "" if number is None else f"{number}{unit.label if unit else ''}"


def _valid(rule: TimeRule) -> str:
    begins = rule.valid_from.isoformat() if rule.valid_from else ""
    ends = rule.valid_to.isoformat() if rule.valid_to else ""
    return f"{begins} 起" if begins and not ends else f"{begins}—{ends}" if ends else ""


def rule_row(rule: TimeRule) -> tuple[object, ...]:
    """One row of the table of time rules."""
    extension = _term(rule.extension_term, rule.extension_unit)
    return (
        rule.rule_id if rule.version == 1 else f"{rule.rule_id} 第{rule.version}版",
        rule.trigger,
        rule.term_label,
        rule.roll.label if rule.term is not None else "",
        _term(rule.maximum, rule.unit),
        "，".join(part for part in (extension, rule.extension_approver) if part),
        rule.next_rule or "",
        rule.effect,
        rule.source,
        rule.confidence.label,
        _valid(rule),
        rule.note,
    )


def time_rules_page() -> str:
    """Every time limit with its source."""
    head = ("编号", "何时起算", "期限", "期满遇节假日", "最长", "延长与批准", "接续", "应办事项", "依据", "核对", "有效", "备注")  # fmt: skip
    rules = load_builtin()
    parts = [
        f"共 {len(rules)} 条，内容在 `api/domain/law/time_rules.csv`。“{'”“'.join(sorted({r.confidence.label for r in rules if r.configurable}))}”的"
        "期限，镇专项办可以在系统里调整；已核对原文的法定期限不能改。到期日落在放假安排尚未公布的年份时，"
        "先按周末推算并标“暂定”，公布后自动重算。\n"
    ]
    for group in RuleGroup:
        rows = [rule_row(rule) for rule in rules if rule.group is group]
        if rows:
            parts += [f"## {group.label}\n", table(head, rows)]
    return page("期限规则", *parts)


def _sentences(found: Iterable[error_codes.Found]) -> str:
    said = dict.fromkeys(
        one.sentence + (f"（{one.article}）" if one.article else "")
        for one in found
        if one.sentence
    )
    return "；".join(said) or "说明随情况而定"


def errors_page() -> str:
    """Every stable error code."""
    found = error_codes.collect(ROOT / "api")

    def rows(chosen: Sequence[error_codes.Found], *, status: bool) -> Iterator[tuple[str, ...]]:
        keys = dict.fromkeys((one.status, one.code) for one in sorted(chosen, key=_by_status))
        for key in keys:
            same = [one for one in chosen if (one.status, one.code) == key]
            yield (*((str(key[0]),) if status else ()), f"`{key[1]}`", _sentences(same))

    return page(
        "错误代码",
        "所有错误都是 `application/problem+json`（RFC 9457）。程序只看 `code`，`detail` 是给人看的，"
        "可能改写。`…` 处是随情况变化的内容。\n",
        "## 答复的 `code`\n",
        table(
            ("HTTP", "代码", "说明"),
            rows([one for one in found if one.status > 0], status=True),
        ),
        "## 字段错误 `errors[].code`\n",
        "与 `validation_failed`、`rule_violated` 等同时出现，`pointer` 指出是哪个字段。\n",
        table(
            ("代码", "说明"),
            rows([o for o in found if o.status == error_codes.FIELD], status=False),
        ),
        "## 台账导入中行与表的提示\n",
        "出现在导入预览和标注后的工作簿里，不是接口错误。\n",
        table(
            ("代码", "说明"),
            rows([o for o in found if o.status == error_codes.LEDGER], status=False),
        ),
    )


def _by_status(found: error_codes.Found) -> tuple[int, str]:
    return found.status, found.code


def service_files() -> dict[str, str]:
    """Service → the folder that it stands in."""
    paths = sorted((ROOT / "api" / "services").glob("*/[!_]*.py"), key=lambda path: path.stem)
    return {path.stem: path.parent.name for path in paths}


def service_calls() -> dict[str, list[str]]:
    """Service → the services that it imports."""
    calls: dict[str, list[str]] = {}
    for name, folder in service_files().items():
        found: set[str] = set()
        source = (ROOT / "api" / "services" / folder / f"{name}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.ImportFrom):
                continue
            match (node.module or "").split("."):
                case ["api", "services", _]:
                    found |= {alias.name for alias in node.names}
                case ["api", "services", _, called]:
                    found.add(called)
                case _:
                    pass
        calls[name] = sorted(each for each in found if not each.startswith("_"))
    return calls


def floors(calls: dict[str, list[str]]) -> list[list[str]]:
    """The services by floors, each calling only lower ones; a circle is an error."""
    left, built, below = dict(calls), [], set[str]()
    while left:
        floor = sorted(name for name, called in left.items() if below.issuperset(called))
        if not floor:
            raise SystemExit(f"服务互相调用成环：{'、'.join(sorted(left))}")
        built.append(floor)
        below |= set(floor)
        left = {name: called for name, called in left.items() if name not in below}
    return built


def services_page() -> str:
    """Who calls whom, folder by folder, those that call nobody first."""
    calls, files = service_calls(), service_files()
    called_by = {n: [m for m, called in calls.items() if n in called] for n in calls}
    order = [name for floor in floors(calls) for name in floor]
    folders = {files[n]: {files[m] for m in calls if files[m] == files[n]} for n in calls}
    for name, called in calls.items():
        folders[files[name]] |= {files[each] for each in called}
    stairs = floors({one: sorted(other - {one}) for one, other in folders.items()})
    parts = [
        "只有一个方向：每个服务只调用自己一组里排在前面的，和前面各组的。成环时本文件生成不出来，"
        "组与组之间由 import-linter 检查。"
        "`_` 开头的是所有服务共用的小件（状态变更只在 `_transition`）。\n"
    ]
    for folder in (one for floor in stairs for one in floor):
        rows = (
            (
                f"`{name}`",
                "、".join(f"`{each}`" for each in calls[name]) or "—",
                "、".join(f"`{each}`" for each in called_by[name]) or "—",
            )
            for name in order
            if files[name] == folder
        )
        parts += [f"## {folder}\n", table(("服务", "调用", "被调用"), rows)]
    return page("服务之间谁调用谁", *parts)


def role_routes() -> str:
    """Role × route, as the server's own routes say it."""
    from tests.access.test_matrix import matrix

    return matrix()


def documents() -> dict[str, str]:
    """Path → text of everything generated."""
    made = {
        "docs/codes.md": codes_page(),
        "docs/errors.md": errors_page(),
        "docs/events.md": events_page(),
        "docs/permissions.md": permissions_page(),
        "docs/services.md": services_page(),
        "docs/time-rules.md": time_rules_page(),
        "docs/flows/README.md": flows_index(),
        "tests/access/role_routes.csv": role_routes(),
    }
    return made | {f"docs/flows/{name}.md": flow_page(flow) for name, flow in flows().items()}


def stale(made: dict[str, str]) -> list[str]:
    """What differs on the disk, and flows that no longer exist."""
    differing = [
        name
        for name, text in made.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    gone = [f"docs/flows/{path.name}" for path in (ROOT / "docs" / "flows").glob("*.md")]
    return sorted(differing + [name for name in gone if name not in made])


def main() -> int:
    """0 when nothing was stale, or everything was written."""
    made = documents()
    differing = stale(made)
    if "--check" in sys.argv[1:]:
        for name in differing:
            print(f"已过时：{name}（请运行 make docs）")
        return 1 if differing else 0
    for name in differing:
        path = ROOT / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()
        print(f"已更新：{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
