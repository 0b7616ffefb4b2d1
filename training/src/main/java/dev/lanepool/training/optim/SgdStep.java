package dev.lanepool.training.optim;

import java.util.List;

/** Fused where PyTorch 2.13's single-tensor path on the CPU is ({@code add} with a factor), so that the bits are the same. */
final class SgdStep implements Step {
  private final Sgd rule;
  private final float momentum;
  private final float l2;
  private float minusRate;

  SgdStep(Sgd rule) {
    this.rule = rule;
    momentum = (float) rule.momentum();
    l2 = (float) rule.weightDecay();
  }

  @Override
  public List<String> moments() {
    return rule.momentum() == 0 ? List.of() : List.of("momentum_buffer");
  }

  @Override
  public void prepare(long number, double rate) {
    minusRate = (float) -rate;
  }

  @Override
  public void update(float[] p, float[] g, float[][] moments, boolean decays, int from, int to) {
    if (momentum == 0) {
      plain(p, g, l2, minusRate, from, to);
    } else if (rule.nesterov()) {
      buffer(p, g, moments[0], l2, momentum, from, to);
      nesterov(p, g, moments[0], l2, momentum, minusRate, from, to);
    } else {
      buffer(p, g, moments[0], l2, momentum, from, to);
      plain(p, moments[0], 0, minusRate, from, to);
    }
  }

  private static void plain(float[] p, float[] d, float l2, float minusRate, int from, int to) {
    for (int i = from; i < to; i++) {
      p[i] = Math.fma(Math.fma(p[i], l2, d[i]), minusRate, p[i]);
    }
  }

  private static void buffer(float[] p, float[] g, float[] b, float l2, float momentum, int from, int to) {
    for (int i = from; i < to; i++) {
      b[i] = b[i] * momentum + Math.fma(p[i], l2, g[i]);
    }
  }

  private static void nesterov(float[] p, float[] g, float[] b, float l2, float momentum, float minusRate, int from, int to) {
    for (int i = from; i < to; i++) {
      p[i] = Math.fma(Math.fma(b[i], momentum, Math.fma(p[i], l2, g[i])), minusRate, p[i]);
    }
  }
}
