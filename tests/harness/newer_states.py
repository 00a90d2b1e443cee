"""The traffic service of a release whose states the present one can't read."""

from dataclasses import replace

from citystream.commands.service import command_line
from tests.services.descriptions import SERVICES

if __name__ == "__main__":
    command_line(replace(SERVICES["traffic"], state_version=2))()
