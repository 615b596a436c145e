"""The life cycle of a lead: every status × action × role, and what each predicate asks."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    RuleViolated,
    TransitionNotAllowed,
)
from api.domain.kit.permissions import Role
from api.domain.leads.lead_transfers import leaves_conclusion, officers, unsettled
from api.domain.leads.leads import (
    DRAWABLE,
    LEAD_FLOW,
    MERGED_STATUS,
    PENDING,
    TRIAGE,
    LeadAction,
    LeadConclusion,
    LeadStatus,
    ReceivingOrgan,
    ReporterKind,
    ReviewResult,
    TransferResult,
    TransferStage,
    can_absorb,
    can_join,
    feedback_modes,
    is_routed,
)
from tests.domain.actors import UNIT, actor

#: Facts 3.1 read by hand, apart from the table that is tested: action → from → to.
UNFINISHED = (
    "received registered assigned disputed verifying transferred_department transferred_police"
    " escalated concluded recheck fed_back"
)
SENT = "transferred_department transferred_police escalated concluded recheck fed_back"
BEFORE_POLICE = "verifying concluded fed_back transferred_department"
AT_POLICE = "transferred_police concluded recheck fed_back"
PLAN = {
    "register": ("received", "registered"),
    "assign": ("registered disputed", "assigned"),
    "acknowledge": ("assigned", "verifying"),
    "take_back": ("assigned verifying", "registered"),
    "dispute": ("assigned", "disputed"),
    "conclude": (
        "verifying recheck transferred_department transferred_police escalated fed_back",
        "concluded",
    ),
    "propose_transfer": (BEFORE_POLICE, None),
    "approve_transfer": (BEFORE_POLICE, None),
    "refuse_transfer": (BEFORE_POLICE, None),
    "transfer_police": (BEFORE_POLICE, "transferred_police"),
    "report_police": (BEFORE_POLICE, "transferred_police"),
    "transfer_department": ("registered verifying concluded fed_back", "transferred_department"),
    "recall": (SENT, None),
    "record_receipt": (SENT, None),
    "record_incomplete": (AT_POLICE, None),
    "supply_papers": (AT_POLICE, None),
    "record_result": (SENT, None),
    "forward": (f"{SENT} closed archived", None),
    "hand_over_goods": (f"{AT_POLICE} closed archived", None),
    "record_aftermath": (f"{AT_POLICE} closed archived", None),
    "ask_review": (AT_POLICE, None),
    "suggest_supervision": (f"{AT_POLICE} closed archived", None),
    "let_stand": (f"{AT_POLICE} closed archived", None),
    "record_review": (AT_POLICE, None),
    "remind": (SENT, None),
    "waive": (f"{SENT} registered closed", None),
    "unwaive": (f"{SENT} registered verifying closed", None),
    "ask_assist": (
        "assigned verifying transferred_department transferred_police escalated recheck",
        None,
    ),
    "mark": (UNFINISHED, None),
    "unmark": (UNFINISHED, None),
    "recheck": ("concluded fed_back closed", "recheck"),
    "feed_back": (
        "concluded rejected transferred_department transferred_police escalated",
        "fed_back",
    ),
    "close": ("fed_back", "closed"),
    "escalate": ("registered verifying", "escalated"),
    "reject": ("received registered", "rejected"),
    "withdraw": ("received registered assigned disputed verifying", "withdrawn"),
    "archive": ("closed withdrawn", "archived"),
    "reopen": ("closed rejected withdrawn archived", "registered"),
    "reopen_county": ("closed rejected withdrawn archived", "escalated"),
}
OFFICE = {
    "register", "assign", "recheck", "escalate", "reject", "withdraw", "reopen", "mark", "unmark",
    "take_back",
}  # fmt: skip
#: The county too, of what it answers for itself.
CLOSING = {"close", "archive"}
#: The office may by its permission, but never has what was routed to the county.
ROUTED = {"reopen_county"}
#: The head of the agency that hands over (移送规定第5条).
DECIDING = {"approve_transfer", "refuse_transfer", "waive", "unwaive"}
#: Who enforces administrative law transfers (移送规定第2条); who does not reports; the police neither.
PUNISHING = {
    Role.OFFICE, Role.COUNTY, Role.CULTURE, Role.CIVIL, Role.MARKET, Role.DEPARTMENT,
}  # fmt: skip
TRANSFERRING = {"propose_transfer", "transfer_police"}
HANDLERS = {
    Role.OFFICE, Role.POLICE, Role.POLICE_GATEWAY, Role.JUSTICE, Role.CULTURE, Role.CIVIL,
    Role.MARKET, Role.DEPARTMENT, Role.COUNTY,
}  # fmt: skip


@dataclass
class Standing:
    """A lead to which nothing but its status can be objected."""

    status: LeadStatus
    owner_unit_id: UUID = UNIT
    conclusion: LeadConclusion | None = LeadConclusion.SUSPECTED_CRIME
    concluded_by_id: UUID | None = None
    concluded_unit_id: UUID | None = None
    concluded_unit_ids: tuple[UUID, ...] = ()
    concluded_person_ids: tuple[UUID, ...] = ()
    recheck_drawn: bool = False
    transfer_stage: TransferStage | None = None
    kept_stage: TransferStage | None = None
    transfer_reminded_on: date | None = None
    transfer_proposed_by_id: UUID | None = None
    transfer_receiver_id: UUID | None = None
    transfer_sender_id: UUID | None = None
    transfer_organ: ReceivingOrgan | None = None
    has_case: bool = False
    kept_off: bool = False
    police_have_it: bool = False
    assists_awaited: tuple[str, ...] = ()
    unsettled: bool = False
    waived_from: LeadStatus | None = LeadStatus.CONCLUDED
    owes: tuple[str, ...] = ()
    merged_into_id: None = None
    has_merged: bool = False
    marks: tuple[str, ...] = ("major",)
    town_code: str = "341522118"


#: At which stage of a hand-over nothing can be objected to an action.
STAGES = {
    "approve_transfer": TransferStage.PROPOSED,
    "refuse_transfer": TransferStage.APPROVED,
    "record_receipt": TransferStage.SENT,
    "record_incomplete": TransferStage.RECEIVED,
    "supply_papers": TransferStage.INCOMPLETE,
    "record_result": TransferStage.RECEIVED,
    "forward": TransferStage.RECEIVED,
    "recall": TransferStage.SENT,
    "hand_over_goods": TransferStage.FILED,
    "ask_review": TransferStage.DECLINED,
    "suggest_supervision": TransferStage.UPHELD,
    "let_stand": TransferStage.DECLINED,
    "record_review": TransferStage.REVIEWED,
    "remind": TransferStage.SENT,
    "record_aftermath": TransferStage.DROPPED,
    "waive": TransferStage.RECEIVED,
}


def free(action: str, status: LeadStatus, **over: object) -> Standing:
    """A lead at which nothing can be objected to an action in a status."""
    told_meanwhile = action == "conclude" and status is LeadStatus.FED_BACK
    due: dict[str, object] = {"conclusion": None, "unsettled": True} if told_meanwhile else {}
    if action == "record_incomplete":
        due["transfer_organ"] = ReceivingOrgan.POLICE
    return Standing(status, **{"transfer_stage": STAGES.get(action)} | due | over)


def test_the_plan_names_every_action():
    assert set(PLAN) == {action.value for action in LEAD_FLOW.steps}


@pytest.mark.parametrize("role", Role)
def test_status_by_action(role):
    who = actor(role)
    for status, action in product(LeadStatus, LeadAction):
        origins, target = PLAN[action.value]
        allowed = role in HANDLERS
        if action.value in OFFICE | CLOSING | ROUTED:
            county = role is Role.COUNTY and action.value in CLOSING | ROUTED
            allowed = role is Role.OFFICE or county
        # at the desk it is the office's to hand on, whoever had it before
        if (action.value, status.value) == ("transfer_department", "registered"):
            allowed = role is Role.OFFICE
        if action.value in DECIDING:
            allowed = role in {Role.LEADER, Role.COUNTY}
        if action.value in TRANSFERRING:
            allowed = role in PUNISHING
        if action.value == "report_police":
            allowed = role is Role.JUSTICE
        fits = status.value in origins.split()
        routed = action.value in ROUTED or (role is Role.COUNTY and action.value in CLOSING)
        record = free(action, status, town_code="341522" if routed else "341522118")
        offered = {each.action for each in LEAD_FLOW.available(who, record)}
        assert (action in offered) is (allowed and fits), (role, status, action)
        if allowed and fits:
            to = LEAD_FLOW.step(action, who, record).to
            assert (to.value if to else None) == target
            continue
        whose = action.value in {*TRANSFERRING, "report_police"} and role in HANDLERS
        refusal = (TransitionNotAllowed, Forbidden) if whose else Forbidden
        with pytest.raises(TransitionNotAllowed if allowed else refusal):
            LEAD_FLOW.step(action, who, record)


@pytest.mark.parametrize(("action", "status"), [("withdraw", "verifying"), ("reject", "received")])
def test_a_lead_in_which_others_go_on_does_not_end_unanswered(action, status):
    who, record = actor(Role.OFFICE), Standing(LeadStatus(status), has_merged=True)
    assert action not in {each.action.value for each in LEAD_FLOW.available(who, record)}
    with pytest.raises(Conflict) as refused:
        LEAD_FLOW.step(LeadAction(action), who, record)
    assert refused.value.code == "has_merged"


@pytest.mark.parametrize(
    ("action", "status"), [("close", "fed_back"), ("archive", "closed"), ("archive", "withdrawn")]
)
@pytest.mark.parametrize(
    ("role", "own", "town", "may"),
    [
        (Role.OFFICE, False, "341522118", True),
        (Role.COUNTY, False, "341522118", False),
        # what a town gave it to look into, the town's office ends
        (Role.COUNTY, True, "341522118", False),
        (Role.COUNTY, False, "341522", False),
        (Role.COUNTY, True, "341522", True),
    ],
)
def test_who_ends_a_lead(role, own, town, may, action, status):
    who = actor(role) if own else actor(role, uuid4())
    record = Standing(LeadStatus(status), town_code=town)
    assert (action in {a.action.value for a in LEAD_FLOW.available(who, record)}) is may
    if not may:
        with pytest.raises(Forbidden) as refused:
            LEAD_FLOW.step(LeadAction(action), who, record)
        assert refused.value.code == "not_own_unit"


@pytest.mark.parametrize("status", ["closed", "rejected", "withdrawn", "archived"])
@pytest.mark.parametrize(
    ("town", "own", "may"),
    [("341522", True, True), ("341522", False, False), ("341522118", True, False)],
)
def test_the_county_reopens_what_was_routed_to_it_and_nothing_else(status, town, own, may):
    who = actor(Role.COUNTY)
    owner = who.unit_id if own else uuid4()
    record = Standing(LeadStatus(status), owner_unit_id=owner, town_code=town)
    offered = {each.action for each in LEAD_FLOW.available(who, record)}
    assert (LeadAction.REOPEN_COUNTY in offered) is may
    assert LeadAction.REOPEN not in offered
    if not may:
        with pytest.raises(Forbidden) as refused:
            LEAD_FLOW.step(LeadAction.REOPEN_COUNTY, who, record)
        assert refused.value.code == "not_routed"


WITH_RECEIVER = {
    TransferStage.SENT, TransferStage.RECEIVED, TransferStage.INCOMPLETE, TransferStage.REVIEWED,
}  # fmt: skip


class TestApproval:
    """移送规定第5条: the head approves or refuses; meanwhile nothing else is done with the lead but what
    is owed to others."""

    @pytest.mark.parametrize("stage", [None, *TransferStage])
    @pytest.mark.parametrize("status", ["verifying", "concluded"])
    def test_what_each_stage_allows(self, status, stage):
        record = Standing(LeadStatus(status), transfer_stage=stage)

        def offered(role: Role) -> set[str]:
            return {each.action.value for each in LEAD_FLOW.available(actor(role), record)}

        pending = stage in {TransferStage.PROPOSED, TransferStage.APPROVED}
        assert ("approve_transfer" in offered(Role.LEADER)) is (stage is TransferStage.PROPOSED)
        assert ("refuse_transfer" in offered(Role.LEADER)) is pending
        assert ("propose_transfer" in offered(Role.MARKET)) is not pending
        unapproved = stage in {TransferStage.PROPOSED, TransferStage.REFUSED}
        assert ("transfer_police" in offered(Role.MARKET)) is not unapproved
        if status == "concluded":
            assert "feed_back" in offered(Role.OFFICE), "the reporter waits for no head"
        for action in ("conclude", "transfer_department", "escalate", "withdraw", "recheck"):
            if status in PLAN[action][0].split():
                taken = action in {"transfer_department", "escalate"} and stage in WITH_RECEIVER
                assert (action in offered(Role.OFFICE)) is not (pending or taken), action

    @pytest.mark.parametrize("stage", [None, *TransferStage])
    @pytest.mark.parametrize("kept", [None, TransferStage.SENT, TransferStage.RECEIVED])
    def test_whoever_has_it_goes_on(self, stage, kept):
        who = actor(Role.CIVIL)
        record = Standing(
            LeadStatus.TRANSFERRED_DEPARTMENT, transfer_stage=stage, kept_stage=kept,
            transfer_receiver_id=who.unit_id,
        )  # fmt: skip
        offered = {each.action.value for each in LEAD_FLOW.available(who, record)}
        at = kept if stage in {TransferStage.PROPOSED, TransferStage.APPROVED} else stage
        assert ("record_receipt" in offered) is (at is TransferStage.SENT)
        may_answer = at in {TransferStage.RECEIVED, TransferStage.INCOMPLETE}
        assert ("record_result" in offered) is may_answer
        assert ("forward" in offered) is (may_answer and at is stage), "not over the head's head"

    @pytest.mark.parametrize(
        ("role", "own", "may"),
        [(Role.LEADER, False, True), (Role.COUNTY, True, True), (Role.COUNTY, False, False)],
    )
    @pytest.mark.parametrize("action", ["approve_transfer", "refuse_transfer"])
    def test_the_town_decides_for_itself_and_the_county_for_itself(self, role, own, may, action):
        who = actor(role)
        owner = who.unit_id if own else uuid4()
        record = Standing(
            LeadStatus.VERIFYING, owner_unit_id=owner, transfer_stage=TransferStage.PROPOSED
        )
        assert (action in {a.action.value for a in LEAD_FLOW.available(who, record)}) is may

    def test_nobody_approves_their_own(self):
        who = actor(Role.COUNTY)
        record = Standing(
            LeadStatus.VERIFYING,
            transfer_stage=TransferStage.PROPOSED,
            transfer_proposed_by_id=who.id,
        )
        with pytest.raises(Forbidden) as refused:
            LEAD_FLOW.step(LeadAction.APPROVE_TRANSFER, who, record)
        assert refused.value.code == "own_proposal"
        assert LEAD_FLOW.step(LeadAction.REFUSE_TRANSFER, who, record)  # taken back

    @pytest.mark.parametrize(
        ("said", "names"),
        [
            ("张三、李四", ["张三", "李四"]),
            ("张三 李四，王五", ["张三", "李四", "王五"]),
            ("张三、张三", ["张三"]),
            ("  ", []),
        ],
    )
    def test_officers_are_counted_by_their_names(self, said, names):
        assert officers(said) == names


class TestSecondVerification:
    @pytest.mark.parametrize(
        ("which", "may"),
        [
            ("nobody", True),
            ("last unit", False),
            ("last person", False),
            ("earlier unit", False),
            ("earlier person", False),
        ],
    )
    def test_not_by_the_units_nor_by_the_persons_that_concluded(self, which, may):
        who = actor(Role.MARKET)
        taken = {
            "nobody": {},
            "last unit": {"concluded_unit_id": who.unit_id},
            "last person": {"concluded_by_id": who.id},
            "earlier unit": {"concluded_unit_ids": (uuid4(), who.unit_id)},
            "earlier person": {"concluded_person_ids": (who.id, uuid4())},
        }[which]
        others = {
            "concluded_by_id": uuid4(),
            "concluded_unit_id": uuid4(),
            "concluded_unit_ids": (uuid4(),),
            "concluded_person_ids": (uuid4(),),
        }
        record = Standing(LeadStatus.RECHECK, **others | taken)
        offered = {each.action for each in LEAD_FLOW.available(who, record)}
        assert (LeadAction.CONCLUDE in offered) is may
        if not may:
            with pytest.raises(DomainError) as refused:
                LEAD_FLOW.step(LeadAction.CONCLUDE, who, record)
            assert refused.value.code == "recheck_by_same"
        # What is concluded again outside a second verification is the same unit's to correct.
        again = Standing(LeadStatus.VERIFYING, **others | taken)
        assert LEAD_FLOW.step(LeadAction.CONCLUDE, who, again)

    @pytest.mark.parametrize("action", LeadAction)
    def test_what_is_drawn_does_not_leave_unverified(self, action):
        """It can't be ended in any way; everything else goes on as without the draw."""
        ends = {"close", "archive", "reject", "withdraw"}
        for status, role in product(PLAN[action.value][0].split(), (Role.OFFICE, Role.COUNTY)):
            who = actor(role)
            stage = STAGES.get(action.value)
            drawn, free = (
                {a.action for a in LEAD_FLOW.available(who, record)}
                for record in (
                    Standing(LeadStatus(status), transfer_stage=stage, recheck_drawn=True),
                    Standing(LeadStatus(status), transfer_stage=stage),
                )
            )
            expected = action in free and action.value not in ends
            assert (action in drawn) is expected, (status, role)
            if action in free and action.value in ends:
                with pytest.raises(Conflict) as refused:
                    LEAD_FLOW.step(action, who, Standing(LeadStatus(status), recheck_drawn=True))
                assert refused.value.code == "recheck_pending"


ASKS_NOTHING = {
    TransferStage.ANSWERED,
    TransferStage.DECLINED,
    TransferStage.UPHELD,
    TransferStage.PAST,
    TransferStage.REFUSED,
    TransferStage.RECALLED,
    TransferStage.ACCEPTED,
    TransferStage.WAIVED,
    TransferStage.DROPPED,
}


class TestHandOver:
    @pytest.mark.parametrize(
        ("action", "stages"),
        [
            ("record_receipt", "sent"),
            ("record_incomplete", "received"),
            ("supply_papers", "incomplete"),
            ("record_result", "received incomplete"),
            ("forward", "received incomplete"),
            ("recall", "sent"),
            ("hand_over_goods", "filed"),
            ("record_aftermath", "dropped"),
            ("ask_review", "declined"),
            ("suggest_supervision", "declined upheld"),
            ("let_stand", "declined upheld"),
            ("record_review", "reviewed"),
            ("remind", "sent received incomplete reviewed"),
        ],
    )
    def test_each_step_has_its_stage(self, action, stages):
        who = actor(Role.MARKET)
        for stage in (None, *TransferStage):
            record = Standing(
                LeadStatus.TRANSFERRED_POLICE,
                transfer_stage=stage,
                transfer_organ=ReceivingOrgan.POLICE,
            )
            offered = {each.action.value for each in LEAD_FLOW.available(who, record)}
            assert (action in offered) is (stage is not None and stage.value in stages.split())

    @pytest.mark.parametrize("organ", ReceivingOrgan)
    def test_only_the_police_ask_for_papers(self, organ):
        record = Standing(
            LeadStatus.TRANSFERRED_POLICE,
            transfer_stage=TransferStage.RECEIVED,
            transfer_organ=organ,
        )
        offered = {each.action.value for each in LEAD_FLOW.available(actor(Role.MARKET), record)}
        assert ("record_incomplete" in offered) is (organ is ReceivingOrgan.POLICE)

    @pytest.mark.parametrize("stage", TransferStage)
    def test_nobody_concludes_what_the_police_still_have(self, stage):
        record = Standing(LeadStatus.TRANSFERRED_POLICE, transfer_stage=stage)
        offered = {each.action for each in LEAD_FLOW.available(actor(Role.MARKET), record)}
        assert (LeadAction.CONCLUDE in offered) is (stage in ASKS_NOTHING)

    @pytest.mark.parametrize("stage", [None, *TransferStage])
    @pytest.mark.parametrize("reminded", [None, date(2022, 6, 1)])
    def test_closed_only_with_a_result_and_a_reminder_is_none(self, stage, reminded):
        record = Standing(LeadStatus.FED_BACK, transfer_stage=stage, transfer_reminded_on=reminded)
        who = actor(Role.OFFICE)
        owed = {
            TransferStage.FILED: "goods_missing",
            TransferStage.DROPPED: "aftermath_missing",
            TransferStage.DECLINED: "review_undecided",
            TransferStage.UPHELD: "review_undecided",
        }
        if stage not in owed and (stage is None or stage in ASKS_NOTHING):
            LEAD_FLOW.step(LeadAction.CLOSE, who, record)
            return
        with pytest.raises(RuleViolated) as refused:
            LEAD_FLOW.step(LeadAction.CLOSE, who, record)
        assert refused.value.code == owed.get(stage, "transfer_unanswered")
        assert "移送" in str(refused.value.extra["article"])


#: The police have decided, and the sender has yet to do its part.
LEFT_TO_DO = {
    TransferStage.FILED, TransferStage.DECLINED, TransferStage.UPHELD, TransferStage.DROPPED,
}  # fmt: skip
HIDES = (
    "archive reopen reopen_county propose_transfer transfer_police report_police"
    " transfer_department close"
)


class TestWhatIsLeft:
    """What the law asks of the sender after the police have decided is not hidden by what comes."""

    @pytest.mark.parametrize(
        ("stage", "code"),
        [
            (TransferStage.FILED, "goods_missing"),
            (TransferStage.DROPPED, "aftermath_missing"),
            (TransferStage.DECLINED, "review_undecided"),
            (TransferStage.UPHELD, "review_undecided"),
        ],
    )
    @pytest.mark.parametrize("action", HIDES.split())
    def test_it_comes_first(self, action, stage, code):
        role = {"report_police": Role.JUSTICE, "reopen_county": Role.COUNTY}
        who = actor(role.get(action, Role.OFFICE))
        town = "341522" if action == "reopen_county" else "341522118"
        for status in PLAN[action][0].split():
            lead = free(action, LeadStatus(status), town_code=town)
            assert LEAD_FLOW.step(LeadAction(action), who, lead)
            left = replace(lead, transfer_stage=stage)
            with pytest.raises(RuleViolated) as refused:
                LEAD_FLOW.step(LeadAction(action), who, left)
            assert refused.value.code == code

    @pytest.mark.parametrize("status", ["closed", "archived"])
    def test_it_is_done_when_the_lead_is_over_too(self, status):
        for stage, action in (
            (TransferStage.FILED, LeadAction.HAND_OVER_GOODS),
            (TransferStage.DROPPED, LeadAction.RECORD_AFTERMATH),
        ):
            lead = Standing(LeadStatus(status), transfer_stage=stage)
            assert LEAD_FLOW.step(action, actor(Role.MARKET), lead)


class TestConclusion:
    """Nothing ends as if somebody had looked into it where nobody did."""

    @pytest.mark.parametrize(
        "status", ["transferred_department", "transferred_police", "fed_back", "escalated"]
    )
    @pytest.mark.parametrize("stage", [None, *TransferStage])
    @pytest.mark.parametrize("conclusion", [None, LeadConclusion.UNFOUNDED])
    @pytest.mark.parametrize("unsettled", [True, False])
    def test_what_nobody_took_up_is_concluded_first(self, status, stage, conclusion, unsettled):
        lead = Standing(
            LeadStatus(status), transfer_stage=stage, conclusion=conclusion, unsettled=unsettled
        )
        missing = conclusion is None and unsettled
        if status == "escalated":
            missing = conclusion is None and stage not in WITH_RECEIVER
        action = LeadAction.CLOSE if status == "fed_back" else LeadAction.FEED_BACK
        step = LEAD_FLOW.steps[action]
        codes = [e.name for e in step.when if not e.holds(actor(Role.OFFICE), lead)]
        assert ("conclusion_missing" in codes) is missing
        if status == "fed_back":
            step = LEAD_FLOW.steps[LeadAction.CONCLUDE]
            codes = [e.name for e in step.when if not e.holds(actor(Role.OFFICE), lead)]
            assert ("conclusion_not_due" in codes) is not missing

    @pytest.mark.parametrize(
        ("organ", "result", "review", "left"),
        [
            (organ, result, review, (result == "not_filed" and review != "filed")
             or (organ == "county" and result == "handled"))
            for organ in ReceivingOrgan
            for result in (None, *TransferResult)
            for review in (None, *ReviewResult)
        ],
    )  # fmt: skip
    def test_which_answers_leave_it_to_the_sender(self, organ, result, review, left):
        assert unsettled(organ, result, review) is left
        read = {
            "refused_on": None,
            "is_taken_back": False,
            "id": "2",
            "organ": organ,
            "result": result,
            "review_result": review,
        }
        older = {
            "refused_on": None,
            "is_taken_back": False,
            "id": "1",
            "organ": "police",
            "result": "not_filed",
            "review_result": None,
        }
        assert leaves_conclusion("answered", [read, older]) is left
        assert not leaves_conclusion("sent", [read])


#: What is the work of the unit that has a lead, and of nobody for it (facts 4): the office assigns,
#: supervises, takes back, and reports to the county.
THEIRS = (
    "conclude feed_back propose_transfer transfer_police transfer_department recall record_receipt"
    " record_incomplete supply_papers record_result forward hand_over_goods ask_review let_stand"
    " suggest_supervision record_aftermath record_review"
)
OBJECTIONS = {
    "merged": (
        {"merged_into_id": uuid4()},
        "transfer_department recheck mark unmark reopen reopen_county unwaive",
    ),
    "has merged": ({"has_merged": True}, "reject withdraw"),
    "owing": (
        {"owes": ("police_decision",)},
        "close archive reject withdraw",
    ),
    "drawn": ({"recheck_drawn": True}, "close archive reject withdraw"),
    "assists unanswered": ({"assists_awaited": ("市场监管所",)}, "conclude"),
    "not waived just now": ({"waived_from": None}, "unwaive"),
    "not marked": ({"marks": ()}, "unmark"),
    "no offence": (
        {"conclusion": LeadConclusion.IRREGULAR},
        "propose_transfer transfer_police report_police",
    ),
    "another unit's": (
        {"owner_unit_id": uuid4()},
        "acknowledge dispute reopen_county report_police " + THEIRS,
    ),
}


class TestObjections:
    """What stands against an action beyond status and right: each objection alone, every action."""

    @pytest.mark.parametrize("objection", OBJECTIONS)
    @pytest.mark.parametrize("action", LeadAction)
    def test_each_alone(self, objection, action):
        changes, hindered = OBJECTIONS[objection]
        county = {"approve_transfer", "refuse_transfer", "waive", "unwaive", "reopen_county"}
        who = actor(Role.COUNTY if action.value in county else Role.OFFICE)
        if action is LeadAction.REPORT_POLICE:
            who = actor(Role.JUSTICE)
        if action.value in county - {"reopen_county"}:
            who = actor(Role.LEADER)
        town = "341522" if action is LeadAction.REOPEN_COUNTY else "341522118"
        for status in PLAN[action.value][0].split():
            lead = free(action, LeadStatus(status), town_code=town)
            assert LEAD_FLOW.step(action, who, lead)
            if lead.unsettled and "conclusion" in changes:
                continue  # then it is concluded
            record = replace(lead, **changes)
            # at the desk it is the office's, whoever had it before
            desk = objection == "another unit's" and (
                action is LeadAction.TRANSFER_DEPARTMENT
                and status in {each.value for each in TRIAGE}
            )
            if desk or action.value not in hindered.split():
                assert LEAD_FLOW.step(action, who, record)
                continue
            with pytest.raises(DomainError):
                LEAD_FLOW.step(action, who, record)

    @pytest.mark.parametrize("conclusion", [None, *LeadConclusion])
    def test_only_an_offence_goes_to_the_police(self, conclusion):
        may = conclusion in {None, LeadConclusion.SUSPECTED_CRIME, LeadConclusion.ILLEGAL}
        record = Standing(LeadStatus.CONCLUDED, conclusion=conclusion)
        offered = {each.action.value for each in LEAD_FLOW.available(actor(Role.MARKET), record)}
        assert ("propose_transfer" in offered) is may
        assert ("transfer_police" in offered) is may

    @pytest.mark.parametrize("action", LeadAction)
    def test_who_steps_in_for_a_unit(self, action):
        """Nobody: the office does what is the office's with every lead, and no unit's work."""
        deciding = {"approve_transfer", "refuse_transfer", "waive", "unwaive", "reopen_county"}
        for role, status in product((Role.MARKET, Role.OFFICE), PLAN[action.value][0].split()):
            who = actor(role, uuid4())
            if action.value in deciding | {"report_police"}:
                continue
            record = free(action, LeadStatus(status))
            offered = {each.action for each in LEAD_FLOW.available(who, record)}
            own = {"acknowledge", "dispute", *THEIRS.split()}
            if LeadStatus(status) in TRIAGE:
                own -= {"transfer_department"}
            assert (action in offered) is (role is Role.OFFICE and action.value not in own)
            if role is Role.OFFICE and action.value in own:
                with pytest.raises(Forbidden) as refused:
                    LEAD_FLOW.step(action, who, record)
                assert refused.value.code in {"not_own_unit", "not_receiver"}
                assert refused.value.extra["article"]


class TestCorrections:
    @pytest.mark.parametrize("status", LeadStatus)
    @pytest.mark.parametrize(
        ("role", "own", "may"),
        [(Role.OFFICE, False, True), (Role.MARKET, True, True), (Role.MARKET, False, False),
         (Role.GRID, True, True), (Role.COUNTY, True, False), (Role.LEADER, True, False)],
    )  # fmt: skip
    def test_who_corrects_what_is_not_over(self, status, role, own, may):
        who = actor(role) if own else actor(role, uuid4())
        open_ = status.value not in {"closed", "rejected", "withdrawn", "archived"}
        # at the desk it is nobody's yet, or nobody's any more
        may = may and (status not in TRIAGE or role is Role.OFFICE)
        record = Standing(status)
        offered = {each.action.value for each in LEAD_FLOW.available(who, record)}
        assert ("edit" in offered) is (may and open_)
        if may and open_:
            LEAD_FLOW.check_edit(who, record)
            return
        with pytest.raises(Forbidden) as refused:
            LEAD_FLOW.check_edit(who, record)
        if may:
            assert refused.value.code == "closed"


class TestAnswers:
    """By which ways a reporter can be answered at all."""

    @pytest.mark.parametrize(
        ("kind", "phone", "receipt", "ways"),
        [
            ("real_name", True, True, "phone in_person letter online"),
            ("real_name", True, False, "phone in_person letter impossible"),
            ("real_name", False, True, "in_person letter online"),
            ("real_name", False, False, "in_person letter impossible"),
            ("anonymous", True, True, "phone online"),
            ("anonymous", True, False, "phone impossible"),
            ("anonymous", False, True, "online"),
            ("anonymous", False, False, "impossible"),
        ],
    )
    def test_every_kind(self, kind, phone, receipt, ways):
        told = feedback_modes(ReporterKind(kind), has_phone=phone, has_receipt=receipt)
        assert [mode.value for mode in told] == ways.split()


#: What a lead becomes that joins another one; the rest cannot join.
BECOMES = {
    "received": "concluded", "registered": "concluded", "assigned": "concluded",
    "disputed": "concluded", "verifying": "concluded", "concluded": "concluded",
    "recheck": "concluded", "fed_back": "fed_back", "closed": "closed",
}  # fmt: skip


class TestMerging:
    @pytest.mark.parametrize("status", LeadStatus)
    @pytest.mark.parametrize("stage", [None, *TransferStage])
    @pytest.mark.parametrize("merged", [True, False])
    def test_which_lead_joins_another(self, status, stage, merged):
        pending = stage in {TransferStage.PROPOSED, TransferStage.APPROVED}
        pending |= stage in WITH_RECEIVER | LEFT_TO_DO
        may = status.value in BECOMES and not pending and not merged
        assert can_join(status, stage, (), is_merged=merged) is may
        assert not can_join(status, stage, ("punisher",), is_merged=merged)
        after = MERGED_STATUS.get(status)
        assert (after.value if after else None) == BECOMES.get(status.value)

    @pytest.mark.parametrize("status", LeadStatus)
    @pytest.mark.parametrize("conclusion", [None, *LeadConclusion])
    @pytest.mark.parametrize("merged", [True, False])
    def test_in_which_lead_others_go_on(self, status, conclusion, merged):
        over = status.value in {"withdrawn", "rejected", "archived"}
        may = not over and conclusion is not LeadConclusion.DUPLICATE and not merged
        assert can_absorb(status, conclusion, is_merged=merged) is may


def test_what_the_desk_triages_what_is_drawn_and_what_is_routed():
    assert {status.value for status in TRIAGE} == {"received", "registered", "disputed"}
    assert {status.value for status in DRAWABLE} == {"concluded", "fed_back", "closed"}
    assert {stage.value for stage in PENDING} == {"proposed", "approved"}
    assert [is_routed(code) for code in ("341522", "341522118", "341522118201", "34152")] == [
        True, False, False, False,
    ]  # fmt: skip
