"""Who may do what, and what nobody may learn: the rules that all routes keep together."""
