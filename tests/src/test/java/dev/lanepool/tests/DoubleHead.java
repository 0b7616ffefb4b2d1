package dev.lanepool.tests;

import java.util.Arrays;

/**
 * A head: a pooling, (x - mean) / scale, where {@code width} is not 0 a linear layer to it and tanh, a linear layer. Variables: those of
 * the pooling, then dense.weight, dense.bias where there are such, out_proj.weight, out_proj.bias. Output: (B, N).
 */
record DoubleHead(DoublePooling pooling, double[] mean, double[] scale, int width, int outputs) implements DoubleLayer {

  private int texts() {
    return pooling.lengths().size();
  }

  private double[][] poolingVariables(double[][] v) {
    return Arrays.copyOf(v, v.length - (width > 0 ? 4 : 2));
  }

  private double[] standardized(double[][] v) {
    double[] x = pooling.forward(poolingVariables(v));
    for (int i = 0; i < x.length; i++) {
      x[i] = (x[i] - mean[i % mean.length]) / scale[i % scale.length];
    }
    return x;
  }

  private double[] hiddenLayer(double[][] v) {
    double[] x = standardized(v);
    return width == 0 ? x : Arrays.stream(linear(x, v[v.length - 4], v[v.length - 3])).map(Math::tanh).toArray();
  }

  /** x[B, K] · w[N, K]ᵀ + b[N]. */
  private double[] linear(double[] x, double[] w, double[] b) {
    int k = x.length / texts();
    double[] y = new double[texts() * b.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = b[i % b.length];
      for (int j = 0; j < k; j++) {
        y[i] += x[i / b.length * k + j] * w[i % b.length * k + j];
      }
    }
    return y;
  }

  private double[] linearBack(double[] x, double[] w, double[] dy, double[] dw, double[] db) {
    int k = x.length / texts();
    double[] dx = new double[x.length];
    for (int i = 0; i < dy.length; i++) {
      db[i % db.length] += dy[i];
      for (int j = 0; j < k; j++) {
        dw[i % db.length * k + j] += dy[i] * x[i / db.length * k + j];
        dx[i / db.length * k + j] += dy[i] * w[i % db.length * k + j];
      }
    }
    return dx;
  }

  @Override
  public double[] forward(double[][] v) {
    return linear(hiddenLayer(v), v[v.length - 2], v[v.length - 1]);
  }

  @Override
  public double[][] backward(double[][] v, double[] dy) {
    double[][] d = Arrays.stream(v).map(x -> new double[x.length]).toArray(double[][]::new);
    int n = v.length;
    double[] a = hiddenLayer(v);
    double[] dx = linearBack(a, v[n - 2], dy, d[n - 2], d[n - 1]);
    if (width > 0) {
      for (int i = 0; i < dx.length; i++) {
        dx[i] *= 1 - a[i] * a[i];
      }
      dx = linearBack(standardized(v), v[n - 4], dx, d[n - 4], d[n - 3]);
    }
    for (int i = 0; i < dx.length; i++) {
      dx[i] /= scale[i % scale.length];
    }
    double[][] dPooling = pooling.backward(poolingVariables(v), dx);
    System.arraycopy(dPooling, 0, d, 0, dPooling.length);
    return d;
  }
}
