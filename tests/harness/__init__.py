"""What tests of running services share: workers as processes, the log read back, an independent recount."""
