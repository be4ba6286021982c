"""What a durable step costs: the same work done by Holdfast, by a peer, and by a bare journal that only appends."""
