"""What can be proved of an application before it runs: the search through all that may become of its runs, and checks.

The search goes with production's own ``decide`` and ``evolve``. Values that only a run will tell are imagined, as few
as stand for all others (``values``); what may come of each piece of work is said in ``outcomes``; ``search`` visits
every situation once; ``checks`` looks at what was seen. ``docs/explanation/verification.md`` says what that proves.

A new kind of node takes three entries, and counts as opaque until it has the first:

1. ``kinds``: ``KNOWN``, its ``expressions`` with what each is for, and the ``faults`` a leaf may end with.
2. A leaf: ``outcomes``, by the actions that its walk wants (``performing``), and its ``entering`` if it is evaluated. A
   composite needs nothing there, unless it is evaluated: its walk is production's own.
3. ``checks/worst``: how often what is below it runs at the most; ``search/reduction`` only if its branches are at once.
   What it evaluates after it was entered: ``search/sight``; what it remembers of that besides: ``search/key``.
"""
