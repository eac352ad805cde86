"""How a network is fitted: the variant, the engine, corruption, augmentation, penalties."""
