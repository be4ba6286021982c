"""One logical model over several places: who is asked, who is asked next, and what is known of each."""
