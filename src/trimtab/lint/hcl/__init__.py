"""HCL and its JSON form read to syntax, with the line of everything."""
