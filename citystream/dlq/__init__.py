"""Dead letters on the command line: listed, shown, and sent to their topic again."""
