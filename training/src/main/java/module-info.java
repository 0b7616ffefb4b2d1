/** Training: optimizers, schedules and the loop that runs them. */
module dev.lanepool.training {
  requires transitive dev.lanepool;
  requires static transitive org.jspecify;

  exports dev.lanepool.training.optim;
}
