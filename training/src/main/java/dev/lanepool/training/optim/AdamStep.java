package dev.lanepool.training.optim;

import java.util.List;

/**
 * Fused where PyTorch 2.13's single-tensor path on the CPU is. Its square root is that of Intel's MKL, at times one unit in the last place
 * off; ours is rounded correctly. All else has the same bits.
 */
final class AdamStep implements Step {
  private final double beta1;
  private final double beta2;
  private final double l2;
  private final double decay; // decoupled
  private final boolean sparesVectors;
  private final float epsilon;
  private float rest; // what one step leaves of a parameter that decays
  private float minusStepSize;
  private float correction; // the square root of the second moment's bias correction

  AdamStep(Adam rule) {
    this(rule.beta1(), rule.beta2(), rule.epsilon(), rule.weightDecay(), 0, false);
  }

  AdamStep(AdamW rule) {
    this(rule.beta1(), rule.beta2(), rule.epsilon(), 0, rule.weightDecay(), rule.sparesVectors());
  }

  private AdamStep(double beta1, double beta2, double epsilon, double l2, double decay, boolean sparesVectors) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = (float) epsilon;
    this.l2 = l2;
    this.decay = decay;
    this.sparesVectors = sparesVectors;
  }

  @Override
  public List<String> moments() {
    return List.of("exp_avg", "exp_avg_sq");
  }

  @Override
  public void prepare(long number, double rate) {
    rest = (float) (1 - rate * decay);
    minusStepSize = (float) -(rate / (1 - Math.pow(beta1, number)));
    correction = (float) Math.sqrt(1 - Math.pow(beta2, number));
  }

  @Override
  public void update(float[] p, float[] g, float[][] moments, boolean decays, int from, int to) {
    float[] m = moments[0];
    float[] v = moments[1];
    means(p, g, m, v, (float) l2, (float) (1 - beta1), (float) beta2, (float) (1 - beta2), from, to);
    move(p, m, v, decays || !sparesVectors ? rest : 1, minusStepSize, correction, epsilon, from, to);
  }

  private static void means(
      float[] p, float[] g, float[] m, float[] v, float l2, float new1, float beta2, float new2, int from, int to) {
    for (int i = from; i < to; i++) {
      float d = Math.fma(p[i], l2, g[i]);
      m[i] = Math.fma(d - m[i], new1, m[i]);
      v[i] = Math.fma(new2 * d, d, v[i] * beta2);
    }
  }

  private static void move(
      float[] p, float[] m, float[] v, float rest, float minusStepSize, float correction, float epsilon, int from, int to) {
    for (int i = from; i < to; i++) {
      p[i] = p[i] * rest + minusStepSize * m[i] / ((float) Math.sqrt(v[i]) / correction + epsilon);
    }
  }
}
