package dev.lanepool.tests;

import java.util.random.RandomGenerator;

/**
 * An LSTM of one layer, element by element. Variables: x (T·B, K), h0 (B, H), c0 (B, H), W_ih (4H, K), W_hh (4H, H), b_ih, b_hh (4H).
 * Output: h of every step (T·B, H), then c of the last (B, H).
 */
record DoubleLstm(int steps, int texts, int inputs, int hidden) implements DoubleLayer {

  @Override
  public double[] forward(double[][] v) {
    Run run = run(v);
    double[] out = new double[(steps + 1) * texts * hidden];
    System.arraycopy(run.h, texts * hidden, out, 0, steps * texts * hidden);
    System.arraycopy(run.c, steps * texts * hidden, out, steps * texts * hidden, texts * hidden);
    return out;
  }

  /** Gates after their functions (T·B, 4H), and h and c of all steps, the initial ones first ((T + 1)·B, H). */
  private record Run(double[] gates, double[] h, double[] c) {}

  private Run run(double[][] v) {
    int state = texts * hidden;
    Run run = new Run(new double[4 * steps * state], new double[(steps + 1) * state], new double[(steps + 1) * state]);
    System.arraycopy(v[1], 0, run.h, 0, state);
    System.arraycopy(v[2], 0, run.c, 0, state);
    for (int row = 0; row < steps * texts; row++) {
      for (int j = 0; j < 4 * hidden; j++) {
        double sum = v[5][j] + v[6][j];
        for (int k = 0; k < inputs; k++) {
          sum += v[0][row * inputs + k] * v[3][j * inputs + k];
        }
        for (int k = 0; k < hidden; k++) {
          sum += run.h[row * hidden + k] * v[4][j * hidden + k];
        }
        run.gates[row * 4 * hidden + j] = j / hidden == 2 ? Math.tanh(sum) : 1 / (1 + Math.exp(-sum));
      }
      for (int k = 0; k < hidden; k++) {
        int gate = row * 4 * hidden + k;
        int next = (row + texts) * hidden + k;
        run.c[next] = run.gates[gate + hidden] * run.c[row * hidden + k] + run.gates[gate] * run.gates[gate + 2 * hidden];
        run.h[next] = run.gates[gate + 3 * hidden] * Math.tanh(run.c[next]);
      }
    }
    return run;
  }

  @Override
  public double[][] backward(double[][] v, double[] dy) {
    Run run = run(v);
    double[][] d = new double[v.length][];
    for (int i = 0; i < v.length; i++) {
      d[i] = new double[v[i].length];
    }
    int state = texts * hidden;
    double[] dh = new double[(steps + 1) * state]; // the initial state first
    double[] dc = new double[(steps + 1) * state];
    System.arraycopy(dy, 0, dh, state, steps * state);
    System.arraycopy(dy, steps * state, dc, steps * state, state);
    for (int row = steps * texts - 1; row >= 0; row--) {
      for (int k = 0; k < hidden; k++) {
        int gate = row * 4 * hidden + k;
        int now = (row + texts) * hidden + k;
        double i = run.gates[gate];
        double f = run.gates[gate + hidden];
        double g = run.gates[gate + 2 * hidden];
        double o = run.gates[gate + 3 * hidden];
        double t = Math.tanh(run.c[now]);
        dc[now] += dh[now] * o * (1 - t * t);
        dc[row * hidden + k] += dc[now] * f;
        spread(v, run, d, dh, row, k, dc[now] * g * i * (1 - i));
        spread(v, run, d, dh, row, hidden + k, dc[now] * run.c[row * hidden + k] * f * (1 - f));
        spread(v, run, d, dh, row, 2 * hidden + k, dc[now] * i * (1 - g * g));
        spread(v, run, d, dh, row, 3 * hidden + k, dh[now] * t * o * (1 - o));
      }
    }
    System.arraycopy(dh, 0, d[1], 0, state);
    System.arraycopy(dc, 0, d[2], 0, state);
    return d;
  }

  /** The gradient with respect to one gate's sum goes to whatever was summed. */
  private void spread(double[][] v, Run run, double[][] d, double[] dh, int row, int j, double dSum) {
    d[5][j] += dSum;
    d[6][j] += dSum;
    for (int k = 0; k < inputs; k++) {
      d[0][row * inputs + k] += dSum * v[3][j * inputs + k];
      d[3][j * inputs + k] += dSum * v[0][row * inputs + k];
    }
    for (int k = 0; k < hidden; k++) {
      dh[row * hidden + k] += dSum * v[4][j * hidden + k];
      d[4][j * hidden + k] += dSum * run.h[row * hidden + k];
    }
  }

  /** Random variables of the sizes it takes. */
  double[][] variables(RandomGenerator random) {
    return new double[][] {DoubleLayer.gaussian(random, steps * texts * inputs, 1), DoubleLayer.gaussian(random, texts * hidden, 0.5),
        DoubleLayer.gaussian(random, texts * hidden, 1), DoubleLayer.gaussian(random, 4 * hidden * inputs, 1 / Math.sqrt(inputs)),
        DoubleLayer.gaussian(random, 4 * hidden * hidden, 1 / Math.sqrt(hidden)), DoubleLayer.gaussian(random, 4 * hidden, 0.3),
        DoubleLayer.gaussian(random, 4 * hidden, 0.3)};
  }
}
