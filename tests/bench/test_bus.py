"""That the figures of the bus are measured on events that are all reacted to."""

from bench.bus import measure


async def test_every_event_is_published_and_reacted_to() -> None:
    passed = await measure(60)
    assert passed.events == 60
    assert passed.events_a_second > 0
    assert passed.cpu_ms_an_event > 0
