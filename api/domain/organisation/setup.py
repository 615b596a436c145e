"""What a town does on its first day, in this order."""

from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, Role


class SetupStep(Labelled):
    """One step of setting up."""

    SYSTEM_ADMIN = "system_admin", "建立系统管理员"
    SECURITY_ADMIN = "security_admin", "建立安全管理员"
    AUDIT_ADMIN = "audit_admin", "建立审计管理员"
    DIVISIONS = "divisions", "导入行政区划"
    OFFICE = "office", "建立专项办并指定人员"
    UNITS = "units", "建立成员单位和村（社区）"
    POSTS = "posts", "为成员单位设岗并指定人员"
    LIAISONS = "liaisons", "指定各单位联络员"


#: Who does a step; the first is done at the command line, before anybody can log in.
DONE_BY: dict[SetupStep, Role | None] = {
    SetupStep.SYSTEM_ADMIN: None,
    SetupStep.SECURITY_ADMIN: Role.SYSTEM_ADMIN,
    SetupStep.AUDIT_ADMIN: Role.SYSTEM_ADMIN,
    SetupStep.DIVISIONS: Role.SYSTEM_ADMIN,
    SetupStep.OFFICE: Role.SYSTEM_ADMIN,
    SetupStep.UNITS: Role.OFFICE,
    SetupStep.POSTS: Role.SYSTEM_ADMIN,
    SetupStep.LIAISONS: Role.OFFICE,
}

#: Where in the web app it is done, and which right that takes.
DONE_AT: dict[SetupStep, tuple[str, Permission]] = {
    SetupStep.SECURITY_ADMIN: (f"/posts?role={Role.SECURITY_ADMIN.value}", Permission.USER_MANAGE),
    SetupStep.AUDIT_ADMIN: (f"/posts?role={Role.AUDIT_ADMIN.value}", Permission.USER_MANAGE),
    SetupStep.DIVISIONS: ("/divisions", Permission.DIVISION_MANAGE),
    SetupStep.OFFICE: ("/units", Permission.USER_MANAGE),
    SetupStep.UNITS: ("/units", Permission.UNIT_MANAGE),
    SetupStep.POSTS: ("/posts", Permission.USER_MANAGE),
    SetupStep.LIAISONS: ("/units", Permission.UNIT_MANAGE),
}

COMMAND = "yinling create-admin"
EMPTY_HINT = f"系统尚未建立任何账号：请在服务器上运行 {COMMAND} <登录名> 建立系统管理员"
READY_HINT = "请登录"
BY_COMMAND = "服务器命令行"
