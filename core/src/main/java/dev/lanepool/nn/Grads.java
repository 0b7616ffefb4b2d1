package dev.lanepool.nn;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A gradient for each of some parameters, of the same shape. Layers add to them; {@link #zero} starts anew. */
public final class Grads {
  private final List<Param> params;
  private final Map<Param, float[]> byParam = new IdentityHashMap<>();

  /** Zeros for these parameters. */
  public Grads(List<Param> params) {
    this.params = List.copyOf(params);
    for (Param param : this.params) {
      byParam.put(param, new float[param.values().length]);
    }
  }

  /** In the order given. */
  public List<Param> params() {
    return params;
  }

  /**
   * The gradient with respect to a parameter, in the order of its values.
   *
   * @throws IllegalArgumentException where the parameter is not among {@link #params}
   */
  public float[] of(Param param) {
    float[] gradient = byParam.get(param);
    if (gradient == null) {
      throw new IllegalArgumentException("no gradient is kept for parameter " + param);
    }
    return gradient;
  }

  /** Sets all to 0. */
  public void zero() {
    for (int i = 0; i < params.size(); i++) {
      Arrays.fill(of(params.get(i)), 0f);
    }
  }
}
