"""Onboarding as a saga: account, permissions, mailbox, welcome; all of them, or none that can be taken back."""

from holdfast.flow import FunctionNode, Retry, Saga, SagaStep, Sequence, ToolNode

PATIENCE = Retry(attempts_max=3, seconds_first=0.2, seconds_max=2.0)
"""A system that is down for a moment is asked again; one that stays down ends the saga."""

SAGA = Saga(
    "newcomer",
    steps=(
        SagaStep(
            ToolNode(
                "account",
                "create_account",
                input="{'login': input.login, 'name': input.name, 'role': input.role}",
                retry=PATIENCE,
            )
        ),
        SagaStep(
            ToolNode(
                "permissions", "grant_permissions", input="{'login': input.login, 'role': input.role}", retry=PATIENCE
            )
        ),
        SagaStep(ToolNode("mailbox", "create_mailbox", input="{'login': input.login}", retry=PATIENCE)),
        SagaStep(
            ToolNode(
                "welcome", "send_welcome", input="{'address': mailbox.address, 'name': input.name}", retry=PATIENCE
            ),
            is_irreversible=True,
        ),
    ),
    answer_seconds_max=7 * 86_400.0,
)

FLOW = Sequence(
    "onboarding",
    steps=(
        SAGA,
        FunctionNode("summary", "summarise", input="{'login': input.login, 'address': newcomer.address}"),
    ),
)
