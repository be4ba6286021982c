"""Tools that come with Holdfast, each narrow by construction."""
