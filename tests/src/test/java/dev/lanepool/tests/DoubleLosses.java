package dev.lanepool.tests;

/** The losses of {@code dev.lanepool.nn} by their definitions, in double. The variable is the outputs; the output is one number. */
final class DoubleLosses {
  private DoubleLosses() {}

  /** The mean of (y - t)². */
  record MeanSquaredError(double[] targets) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double sum = 0;
      for (int i = 0; i < targets.length; i++) {
        sum += (v[0][i] - targets[i]) * (v[0][i] - targets[i]);
      }
      return new double[] {sum / targets.length};
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] d = new double[targets.length];
      for (int i = 0; i < d.length; i++) {
        d[i] = dy[0] * 2 * (v[0][i] - targets[i]) / d.length;
      }
      return new double[][] {d};
    }
  }

  /** The mean of a parabola near 0 and |y - t| - beta/2 elsewhere. */
  record SmoothL1(double beta, double[] targets) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double sum = 0;
      for (int i = 0; i < targets.length; i++) {
        double d = Math.abs(v[0][i] - targets[i]);
        sum += d < beta ? d * d / 2 / beta : d - beta / 2;
      }
      return new double[] {sum / targets.length};
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] g = new double[targets.length];
      for (int i = 0; i < g.length; i++) {
        double d = v[0][i] - targets[i];
        g[i] = dy[0] / g.length * (Math.abs(d) < beta ? d / beta : d < 0 ? -1 : 1);
      }
      return new double[][] {g};
    }
  }

  /** The mean of -t log s - (1 - t) log(1 - s), s = sigmoid(y). */
  record BinaryCrossEntropy(double[] targets) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double sum = 0;
      for (int i = 0; i < targets.length; i++) {
        // log(1 - sigmoid(y)) = log(sigmoid(-y))
        sum += targets[i] * Math.log1p(Math.exp(-v[0][i])) + (1 - targets[i]) * Math.log1p(Math.exp(v[0][i]));
      }
      return new double[] {sum / targets.length};
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] d = new double[targets.length];
      for (int i = 0; i < d.length; i++) {
        d[i] = dy[0] * (1 / (1 + Math.exp(-v[0][i])) - targets[i]) / d.length;
      }
      return new double[][] {d};
    }
  }

  /** Against the smoothed target distribution, each class's term weighted; divided by the weights of the rows' own classes. */
  record CrossEntropy(double smoothing, double[] weights, double[] labels) implements DoubleLayer {
    private double target(int row, int j) {
      return weights[j] * ((j == (int) labels[row] ? 1 - smoothing : 0) + smoothing / weights.length);
    }

    private double divisor() {
      double sum = 0;
      for (double label : labels) {
        sum += weights[(int) label];
      }
      return sum;
    }

    private double[] probabilities(double[] y, int row) {
      double[] p = new double[weights.length];
      double sum = 0;
      for (int j = 0; j < p.length; j++) {
        p[j] = Math.exp(y[row * p.length + j]);
        sum += p[j];
      }
      for (int j = 0; j < p.length; j++) {
        p[j] /= sum;
      }
      return p;
    }

    @Override
    public double[] forward(double[][] v) {
      double sum = 0;
      for (int row = 0; row < labels.length; row++) {
        double[] p = probabilities(v[0], row);
        for (int j = 0; j < p.length; j++) {
          sum -= target(row, j) * Math.log(p[j]);
        }
      }
      return new double[] {sum / divisor()};
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      int n = weights.length;
      double[] d = new double[labels.length * n];
      for (int row = 0; row < labels.length; row++) {
        double[] p = probabilities(v[0], row);
        for (int j = 0; j < n; j++) {
          for (int i = 0; i < n; i++) {
            d[row * n + j] -= dy[0] / divisor() * target(row, i) * ((i == j ? 1 : 0) - p[j]);
          }
        }
      }
      return new double[][] {d};
    }
  }
}
