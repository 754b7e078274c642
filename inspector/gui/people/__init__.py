"""Signing in at the window, who is signed in, and the users in Settings."""
