package dev.lanepool.nn;

import java.util.List;
import java.util.random.RandomGenerator;

/** Initial values, distributed as PyTorch's defaults. */
public final class Init {
  private Init() {}

  /** Weight and bias uniform within 1 / sqrt(K), as {@code nn.Linear}; zeros without inputs. */
  public static void linear(Linear layer, RandomGenerator random) {
    int inputs = layer.weight().columns();
    uniform(layer.params(), inputs == 0 ? 0 : 1 / Math.sqrt(inputs), random);
  }

  /** All four parameters uniform within 1 / sqrt(H), as {@code nn.LSTM}. */
  public static void lstm(Lstm layer, RandomGenerator random) {
    uniform(layer.params(), 1 / Math.sqrt(layer.hidden()), random);
  }

  /** All values uniform from -bound to bound. */
  public static void uniform(List<Param> params, double bound, RandomGenerator random) {
    for (Param param : params) {
      float[] values = param.values();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
      param.changed();
    }
  }
}
