"""Who may do what at this station: users and their roles, signing in, and who acts now. Without Qt."""
