"""What happens later: background work on RQ. The job table is the truth; a queue message only says "look"."""
