"""What an account of a provider may consume, and who goes next: rates, queue, breaker. No provider is named here."""
