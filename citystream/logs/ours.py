"""Which loggers are our own: they may say more than a library may."""

OURS = ("citystream", "services", "gateway", "batch", "simulator")


def is_ours(logger: str) -> bool:
    """Whether a logger, by its name, is one of ours."""
    return logger.partition(".")[0] in OURS
