"""What changes on roads from week to week, in expressions that name no engine."""
