"""How a provider's client is handed bytes and asked for the response as it came, and how patient it is."""

from types import MappingProxyType

from httpx2 import Timeout

RAW = MappingProxyType({"X-Stainless-Raw-Response": "stream", "Content-Type": "application/json"})
"""The mark by which these clients hand a response out unread (what their ``with_streaming_response`` sets)."""
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 300.0
"""How long the line may be silent; how long a first word or a whole reply may take is the gateway's business."""
PATIENCE = Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
