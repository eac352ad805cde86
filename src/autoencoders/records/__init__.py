"""Records: beside every artifact, what made it, so that what is out of date or damaged is found and made anew."""
