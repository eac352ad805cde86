"""Records of what made each artifact, so that what is out of date or damaged is found and made again."""
