"""Reports from the public and what their bearers see; the staff's side of the conversation."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.domain.leads.categories import LeadCategory
from api.domain.reporters.receipts import MessageFrom, ProofPurpose, ReportStage
from api.schemas.common import DivisionCode, Money, Shown, Wire, Yuan, one_line, printable
from api.schemas.leads import Reporter

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(printable)]


class ChallengeAsk(Wire):
    """Asks for a challenge."""

    purpose: ProofPurpose


class ChallengeGiven(Shown):
    """Find a decimal number `answer` such that SHA-256 of `challenge:answer` begins with `bits` zero bits."""

    challenge: str
    bits: int
    expires_at: datetime


class Proof(Wire):
    """A solved challenge; each is good for one request."""

    challenge: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    answer: Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")]


class PublicPlace(Shown):
    """A town that takes reports, or a village of it."""

    code: str
    name: str


class PublicOffice(Shown):
    """Who takes the reports of a town, and where to find them."""

    name: str
    phone: str = Field(description="对外电话；没有登记的为空")
    address: str = Field(description="对外地址；没有登记的为空")


class AmountAsk(Wire):
    """A sum as somebody says it."""

    text: Annotated[str, StringConstraints(max_length=60), AfterValidator(printable)] = Field(
        title="金额", description="怎么说就怎么写，例如“三万”“3万多”"
    )


class AmountRead(Shown):
    """What it is read as."""

    amount: Yuan | None = Field(description="读成多少元；没有说的为空")
    question: str = Field(
        description="拿不准时要问的话（“3万多：按 30,000 元登记？”）；拿得准的为空"
    )


class PublicTown(PublicPlace):
    """A town with its villages."""

    office: PublicOffice = Field(description="受理单位")
    villages: list[PublicPlace]


class PublicPlaces(Shown):
    """Where a report can go."""

    towns: list[PublicTown]


class PublicReport(Wire):
    """A report by anybody; only the story is asked for."""

    narrative: Annotated[
        str, StringConstraints(min_length=5, max_length=5000), AfterValidator(printable)
    ] = Field(description="发生了什么事")
    subject_name: Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)] = (
        Field("", description="是哪个人或者哪家公司；不知道可以不填")
    )
    amount_involved: Money | None = Field(None, description="涉及多少钱（元）")
    primary_category: LeadCategory | None = None
    division_code: DivisionCode | None = Field(
        None, description="所在乡镇或者村；只有一个乡镇使用本系统时可以不填"
    )
    reporter: Reporter
    proof: Proof


class ReceiptGiven(Shown):
    """The receipt: shown now and never again."""

    receipt: str = Field(description="16 位回执号，只显示这一次", examples=["1234567890123450"])


class _ByReceipt(Wire):
    receipt: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(
        title="回执号", description="16 位，可以带空格"
    )
    proof: Proof


class ReceiptAsk(_ByReceipt):
    """Asks how a report stands."""


class ReceiptMessage(_ByReceipt):
    """Something to add."""

    text: Words


class ReceiptRating(_ByReceipt):
    """A judgement of the outcome; given once."""

    score: Annotated[int, Field(ge=1, le=5)] = Field(
        title="评分", description="1 分很不满意，5 分很满意"
    )
    comment: Annotated[str, StringConstraints(max_length=1000), AfterValidator(printable)] = ""


class PublicMessage(Shown):
    """A message as the reporter sees it: staff have no names here."""

    sender: MessageFrom
    text: str
    at: datetime


class RatingShown(Shown):
    """How the reporter judged the outcome."""

    score: int
    comment: str
    at: datetime


class ReceiptReward(Shown):
    """A reward that waits for the bearer, or was fetched."""

    number: str = Field(description="奖励编号，领取时报这个号")
    amount: Yuan = Field(description="奖励金额（元）")
    is_paid: bool = Field(description="是否已领取")


class ReceiptShown(Shown):
    """How a report stands, in plain words."""

    stage: ReportStage
    title: str = Field(description="办到哪一步，几个字")
    words: str = Field(description="现在到哪一步，一两句白话")
    received_on: date
    answer: str = Field(description="办理结果的答复；尚未在网上答复时为空")
    messages: list[PublicMessage]
    photos: int = Field(description="已经收到的照片张数；照片本身不能凭回执看")
    photos_left: int = Field(description="还能传几张照片")
    can_write: bool
    can_rate: bool
    rating: RatingShown | None
    reward: ReceiptReward | None = Field(description="给举报人的奖励；没有或尚未批准的为空")


class MessageCreate(Wire):
    """An answer to the reporter."""

    text: Words


class StaffMessage(Shown):
    """A message as the staff see it; phone and other numbers are masked."""

    id: UUID
    sender: MessageFrom
    text: str
    at: datetime
    read_at: datetime | None = Field(description="对方看到的时间")
    unit_name: str | None


class Conversation(Shown):
    """What passed between the reporter and those who handle the lead."""

    has_receipt: bool = Field(description="是否有回执；没有回执的举报人看不到留言")
    receipt_at: datetime | None
    can_issue: bool = Field(description="当前用户可否为来电、来访的举报人发放回执")
    messages: list[StaffMessage]
    rating: RatingShown | None
