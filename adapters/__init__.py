"""How we touch the world: one third-party thing a file, with its own time limits, errors and a fake beside it."""
