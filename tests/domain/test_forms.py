"""What every step asks of a person, and which steps are warned of: read by hand, apart from the flows.

A bare word must be filled in; `?` may be left open, because people may not know it yet or the law
does not ask for it; `=RULE` is offered by a time rule; `@value` is asked only with that choice,
`~status` only from these statuses. A step with `!` ends something or lets something go that nobody
simply takes back: it is asked for twice.
"""

import importlib
import pkgutil

import pytest

import api.domain
from api.domain.kit.flow import Field, Flow

FORMS = {
    "lead": """
        register
        assign: unit_id assisting_unit_ids? assist_task? due_on?=LEAD-01
        acknowledge
        dispute: reason proposed_unit_id?
        supply_papers: supplied_on supplied
        record_receipt: receipt_no received_at received_by matter?
        record_result: result result_on decided_level? document_no? result_note
        forward: forwarded_on receiver_unit_id? department? document_no? reason
        hand_over_goods: goods_on goods goods_receipt_no?
        record_review: review_result reviewed_on document_no?
        ask_review: review_asked_on review_reason
        suggest_supervision: supervision_on supervision_by document_no? supervision_reason
        let_stand
        record_aftermath: aftermath
        record_incomplete: told_at missing
        conclude: conclusion findings diversion_route@civil_dispute diversion_department@civil_dispute
        approve_transfer
        refuse_transfer: reason
        propose_transfer: reported_on investigators report
        transfer_police: receiver_unit_id? department? reported_on? investigators? report? approved_on approved_by document_no? materials reason
        report_police: receiver_unit_id? department? document_no? materials reason
        feed_back: feedback_mode feedback_note
        transfer_department: organ receiver_unit_id? department? document_no? materials reason
        recall!: reason
        remind: reason
        waive!: reason
        unwaive
        ask_assist: assisting_unit_id assist_task due_on?=LEAD-ASSIST
        close: solved solved_note
        archive
        recheck: unit_id reason
        escalate: reason
        reject!: reason
        mark: mark reason
        unmark: mark reason
        take_back!: reason
        withdraw!: reason
        reopen: reason
        reopen_county: reason
    """,
    "lead_assist": """
        acknowledge
        answer: answer
        end!: reason
    """,
    "informant_opening": """
        approve
        refuse: reason
        withdraw
        close
    """,
    "restricted_file": """
        hand_off: organ organ_name document_no handed_on receipt
        record_answer: answered_on answer_document_no? answer
        remind: reason
        close!: reason
    """,
    "case": """
        accept: accepted_on? document_no?
        file: document_no filed_on authority_level reason~not_filed,withdrawn
        decline_to_file!: document_no authority_level reason decided_on?
        solve: solved_on
        conclude_investigation: document_no? decided_on?
        send_to_procuratorate: document_no authority_level decided_on?
        return_for_investigation: document_no reason decided_on?
        indict: document_no decided_on?
        decline_to_indict!: document_no ground reason decided_on?
        adjudge: document_no decided_on?
        enforce: document_no? decided_on?
        close: reason decided_on?
        withdraw!: reason document_no? authority_level? decided_on?
        divert_civil: route receiver_unit_id? department? materials reason document_no? decided_on?
        divert_administrative: organ receiver_unit_id? department? materials reason document_no?
            decided_on?
        reopen: reason document_no? decided_on?
    """,
    "handover": """
        record_receipt: receipt_no received_at received_by matter?
        supply_papers: supplied_on supplied
        record_result: result result_on decided_level? document_no? result_note
        record_review: review_result reviewed_on document_no?
        hand_over_goods: goods_on goods goods_receipt_no?
        ask_review: review_asked_on review_reason
        suggest_supervision: supervision_on supervision_by document_no? supervision_reason
        let_stand
        record_aftermath: aftermath
        record_incomplete: told_at missing
        forward: forwarded_on receiver_unit_id? department? document_no? reason
        recall!: reason
        unwaive
        waive!: reason
    """,
    "victim": """
        verify: principal returns refunds basis
        exclude!: reason
        reopen: reason
        withdraw!: reason
    """,
    "property_item": """
        determine: ownership authority document_no reason
        object: objector reason
        dispose!: disposal authority authority_level?@early_return document_no disposed_on proceeds? has_photos?
            has_receipt? reason
        withdraw!: reason
    """,
    "property_measure": """
        renew: decided_on expires_on? authority_level document_no
        take_effect: starts_on expires_on?
        release!: released_on release_reason document_no reason
    """,
    "ledger": """
        confirm: document_no
        void!: reason document_no
    """,
    "distribution": """
        compute
        approve: document_no
        send_back: reason
        publish: published_on objection_until?
        pay: document_no
        confirm: document_no
        confirm_partly: document_no failed_claims
        withdraw!: reason
    """,
    "reward": """
        approve: document_no
        refuse!: reason
        pay: claim voucher_no is_attested
        cancel!: reason
    """,
    "risk_entity": """
        sweep: note?
        assess: tier factors route? decided_by? review_on?
        reassess: tier factors route? decided_by? review_on?
        choose_route: route reason
        list: note?
        remind: legal_actor? legal_actor_name? legal_basis? document_no? done_on? deadline? note?
        interview: legal_actor? legal_actor_name? legal_basis? document_no? done_on? deadline? note?
        order_rectification: requirements due_on?=RECT-01 legal_actor? legal_actor_name? legal_basis?
            document_no?
        stop_operations!: legal_actor? legal_actor_name? legal_basis? document_no? done_on? note?
        urge_refund: amount? legal_actor? legal_actor_name? legal_basis? document_no? done_on?
            deadline? note?
        record_refund: amount legal_actor? legal_actor_name? legal_basis? document_no? done_on? note?
        record_measure: measure legal_actor? legal_actor_name? legal_basis? document_no? done_on?
            deadline? note?
        fix_evidence: fixed_on fixed_by evidence_list
        transfer_department: organ receiver_unit_id? department? materials? document_no? reason
            legal_actor? legal_actor_name? legal_basis?
        transfer_police: receiver_unit_id? department? reported_on? investigators? report?
            approved_on? approved_by? materials? document_no? reason legal_actor? legal_actor_name?
            legal_basis?
        shut_down!: legal_actor? legal_actor_name? legal_basis? document_no? reason
        accept: note?
        delist: reason
        reopen: reason
    """,
    "inspection": """
        complete: finding done_on? note?
        order_rectification: requirements due_on?=RECT-01 legal_actor? legal_actor_name? legal_basis?
            document_no?
        close
        cancel!: reason
    """,
    "rectification": """
        submit: materials submitted_on?
        reinspect: planned_on? inspectors?
        close
        fail: reason
        order_again: due_on?=RECT-01 requirements? document_no?
        withdraw!: reason
    """,
    "paper": "void!: reason",
    "rule_set_version": """
        submit
        approve
        refuse: reason
        recall
        withdraw!: reason
    """,
    "outcome": """
        publish
        withdraw!: reason
        restore: reason
        resubmit: reason
    """,
    "import": """
        commit: mode on_edited?
        read_again: uses_templates
        cancel!
    """,
}


def flows() -> dict[str, Flow]:
    found = {}
    for module in pkgutil.walk_packages(api.domain.__path__, "api.domain."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, Flow):
                found[each.name] = each
    return found


FLOWS = flows()


def asked(field: Field) -> str:
    mark = "" if field.required else "?"
    rule = f"={field.rule}" if field.rule else ""
    only = f"@{field.only_with[1].value}" if field.only_with else ""
    since = (
        f"~{','.join(sorted(each.value for each in field.only_from))}" if field.only_from else ""
    )
    return f"{field.name}{mark}{rule}{only}{since}"


def lines(table: str) -> dict[str, list[str]]:
    """Step → what it asks; a line without a colon's name goes on with the one before."""
    found: dict[str, list[str]] = {}
    step = ""
    for line in table.strip().splitlines():
        deeper = line.startswith(" " * 12)
        name, _, rest = ("", "", line) if deeper else line.strip().partition(":")
        step = name or step
        found.setdefault(step, []).extend(rest.split())
    return found


def test_every_flow_has_its_table() -> None:
    assert set(FLOWS) == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_what_each_step_asks_and_which_is_warned_of(name: str) -> None:
    told = {
        f"{action.value}{'!' if step.danger else ''}": [asked(field) for field in step.fields]
        for action, step in FLOWS[name].steps.items()
    }
    assert told == lines(FORMS[name])


@pytest.mark.parametrize("name", FORMS)
def test_a_field_asked_for_by_a_choice_stands_beside_it(name: str) -> None:
    for step in FLOWS[name].steps.values():
        names = {field.name: field for field in step.fields}
        assert len(names) == len(step.fields)
        for field in step.fields:
            if field.only_with is not None:
                options = names[field.only_with[0]].options
                assert options is not None
                assert field.only_with[1] in options


@pytest.mark.parametrize("name", FORMS)
def test_nobody_takes_something_away_without_a_word(name: str) -> None:
    """What is ended with a warning says why; a file that was only uploaded is nobody's record, and
    a seal on a business is told by its paper."""
    silent = {("import", "cancel"), ("risk_entity", "stop_operations")}
    for action, step in FLOWS[name].steps.items():
        if step.danger and (name, action.value) not in silent:
            assert "reason" in {field.name for field in step.fields if field.required}, action


#: Where a record may still be corrected, by which right, under which conditions, and by which kind
#: of refusal one that is over is closed. What is not named here is never corrected by PATCH.
EDITS = {
    "lead": (
        "received registered assigned disputed verifying transferred_department transferred_police"
        " escalated concluded recheck fed_back",
        "lead:create", "not_own_unit", 403,
    ),
    "case": (
        "received under_review not_filed investigating investigation_concluded under_prosecution"
        " indicted not_indicted adjudged enforcing withdrawn diverted_civil diverted_administrative",
        "case:handle", "not_own_unit", 409,
    ),
    "distribution": ("draft computed", "distribution:prepare", "", 409),
    "inspection": ("planned done", "inspection:handle", "not_own_unit", 403),
    "outcome": ("draft published", "outcome:handle", "not_own_unit published", 403),
    "property_item": ("registered determined disputed", "property:handle", "", 403),
    "rectification": (
        "ordered submitted reinspecting failed", "inspection:handle", "not_own_unit", 403,
    ),
    "risk_entity": (
        "pending swept assessed listed handling rectifying accepted",
        "risk_entity:create", "not_own_unit", 403,
    ),
    "rule_set_version": ("draft", "rule_set:prepare", "not_own_unit not_own_subject", 409),
    "victim": ("registered verified excluded", "victim:handle", "", 403),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_where_a_record_may_still_be_corrected(name: str) -> None:
    edit = FLOWS[name].edit
    if edit is None:
        assert name not in EDITS
        return
    statuses, right, conditions, refusal = EDITS[name]
    assert {status.value for status in edit.frm} == set(statuses.split())
    assert edit.needs.value == right
    assert [each.name for each in edit.when] == conditions.split()
    assert edit.error.status == refusal


#: Where each record begins.
BEGINNINGS = {
    "lead": "received", "lead_assist": "asked", "informant_opening": "waiting",
    "restricted_file": "opened", "case": "received", "victim": "registered",
    "property_item": "registered", "property_measure": "active", "ledger": "posted",
    "distribution": "draft", "reward": "proposed", "risk_entity": "pending",
    "inspection": "planned", "rectification": "ordered", "outcome": "published",
    "import": "parsing", "handover": "sent", "paper": "made",
    "rule_set_version": "draft",
}  # fmt: skip


def test_where_each_record_begins() -> None:
    assert {name: flow.initial.value for name, flow in FLOWS.items()} == BEGINNINGS
