"""Reviewing inspected parts: queues, the blind audit, what it allows to be claimed, the pictures to be learned."""
