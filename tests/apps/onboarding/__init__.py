"""Onboarding: two systems, all or nothing."""
