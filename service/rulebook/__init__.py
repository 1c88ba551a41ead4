"""A rules folder as one frozen Rulebook, or all its problems at once. See `rules/README.md` for what admins write."""

from service.errors import RulesInvalid
from service.rulebook.loading import RulesSummary, defaults_folder, explain_rules, load
from service.rulebook.together import problems_together, together

__all__ = ["RulesInvalid", "RulesSummary", "defaults_folder", "explain_rules", "load", "problems_together", "together"]
