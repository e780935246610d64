"""What a support desk is, as values and pure functions: no I/O, no clock, no database, no terminal."""
