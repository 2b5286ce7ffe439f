"""npumon as a user starts it, for the tests of the bench."""

from tests.command_line import npumon

__all__ = ["npumon"]
