"""The words of the query language: fields, their values, and what else people call them."""

from supportdesk.domain.condition import Field, Op, SortKey
from supportdesk.domain.ticket import Priority, State

FIELD_ALIASES = {
    "status": "state",
    "owner": "assignee",
    "assigned": "assignee",
    "상태": "state",
    "담당": "assignee",
    "담당자": "assignee",
    "팀": "team",
    "태그": "tag",
    "채널": "channel",
    "고객": "from",
    "보낸사람": "from",
    "등급": "grade",
    "제목": "subject",
    "우선순위": "priority",
    "번호": "number",
    "정렬": "sort",
    "이전": "before",
    "이후": "after",
}

STATES = {
    "onhold": "on_hold",
    "on-hold": "on_hold",
    "waiting": "pending",
    "신규": "new",
    "열림": "open",
    "대기": "pending",
    "보류": "on_hold",
    "해결": "solved",
    "종료": "closed",
    "스팸": "spam",
} | {state.value: state.value for state in State}

PRIORITIES = {
    "긴급": "urgent",
    "높음": "high",
    "보통": "normal",
    "낮음": "low",
} | {priority.value: priority.value for priority in Priority}

IS = {name: name for name in ("open", "closed", "snoozed", "overdue", "due", "merged", "unread")} | {
    "열림": "open",
    "종료": "closed",
    "지연": "overdue",
}

HAS = {"attachment": "attachment", "attachments": "attachment", "첨부": "attachment"}

CHANNEL_ALIASES = {"mail": "email", "메일": "email", "카카오": "kakao", "전화": "phone"}

SOMEBODY = {"me": "me", "나": "me", "none": "none", "없음": "none"}

SORT_KEYS = {key.value: key.value for key in SortKey}

CHOICES = {Field.STATE: STATES, Field.PRIORITY: PRIORITIES, Field.HAS: HAS}
"""Fields with a closed list of values: what may be written, and what it means."""

SHORTHANDS = {
    "mine": (Field.ASSIGNEE, "me"),
    "unassigned": (Field.ASSIGNEE, "none"),
} | {name: (Field.STATE, name) for name in ("new", "pending", "on_hold", "solved", "spam")}
"""``is:`` words that only say another field shorter."""

DATE_OPS = {"before": Op.BEFORE, "after": Op.AFTER, "since": Op.SINCE, "on": Op.ON}
"""Fields that compare when the ticket was created."""

FIELDS = (*(field.value for field in Field), *DATE_OPS, "sort")
