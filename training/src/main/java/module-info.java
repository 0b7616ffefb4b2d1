/** Training: heads on labelled data, and what was found. */
module dev.lanepool.training {
  requires transitive dev.lanepool;
  requires static transitive org.jspecify;

  exports dev.lanepool.training.report;
}
