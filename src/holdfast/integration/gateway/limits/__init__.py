"""What an account of a provider may consume, and who goes next: rates, headers, queue, breaker."""
