package dev.lanepool.tests;

import java.util.Arrays;

/** The layers of {@code dev.lanepool.nn}, element by element in double. The first variable is x, R rows; parameters follow. */
final class DoubleLayers {
  private DoubleLayers() {}

  /** y[R, N] = x[R, K] · W[N, K]ᵀ + b[N]. */
  record Linear(int rows, int k, int n) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double[] y = new double[rows * n];
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < n; j++) {
          y[r * n + j] = v[2][j];
          for (int i = 0; i < k; i++) {
            y[r * n + j] += v[0][r * k + i] * v[1][j * k + i];
          }
        }
      }
      return y;
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[][] d = {new double[rows * k], new double[n * k], new double[n]};
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < n; j++) {
          d[2][j] += dy[r * n + j];
          for (int i = 0; i < k; i++) {
            d[0][r * k + i] += dy[r * n + j] * v[1][j * k + i];
            d[1][j * k + i] += dy[r * n + j] * v[0][r * k + i];
          }
        }
      }
      return d;
    }
  }

  /** tanh(x). */
  record Tanh() implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      return Arrays.stream(v[0]).map(Math::tanh).toArray();
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] dx = new double[dy.length];
      for (int i = 0; i < dx.length; i++) {
        double y = Math.tanh(v[0][i]);
        dx[i] = dy[i] * (1 - y * y);
      }
      return new double[][] {dx};
    }
  }

  /** x Φ(x). */
  record Gelu() implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      return Arrays.stream(v[0]).map(DoubleKernels::geluErf).toArray();
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] dx = new double[dy.length];
      for (int i = 0; i < dx.length; i++) {
        double x = v[0][i];
        double phi = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        dx[i] = dy[i] * (0.5 * (1 + DoubleRoberta.erf(x / Math.sqrt(2))) + x * phi);
      }
      return new double[][] {dx};
    }
  }

  /** (x - mean) / sqrt(variance + eps) · gamma + beta over rows of n. */
  record LayerNorm(int rows, int n, double eps) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double[] y = new double[rows * n];
      for (int r = 0; r < rows; r++) {
        double[] z = normalized(v[0], r);
        for (int i = 0; i < n; i++) {
          y[r * n + i] = z[i] * v[1][i] + v[2][i];
        }
      }
      return y;
    }

    private double mean(double[] x, int row) {
      double mean = 0;
      for (int i = 0; i < n; i++) {
        mean += x[row * n + i] / n;
      }
      return mean;
    }

    private double deviation(double[] x, int row) {
      double mean = mean(x, row);
      double variance = 0;
      for (int i = 0; i < n; i++) {
        variance += (x[row * n + i] - mean) * (x[row * n + i] - mean) / n;
      }
      return Math.sqrt(variance + eps);
    }

    private double[] normalized(double[] x, int row) {
      double[] z = new double[n];
      for (int i = 0; i < n; i++) {
        z[i] = (x[row * n + i] - mean(x, row)) / deviation(x, row);
      }
      return z;
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[][] d = {new double[rows * n], new double[n], new double[n]};
      for (int r = 0; r < rows; r++) {
        double[] z = normalized(v[0], r);
        double g = 0;
        double gz = 0;
        for (int i = 0; i < n; i++) {
          d[1][i] += dy[r * n + i] * z[i];
          d[2][i] += dy[r * n + i];
          g += dy[r * n + i] * v[1][i] / n;
          gz += dy[r * n + i] * v[1][i] * z[i] / n;
        }
        for (int i = 0; i < n; i++) {
          d[0][r * n + i] = (dy[r * n + i] * v[1][i] - g - z[i] * gz) / deviation(v[0], r);
        }
      }
      return d;
    }
  }

  /** x · factors, the factors fixed: dropout with a known mask, or scales. */
  record Factors(double[] factors) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double[] y = new double[factors.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = v[0][i] * factors[i];
      }
      return y;
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      return new double[][] {forward(new double[][] {dy})};
    }
  }

  /** (x - mean) / scale by columns, both fixed. */
  record Standardize(double[] mean, double[] scale) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double[] y = new double[v[0].length];
      for (int i = 0; i < y.length; i++) {
        y[i] = (v[0][i] - mean[i % mean.length]) / scale[i % mean.length];
      }
      return y;
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] dx = new double[dy.length];
      for (int i = 0; i < dx.length; i++) {
        dx[i] = dy[i] / scale[i % mean.length];
      }
      return new double[][] {dx};
    }
  }

  /** Softmax of a column, text by text. */
  record Softmax(int[] offsets) implements DoubleLayer {
    @Override
    public double[] forward(double[][] v) {
      double[] y = new double[v[0].length];
      for (int text = 0; text + 1 < offsets.length; text++) {
        double sum = 0;
        for (int i = offsets[text]; i < offsets[text + 1]; i++) {
          sum += Math.exp(v[0][i]);
        }
        for (int i = offsets[text]; i < offsets[text + 1]; i++) {
          y[i] = Math.exp(v[0][i]) / sum;
        }
      }
      return y;
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[] y = forward(v);
      double[] dx = new double[y.length];
      for (int text = 0; text + 1 < offsets.length; text++) {
        for (int i = offsets[text]; i < offsets[text + 1]; i++) {
          for (int j = offsets[text]; j < offsets[text + 1]; j++) {
            dx[i] += dy[j] * y[j] * ((i == j ? 1 : 0) - y[i]);
          }
        }
      }
      return new double[][] {dx};
    }
  }

  /** One after another; the variables are x, then each layer's parameters. */
  record Chain(int[] parameters, DoubleLayer... layers) implements DoubleLayer {
    private double[][][] inputs(double[][] v) {
      double[][][] inputs = new double[layers.length + 1][][];
      double[] x = v[0];
      int next = 1;
      for (int i = 0; i <= layers.length; i++) {
        int count = i < layers.length ? parameters[i] : 0;
        inputs[i] = new double[count + 1][];
        inputs[i][0] = x;
        System.arraycopy(v, next, inputs[i], 1, count);
        next += count;
        x = i < layers.length ? layers[i].forward(inputs[i]) : x;
      }
      return inputs;
    }

    @Override
    public double[] forward(double[][] v) {
      return inputs(v)[layers.length][0];
    }

    @Override
    public double[][] backward(double[][] v, double[] dy) {
      double[][][] inputs = inputs(v);
      double[][] d = new double[v.length][];
      double[] gradient = dy;
      int next = v.length;
      for (int i = layers.length - 1; i >= 0; i--) {
        double[][] own = layers[i].backward(inputs[i], gradient);
        next -= parameters[i];
        System.arraycopy(own, 1, d, next, parameters[i]);
        gradient = own[0];
      }
      d[0] = gradient;
      return d;
    }
  }
}
