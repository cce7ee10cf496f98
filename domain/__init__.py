"""What is allowed and what follows. Takes rows, values and `now`; never commits, never does I/O."""
