"""The OpenAPI document as one page to read: no script, no other server, for closed networks.

The usual viewers load their program from elsewhere on the internet, which a county's network does
not reach and our own content security policy forbids.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from html import escape
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response

from api.core.web.openapi_once import whole

_REF = "#/components/schemas/"
_WORDS = {"string": "文字", "integer": "整数", "boolean": "是否", "number": "数", "object": "对象"}
_FORMATS = {"date": "日期", "date-time": "时间", "uuid": "UUID", "binary": "文件"}

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --mark: #b3261e; }
body { font: 15px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 0;
  display: grid; grid-template-columns: 15rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem;
  border-right: 1px solid var(--line); box-sizing: border-box; }
nav a { display: block; padding: .15rem 0; text-decoration: none; }
main { padding: 1rem 2rem 4rem; max-width: 64rem; }
a { color: inherit; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: 13px; }
pre { background: var(--soft); padding: .6rem; overflow: auto; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.must { color: var(--mark); }
@media (prefers-color-scheme: dark) { :root { --mark: #ff8a80; } }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
"""


def _name(ref: str) -> str:
    return ref.removeprefix(_REF)


def _link(ref: str) -> str:
    return f'<a href="#schema-{escape(_name(ref))}"><code>{escape(_name(ref))}</code></a>'


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a word or two."""
    if "$ref" in schema:
        return _link(schema["$ref"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    if choices:
        return " 或 ".join(_kind(c) for c in choices if c.get("type") != "null") + _empty(choices)
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))} 的列表"
    if "enum" in schema:
        return "、".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    word = _FORMATS.get(schema.get("format", "")) or _WORDS.get(schema.get("type", ""), "任意值")
    return escape(word)


def _empty(choices: list[dict[str, Any]]) -> str:
    return "，可为空" if any(c.get("type") == "null" for c in choices) else ""


def _row(name: str, kind: str, words: str, *, required: bool) -> str:
    must = '<span class="must">必填</span>' if required else ""
    cells = (f"<code>{escape(name)}</code>", kind, must, escape(words))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _table(heading: str, rows: Iterable[str]) -> str:
    found = "".join(rows)
    head = f"<tr><th>{heading}</th><th>类型</th><th></th><th>说明</th></tr>"
    return f"<table>{head}{found}</table>" if found else ""


def _words(schema: dict[str, Any]) -> str:
    return schema.get("description") or schema.get("title") or ""


def _fields(schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    return _table(
        "字段",
        (
            _row(name, _kind(said), _words(said), required=name in required)
            for name, said in schema.get("properties", {}).items()
        ),
    )


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    for kind, media in operation.get("requestBody", {"content": {}})["content"].items():
        yield f"<h4>请求内容 <code>{kind}</code>：{_kind(media['schema'])}</h4>"
        yield _fields(schemas.get(_name(media["schema"].get("$ref", "")), media["schema"]))
        for example in media["examples"].values():
            text = escape(json.dumps(example["value"], ensure_ascii=False, indent=2))
            yield f"<details><summary>{escape(example['summary'])}</summary><pre>{text}</pre></details>"


def _answers(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    yield "<h4>答复</h4><table>"
    for status, part in sorted(operation["responses"].items()):
        said = whole(document, part)
        schemas = [_kind(m["schema"]) for m in said.get("content", {}).values() if "schema" in m]
        words = "成功" if status.startswith("2") else escape(said["description"])
        yield f"<tr><td>{status}</td><td>{words}</td><td>{'、'.join(schemas)}</td></tr>"
    yield "</table>"
    if codes := operation.get("x-error-codes"):
        shown = "、".join(f"<code>{escape(code)}</code>" for code in codes)
        yield f"<p>除了各处都可能有的错误代码，还可能是：{shown}</p>"


def _operation(
    method: str, path: str, operation: dict[str, Any], document: dict[str, Any]
) -> Iterator[str]:
    yield f'<details id="{operation["operationId"]}"><summary><code>{method.upper()} {escape(path)}'
    yield f"</code> {escape(operation['summary'])}</summary>"
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    if "x-permission" in operation:
        yield f"<p>需要权限 <code>{operation['x-permission']}</code></p>"
    places = {"path": "地址", "query": "查询", "header": "请求头", "cookie": "Cookie"}
    yield _table(
        "参数",
        (
            _row(
                each["name"],
                f"{places[each['in']]} · {_kind(each['schema'])}",
                each["description"],
                required=each.get("required", False),
            )
            for part in operation.get("parameters", ())
            for each in [whole(document, part)]
        ),
    )
    yield from _body(operation, document["components"]["schemas"])
    yield from _answers(document, operation)
    yield "</details>"


def _schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
    labels: dict[str, str] = schema.get("x-labels", {})
    if labels:
        yield "<table><tr><th>代码</th><th>中文</th></tr>"
        for code, label in labels.items():
            yield f"<tr><td><code>{escape(code)}</code></td><td>{escape(label)}</td></tr>"
        yield "</table>"
    elif "enum" in schema:
        yield f"<p>{_kind(schema)}</p>"
    yield _fields(schema)
    yield "</details>"


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    title, schemas = escape(document["info"]["title"]), document["components"]["schemas"]
    chapters: dict[str, list[str]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            chapters[operation["tags"][0]] += _operation(method, path, operation, document)
    told = {tag["name"]: escape(tag["description"]) for tag in document["tags"]}
    links = [
        f'<a href="#tag-{name}">{words.partition("：")[0]}</a>' for name, words in told.items()
    ]
    parts = [
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="stylesheet" href="/api/docs.css"></head><body>',
        f'<nav><strong>{title}</strong>{"".join(links)}<a href="#schemas">数据结构</a>',
        '<a href="/api/openapi.json">openapi.json</a></nav>',
        f"<main><h1>{title}</h1><p>{escape(document['info']['description'])}</p>",
    ]
    for name, found in chapters.items():
        parts += [f'<h2 id="tag-{name}">{told[name]}</h2>', *found]
    parts.append('<h2 id="schemas">数据结构</h2>')
    for name in sorted(schemas):
        parts += _schema(name, schemas[name])
    parts.append("</main></body></html>")
    return "".join(parts)


def install(app: FastAPI) -> None:
    """Serve the document and its page. Both are made when first asked for, which takes seconds:
    in a thread (these functions are not `async`), so that everybody else is still answered."""
    made: dict[str, bytes] = {}
    making = Lock()

    def once(name: str, make: Callable[[], str]) -> bytes:
        with making:
            if name not in made:
                made[name] = make().encode()
            return made[name]

    def document() -> Response:
        """The OpenAPI document."""
        text = once("openapi", lambda: json.dumps(app.openapi(), ensure_ascii=False))
        return Response(text, media_type="application/json")

    def docs() -> Response:
        """The page."""
        return Response(once("docs", lambda: page(app.openapi())), media_type="text/html")

    async def style() -> Response:
        """Its looks: a file of its own, because nothing inline is allowed."""
        return Response(_STYLE, media_type="text/css")

    async def to_document() -> Response:
        """Where programs look first."""
        return RedirectResponse("/api/openapi.json")

    async def to_docs() -> Response:
        """Where people look first."""
        return RedirectResponse("/api/docs")

    app.add_api_route("/openapi.json", to_document, include_in_schema=False)
    for usual in ("/docs", "/redoc"):
        app.add_api_route(usual, to_docs, include_in_schema=False)
    app.add_api_route("/api/openapi.json", document, include_in_schema=False)
    app.add_api_route("/api/docs", docs, include_in_schema=False)
    app.add_api_route("/api/docs.css", style, include_in_schema=False)
