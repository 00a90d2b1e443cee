"""How good a day's data is: each rule by itself, in expressions that name no engine."""
