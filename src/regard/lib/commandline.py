"""What the commands of all rooms share: examples in their help, and how they refuse."""


class RefusedError(Exception):
    """Something cannot be done, for a reason a person can act on. The message says what, where and what to do next.

    The command line shows it as one line, without a trace.
    """


def examples(*lines: str) -> str:
    """The end of a command's help, for click's `epilog`: one example a line, each a command as it is typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
