"""What type checkers and editors see of ``holdfast``: the names that ``__init__.py`` loads when they are asked for."""

from holdfast.execution.agent import Agent as Agent
from holdfast.governance.allowance import Allowance as Allowance
from holdfast.governance.loop_thresholds import Threshold as Threshold
from holdfast.governance.loop_thresholds import Thresholds as Thresholds
from holdfast.governance.purse import AllowanceLow as AllowanceLow
from holdfast.governance.redaction.personal import Personal as Personal
from holdfast.integration.secrets.secret import Secret as Secret
from holdfast.integration.tools.contract import IdempotencyKey as IdempotencyKey
from holdfast.integration.tools.contract import OutcomeUnknown as OutcomeUnknown
from holdfast.integration.tools.contract import Provided as Provided
from holdfast.integration.tools.contract import ToolFailure as ToolFailure
from holdfast.integration.tools.contract import tool as tool
from holdfast.integration.tools.probe import DidNot as DidNot
from holdfast.integration.tools.probe import Happened as Happened
from holdfast.integration.tools.probe import Unknown as Unknown
from holdfast.integration.tools.returned import Returned as Returned
from holdfast.integration.tools.stock.code import run_python as run_python
from holdfast.integration.tools.variables import Variables as Variables
from holdfast.journal.alerts import Alert as Alert
from holdfast.kernel.effects import Effect as Effect
from holdfast.kernel.errors import AllowanceSpent as AllowanceSpent
from holdfast.kernel.errors import HoldfastError as HoldfastError
from holdfast.kernel.errors import RunFailed as RunFailed
from holdfast.kernel.errors import StepFailed as StepFailed
from holdfast.kernel.limits import Budget as Budget
from holdfast.kernel.outcomes import Settlement as Settlement
from holdfast.kernel.provenance import Trust as Trust
from holdfast.orchestration.app import App as App
from holdfast.orchestration.cutting import AtVersion as AtVersion
from holdfast.orchestration.cutting import BeforeStep as BeforeStep
from holdfast.orchestration.cutting import BeforeTurn as BeforeTurn
from holdfast.orchestration.handle import Run as Run
from holdfast.orchestration.script import script as script
from holdfast.orchestration.steps import Steps as Steps
from holdfast.prompts.prompt import Prompt as Prompt
from holdfast.runtime import Runtime as Runtime
from holdfast.runtime.sandboxes import open_sandbox as open_sandbox

__version__: str
