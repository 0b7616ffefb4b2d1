package dev.lanepool.training;

import dev.lanepool.nn.Param;
import java.util.ArrayList;
import java.util.List;

/** How a fit goes on the rows set aside: when to end it, and the values that were best. */
final class Watch {
  private final List<Param> params;
  private final List<float[]> bestValues = new ArrayList<>();
  private final List<Double> trainLoss = new ArrayList<>();
  private final List<Double> devLoss = new ArrayList<>();
  private double best = Double.POSITIVE_INFINITY;
  private double lowest = Double.POSITIVE_INFINITY; // without the start
  private int since;
  private int bestAt;

  /** @param params whose values are kept */
  Watch(List<Param> params) {
    this.params = params;
  }

  /** Keeps the values at hand as a start that later ones must better; no epoch of its own. */
  void start(double dev) {
    if (dev < best) {
      keep(dev);
    }
  }

  /** Notes both losses of the values at hand. Whether to go on. */
  boolean looked(double trained, double dev, int patience) {
    trainLoss.add(trained);
    devLoss.add(dev);
    since++;
    if (dev < lowest) {
      lowest = dev;
      since = 0;
    }
    if (dev < best) {
      keep(dev);
    }
    return best != Double.POSITIVE_INFINITY && since < patience;
  }

  private void keep(double dev) {
    best = dev;
    bestAt = devLoss.size();
    bestValues.clear();
    params.forEach(param -> bestValues.add(param.values().clone()));
  }

  /** Puts the best values back. */
  void restore() {
    for (int i = 0; i < bestValues.size(); i++) {
      Param param = params.get(i);
      System.arraycopy(bestValues.get(i), 0, param.values(), 0, param.values().length);
      param.changed();
    }
  }

  /** The lowest loss on the rows set aside; infinite where there was none. */
  double best() {
    return best;
  }

  /** After how many looks it was found; 0 for the start. */
  int bestAt() {
    return bestAt;
  }

  List<Double> trainLoss() {
    return List.copyOf(trainLoss);
  }

  List<Double> devLoss() {
    return List.copyOf(devLoss);
  }
}
