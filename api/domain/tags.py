"""The chapters of the OpenAPI document: what each group of operations is for."""

from collections.abc import Mapping
from typing import Final

TAGS: Final[Mapping[str, str]] = {
    "system": "运行状况：进程、数据库、指标",
    "auth": "登录：取得、换新、作废令牌，修改密码",
    "me": "本人：岗位和权限、登录、动态口令、待办",
    "public": "公众举报：不用登录，提交、凭回执查询、留言、评价",
    "leads": "线索：登记、交办、核查、移送、反馈、办结",
    "recheck-samples": "二次核查抽样：按种子分层抽取，任何人可以重新抽取核对",
    "risk-entities": "风险主体：排查、定级、纳管、处置、销号",
    "inspections": "检查：计划、检查项、结果",
    "rectifications": "整改：责令、提交材料、复查、销号",
    "outcomes": "行动成果：典型案例曝光、宣传教育活动、制度机制",
    "cases": "案件：受案到执行，只登记有权机关的决定",
    "property-items": "涉案财物：登记、甄别、处置",
    "property-measures": "查扣冻措施：登记、续行、解除，到期提醒",
    "victims": "受害人：申报与核实，个人信息打码",
    "ledger": "资金账：双式记账，只增不改",
    "distributions": "清退方案：测算、审批、公示、发放、证书",
    "imports": "台账导入：上传、预览、确认，退回标注的文件",
    "attachments": "附件：各类记录下的文件",
    "restricted-files": "专档：涉黑涉恶、腐败和“保护伞”问题的反映，只有知情人看得到",
    "saved-filters": "常用筛选：列表条件起名保存、共享",
    "jobs": "后台任务：查看与重试",
    "setup": "初始化：还差哪些步骤",
    "divisions": "行政区划：县、乡镇、村、网格",
    "units": "单位与联络员",
    "posts": "岗位与任职",
    "users": "人员：登录名、锁定、重置",
    "api-clients": "接口账号：别的系统的登录",
    "time-rules": "期限规则：法定和内部期限，带出处",
    "holiday-years": "节假日：每年的放假安排",
    "statistics": "统计：每个数字都能打开其全部记录",
    "events": "事件流：按游标续读（CloudEvents 1.0）",
    "audit": "审计日志：谁在何时何地做了什么",
}
