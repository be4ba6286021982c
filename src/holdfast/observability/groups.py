"""What costs can be told by."""

import enum


class By(enum.StrEnum):
    """What calls have in common that are summed up together."""

    RUN = "run"
    AGENT = "agent"
    MODEL = "model"
    TENANT = "tenant"
    DAY = "day"
    APP = "app"
