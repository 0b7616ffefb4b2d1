package dev.lanepool.training;

import dev.lanepool.nn.Param;
import java.util.ArrayList;
import java.util.List;

/** How a fit goes on the rows set aside: when to end it, and the values to keep. */
final class Watch {
  private final List<Param> params;
  private final List<float[]> bestValues = new ArrayList<>();
  private final List<Double> trainLoss = new ArrayList<>();
  private final List<Double> devLoss = new ArrayList<>();
  private double best = Double.POSITIVE_INFINITY;
  private double lowest = Double.POSITIVE_INFINITY; // without the start
  private int since;

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

  /** Notes both losses of the values at hand, on the way to where the training loss is lowest: these are what counts until the next. */
  void moved(double trained, double dev) {
    trainLoss.add(trained);
    devLoss.add(dev);
    keep(dev);
  }

  private void keep(double dev) {
    best = dev;
    bestValues.clear();
    params.forEach(param -> bestValues.add(param.values().clone()));
  }

  /** Puts the best values back. */
  void restore() {
    for (int i = 0; i < bestValues.size(); i++) {
      params.get(i).set(bestValues.get(i));
    }
  }

  /** The loss on the rows set aside of the values that are kept; infinite where there are none. */
  double best() {
    return best;
  }

  List<Double> trainLoss() {
    return List.copyOf(trainLoss);
  }

  List<Double> devLoss() {
    return List.copyOf(devLoss);
  }
}
