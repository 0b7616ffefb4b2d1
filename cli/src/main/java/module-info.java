/** The command line: parse, call, print. */
module dev.lanepool.cli {
  requires dev.lanepool;
  requires dev.lanepool.training;
  requires dev.lanepool.defaultmodel;
  requires info.picocli;
  requires de.siegmar.fastcsv;
  requires static org.jspecify;
}
