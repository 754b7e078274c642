"""The section “Candidates” of the Settings page: a candidate beside the model in force, parts that none may lose."""
