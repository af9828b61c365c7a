"""How fast the portal is, beside the bare limit measured in the same run."""
