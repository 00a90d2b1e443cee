"""The city on one machine: embedded servers, every process, one status table."""
