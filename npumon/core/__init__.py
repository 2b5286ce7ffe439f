"""Pure values: bytes to events, events to state, state to figures. No I/O, no clock, no asyncio, no colour."""
