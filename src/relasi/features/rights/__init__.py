"""Who may see and do what: roles, profiles, groups, sharing rules, "why?", and looking as another user."""
