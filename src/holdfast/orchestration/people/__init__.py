"""What waits for people: doubts, questions, approvals and dead letters, and the inbox that shows them."""
