/** Training heads on labelled texts, comparing and probing: data, features, optimizers, statistics. */
@SuppressWarnings("requires-automatic") // commons-math3 is older than modules
module dev.lanepool.training {
  requires transitive dev.lanepool;
  requires de.siegmar.fastcsv;
  requires commons.math3;
  requires static transitive org.jspecify;

  exports dev.lanepool.training;
  exports dev.lanepool.training.data;
  exports dev.lanepool.training.features;
  exports dev.lanepool.training.optim;
  exports dev.lanepool.training.report;
  exports dev.lanepool.training.stats;
}
