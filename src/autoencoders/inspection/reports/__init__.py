"""Reports on judged images: one self-contained page each."""
