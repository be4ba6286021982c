"""Layer 1 of 4 · intent & routing: what is asked, of which application, and whether it is taken on."""
