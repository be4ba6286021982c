"""HTTP to other people's servers: one address, the author's; whole and bounded answers; what each status means."""
