"""HTTP to sites that are listed, over connections to addresses that were vetted."""
