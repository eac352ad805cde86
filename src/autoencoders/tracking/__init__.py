"""MLflow, here and nowhere else: a flat run for every detector and seed, under every runner."""
