"""One-class detection: scores, baselines, ensembles, thresholds, out-of-distribution images, ranking, their figures."""
