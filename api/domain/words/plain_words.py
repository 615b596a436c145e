"""Words that every report may use: what is left of a text is what only this affair has.

Two people tell of one affair with other sentences; both say 雕花床, 春来宾馆, 富硒米. Such words are
no list that anybody could write, but what is *not* among them can be written: the words of
every day, and those of every fraud.
"""

from functools import lru_cache
from itertools import pairwise

#: Characters that hold sentences together: a pair with one of them is no word of its own.
_GLUE = frozenset(
    "的了在是我他她它你您们咱俺说讲称道叫喊有没无不未别去来到回进出上下里外中内这那哪此该某些个只名位家户人者"
    "老男女子儿孙爸妈爹娘父母爷奶公婆叔伯姨姑舅嫂姐哥弟妹邻亲收付交给拿取领存投卖买售购退还要讨花钱元块费款金额价"
    "年月日天号点时早晚今明昨后前先再又也都就才还很太最更多少大小一二三四五六七八九十百千万亿零〇两俩几半第每"
    "和与及或跟同向从对把被让使由于因为所以但而且如果则吗呢吧啊呀么什怎谁啥得地着过会能可该应想愿肯敢"
    "做干办搞弄用打开关送发看见听问答找等住坐站走跑带拉骗哄劝催逼当成变像样种类次遍回趟共总约近余"
    "边旁门口处面头底顶间隔壁附近东西南北左右村镇乡县市区街路组社县省"
    "新旧好坏真假高低长短全各自己相互已经正将曾刚常请帮替代行起完结果直接一直现称系据经其"
)
_EVERY_DAY = (
    "老人 老年 年人 群众 村民 居民 家属 家里 家中 子女 儿子 女儿 母亲 父亲 邻居 亲戚 朋友 业务 推销 销售 宣传 推广 "
    "经理 主任 老师 专家 教授 医生 志愿 工作 人员 负责 老板 公司 企业 单位 机构 组织 平台 项目 产品 商品 服务 "
    "健康 养生 保健 保健品 理疗 治疗 疗程 检查 体检 免费 优惠 活动 礼品 鸡蛋 面条 挂面 大米 讲座 讲课 上课 听课 会议 开会 "
    "床垫 床位 位费 押金 定金 订金 会员 员卡 预付 预交 预收 充值 办卡 储值 养老 老院 老服 康养 旅居 旅游 公寓 入住 居住 护理 "
    "投资 理财 利息 年息 月息 利率 本金 分红 返利 回报 收益 返还 高额 高息 存款 贷款 抵押 房产 房子 房本 合同 签订 签字 协议 "
    "银行 行卡 账户 账号 转账 汇款 现金 微信 支付 支付宝 电话 手机 短信 来电 拨打 号码 联系 接到 冒充 自称 谎称 诈骗 骗子 被骗 "
    "社保 医保 保险 补缴 代办 退休 补贴 政府 国家 民政 政策 慰问 扶贫 收取 交了 要求 拒绝 退款 退钱 退还 不退 拖延 兑付 兑现 "
    "跑路 失联 关门 开业 营业 执照 许可 备案 登记 身份 身份证 证件 信息 资料 反映 举报 投诉 情况 问题 发现 目前 至今 现在 "
    "今年 去年 上午 下午 早上 晚上 昨天 今天 期间 以后 之后 之前 开始 最后 后来 结果 到期 承诺 保证 答应 声称 "
    "小区 社区 街道 门面 店铺 门店 商店 药店 药房 超市 广场 市场 菜场 中心 酒店 宾馆 会所 二楼 三楼 楼上 楼下 楼里 "
    "购买 买了 推荐 介绍 参加 加入 报名 组织 动员 诱导 哄骗 欺骗 上门 入户 希望 处理 查处 查处 核实 调查 部门 派出 "
    "收藏 藏品 纪念 念币 药酒 胶囊 膏药 口服 服液 高血 血压 糖尿 尿病 血糖 磁疗 按摩 仪器 净水 水器 保健 包治 百病 "
    "升值 涨价 高价 回购 回收 加价 溢价 消费 积分 提现 红包 激活 下载 注册 软件 视频 直播 网络 网上 群里 拉人 提成 奖励 发展 "
    "股权 原始 入股 股份 上市 合作 作社 农民 专业 集资 融资 资金 吸收 公开 社会 不特 特定 金融 许可 非法 涉嫌 "
    "公安 民警 警察 法院 安全 冻结 停用 洗钱 验资 孩子 孙子 住院 急用 车祸 撞人 赔钱 门口 旁边 附近 隔壁 对面 里面 "
    "排队 每天 天天 一伙 有人 他们 我们 别人 大家 许多 很多 不少 几个 多名 多位 一名 一个 一位 男子 女子 年轻 中年 外地 本地 口音 "
    "旅行 行社 大巴 考察 参观 基地 养老金 生活 身体 效果 没有 办法 东西 时候 地方 事情 名义 名额 手续 手续费 材料 中介 "
    "信用 用社 存折 取钱 骗走 走了 拿走 偷走 不见 找不 不到 打不 不通 不接 接电 空号 停机 拉黑 不给 不肯 不还 不了 "
    "文化 传播 生物 科技 有限 责任 管理 咨询 商贸 医疗 器械 食品 用品 农业 生态 种植 养殖 家政 艺术 术团 协会 基金 金会 "
    "公益 爱心 慈善 捐款 助老 帮扶 关爱 照顾 聊天 认干 干儿 干女 感情 老伴 相亲 结婚 墓地 墓位 "
    "卡片 二维 维码 扫码 收款 款码 个人 私人 收据 发票 凭证 白条 借条 欠条 借钱 借走 利滚 高利 网贷 分期 刷脸 人脸 绑定 "
    "虚拟 货币 数字 区块 块链 游戏 刷单 任务 垫付 返现 客服 快递 到付 包裹 链接 网址 网站 点击 验证 密码 "
    "养生 生馆 足浴 泡脚 奶粉 牛奶 被子 枕头 锅具 食堂 燃气 报警 服装 "
    "网格 格员 摸排 排查 来访 访人 涉及 受害 害人 名义 走访 假冒 好几 本村 不止 共交 原价 鉴定 低档 工艺 艺品 值钱 不值 玉石 字画 书画 邮票 "
    "异地 使用 用权 认购 认筹 产权 权益 权证 约定 约定 保底 租金 返租 返本 打卡 荒地 停工 工地 烂尾 逾期 许诺 实地 查看 项目 开工 建成 "
    "内部 指标 关系 熟人 待遇 到账 证书 伪造 局领 领导 领取 证明 材料 档案 工龄 挂靠 参保 名单 资格 审核 审批 批准 批文 文件 公章 红头 "
    "邀请 外出 现场 当场 吸引 诱骗 借口 随后 骗取 信任 出售 兜售 烤电 机器 治疗 疗仪 包车 看公 想不 入会 入了 会费 旗号 打着 停止 兑现 "
    "百分 分之 之十 利益 好处 收入 报酬 固定 定期 每季 季度 半年 年底 年初 年前 过年 春节 清明 中秋 国庆 重阳 "
    "试用 体验 试吃 试穿 赠送 赠品 礼物 纪念 品尝 会场 会销 主持 持人 嘉宾 领奖 抽奖 中奖 中了 特等 等奖 幸运 优惠 特价 打折 限量 "
    "癌症 肿瘤 中风 心脏 血管 血稠 关节 颈椎 腰椎 腰腿 失眠 白内 内障 断根 根治 治好 无效 副作 过期 三无 "
    "扶持 补助 低保 五保 残疾 高龄 津贴 抚恤 慰问 红十 民族 资产 解冻 海外 遗产 继承 境外 外汇 黄金 白银 石油 期货 股票 炒股 跟单 "
    "传承 文物 古董 古玩 拍卖 鉴宝 展览 展销 祖传 秘方 偏方 大师 开光 法事 消灾 算命 风水 教会 信教 奉献 "
    "加盟 代理 经销 门槛 合伙 股东 分店 连锁 直营 团队 级别 升级 奖金 佣金 发财 赚钱 致富 创业 兼职 招聘 "
    "装修 维修 修理 家电 空调 冰箱 电视 视机 宽带 升级 流量 套餐 话费 电费 水费 缴费 欠费 物业 垃圾 噪音 扰民 "
    "幼儿 学校 学生 老大 大学 校长 医院 诊所 卫生 医疗 护士 护工 保姆 保安 快递 司机 导游 记者 警官 干部 支书 书记 村委 委会 居委 "
    "打扮 穿着 衣服 头发 戴着 背着 面包 包车 汽车 轿车 摩托 托车 三轮 轮车 电动 动车 车站 火车 公园 学校 路口 "
    "首付 尾款 全款 费用 金额 损失 合计 共计 人民 民币 左右 以上 以下 之间 大约 大概 可能 应该 好像 听说 据说 传说"
)


def _pairs(text: str) -> list[str]:
    return [a + b for a, b in pairwise(text)]


_COMMON = frozenset(pair for word in _EVERY_DAY.split() for pair in _pairs(word))


def is_own(pair: str) -> bool:
    """Whether two characters that stand together may belong to this affair alone."""
    return pair not in _COMMON and _GLUE.isdisjoint(pair)


@lru_cache(maxsize=1024)
def own_runs(text: str) -> tuple[str, ...]:
    """The stretches of a text (runs of Chinese characters, parted by blanks) that are its own."""
    runs: dict[str, None] = {}
    for part in text.split():
        run = ""
        for pair in _pairs(part):
            if is_own(pair):
                run = run + pair[1] if run else pair
            elif run:
                runs[run] = None
                run = ""
        if run:
            runs[run] = None
    return tuple(runs)


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[frozenset[str], tuple[tuple[str, ...], ...]]:
    """The pairs of a text that may be its own, and all pairs of each of its runs: one text is
    compared with fifty others."""
    parts = tuple((*_pairs(part), "") for part in text.split())
    return frozenset(pair for part in parts for pair in part if pair and is_own(pair)), parts


def in_common(text: str, other: frozenset[str]) -> list[str]:
    """The stretches of its own that a text has in common with another one, given as its pairs."""
    own, parts = _parts(text)
    both = own & other
    if not both:
        return []
    found: dict[str, None] = {}
    for part in parts:
        run = ""
        for pair in part:
            if pair in both:
                run = run + pair[1] if run else pair
            elif run:
                found[run] = None
                run = ""
    return list(found)
