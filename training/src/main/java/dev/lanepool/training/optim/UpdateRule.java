package dev.lanepool.training.optim;

/** How an {@link Optimizer} changes parameters: the rule and its settings. The learning rate is given at every step. */
public sealed interface UpdateRule permits Sgd, Adam, AdamW {}
