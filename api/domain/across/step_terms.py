"""Until when what people do inside the house is to be done, where no law says it: a table.

A step without a term is never late, so nobody above ever hears of it. The terms are rows of the rule
table that the office sets (STEP-…); here stands which kind of turn goes by which of them. A term
begins on the day on which the record came to that step (`turn_since`, models/base.py), or on a later
one that is more right: nobody is paid before objections are over.
"""

from typing import Final

from api.domain.kit.duties import DutyKind as K

PREPARE: Final = "STEP-PREPARE"
APPROVE: Final = "STEP-APPROVE"
PAY: Final = "STEP-PAY"
CLAIM: Final = "STEP-CLAIM"
CHECK: Final = "STEP-CHECK"
HANDLE: Final = "STEP-HANDLE"
ANSWER: Final = "STEP-ANSWER"
ONWARD: Final = "STEP-ONWARD"
CLOSE: Final = "STEP-CLOSE"

#: Kind of turn → the rule by which it is to be done.
STEP_TERMS: Final[dict[K, str]] = {
    K.DISTRIBUTION_COMPUTE: PREPARE,
    K.DISTRIBUTION_APPROVE: APPROVE,
    K.DISTRIBUTION_PUBLISH: PREPARE,
    K.DISTRIBUTION_PAY: PAY,
    K.DISTRIBUTION_CONFIRM: PAY,
    K.RULE_SET_SUBMIT: PREPARE,
    K.RULE_SET_APPROVE: APPROVE,
    K.REWARD_APPROVE: APPROVE,
    K.REWARD_CODE: PREPARE,
    # the reporter is asked to come, in their own time
    K.REWARD_PAY: CLAIM,
    K.VICTIM_VERIFY: CHECK,
    K.PROPERTY_DETERMINE: CHECK,
    K.PROPERTY_DISPUTED: CHECK,
    K.PROPERTY_DISPOSE: HANDLE,
    K.ENTITY_SWEEP: CHECK,
    K.ENTITY_ASSESS: CHECK,
    K.ENTITY_LIST: CHECK,
    K.ENTITY_HANDLE: HANDLE,
    # what was ordered has a term of its own, and comes first
    K.ENTITY_ACCEPT: HANDLE,
    K.INSPECTION_CLOSE: HANDLE,
    K.ENTITY_ANSWER: CLOSE,
    K.ENTITY_POLICE: CLOSE,
    K.ENTITY_DELIST: CLOSE,
    K.OUTCOME_PUBLISH: APPROVE,
    K.CASE_ACCEPT: ANSWER,
    # unless the term of what was returned for investigation runs
    K.CASE_SEND: ONWARD,
    K.CASE_ENFORCE: ONWARD,
    K.CASE_DIVERTED: ONWARD,
    K.CASE_NOT_INDICTED: ONWARD,
    K.CASE_NOT_FILED: ONWARD,
    K.LEAD_MESSAGE: ANSWER,
    K.LEAD_DROPPED: ONWARD,
    K.LEAD_RECHECK_DRAWN: ONWARD,
}
#: What has no term here, or not always: why nobody is late with it.
WITHOUT: Final[dict[K, str]] = {
    K.CASE_INVESTIGATE: "侦查期限由羁押期限等法律规定，退回补充侦查的另有期限",
    K.CASE_PROSECUTION: "等检察机关的决定",
    K.CASE_JUDGMENT: "等人民法院的判决",
    K.CASE_CLOSE: "等人民法院执行完毕",
    K.MEASURE_QUEUED: "等前一措施解除",
    K.INFORMANT_NAME: "只有指定保管人的人知道，不升级；线索自己的期限照算",
    K.IMPORT_MAP: "只是上传的人的事，还没有登记任何记录",
    K.IMPORT_COMMIT: "只是上传的人的事，还没有登记任何记录",
    K.IMPORT_BARE: "只是上传的人的事，没有可以登记的",
}
