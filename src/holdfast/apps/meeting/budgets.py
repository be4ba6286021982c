"""What each level of the hierarchy may spend: each is lent from the one above, and has room for those below."""

from holdfast.kernel.limits import Budget

MEETING = Budget(turns=500, tool_calls=1_000, tokens=7_000_000, depth=2, descendants=130)
ANALYST = Budget(turns=150, tool_calls=300, tokens=2_000_000, depth=1, descendants=40)
COLLECTOR = Budget(turns=8, tool_calls=12, tokens=60_000)
CHART_MAKER = Budget(turns=6, tool_calls=6, tokens=60_000)
INVESTIGATION = Budget(turns=80, tool_calls=200, tokens=1_200_000)
