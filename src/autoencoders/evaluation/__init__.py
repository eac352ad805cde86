"""A fitted network in numbers: errors, metrics, sanity checks, the latent space."""
