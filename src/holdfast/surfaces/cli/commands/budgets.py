"""``holdfast budgets``: lists what is allowed, what is spent of it, and who waits."""

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting


def budgets(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the allowances that HOLDFAST_ALLOWANCES declares: spent, held, left, when renewed, and who waits for one."""
    import asyncio

    from holdfast.surfaces.cli.asking.budgets import list_budgets
    from holdfast.surfaces.cli.showing.budgets_table import budgets_records, print_budgets
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_budgets(store))
    if as_json:
        write_json(budgets_records(found))
    elif found:
        print_budgets(found, out())
    else:
        err().print(styled("nothing is limited: HOLDFAST_ALLOWANCES names no file that has allowances"))
