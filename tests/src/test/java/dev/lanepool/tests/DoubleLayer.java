package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Param;
import java.util.List;
import java.util.random.RandomGenerator;

/** A differentiable function in naive double arithmetic: what the float layers must agree with. Matrices are row-major. */
interface DoubleLayer {

  /** Its output for these inputs and parameters. */
  double[] forward(double[][] variables);

  /** The gradient of sum(dy · y) with respect to each of the variables. */
  double[][] backward(double[][] variables, double[] dy);

  /** Compares every gradient with central differences, for a random dy. Returns how many were compared. */
  static int assertGradients(DoubleLayer layer, double[][] variables, RandomGenerator random, String what) {
    double eps = 1e-6;
    double[] dy = gaussian(random, layer.forward(variables).length, 1);
    double[][] gradients = layer.backward(variables, dy);
    assertEquals(variables.length, gradients.length, what);
    int compared = 0;
    for (int v = 0; v < variables.length; v++) {
      assertEquals(variables[v].length, gradients[v].length, what + ", variable " + v);
      for (int i = 0; i < variables[v].length; i++) {
        double value = variables[v][i];
        variables[v][i] = value + eps;
        double above = dot(dy, layer.forward(variables));
        variables[v][i] = value - eps;
        double below = dot(dy, layer.forward(variables));
        variables[v][i] = value;
        double expected = (above - below) / (2 * eps);
        String at = what + ", variable " + v + " at " + i + ": central difference " + expected + ", gradient " + gradients[v][i];
        double allowed = Tolerances.CALCULUS_ABSOLUTE + Tolerances.CALCULUS_RELATIVE * Math.abs(expected);
        assertTrue(Math.abs(gradients[v][i] - expected) <= allowed, at);
        compared++;
      }
    }
    return compared;
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** Random values that are floats, so that the float layers get the very same. */
  static double[] gaussian(RandomGenerator random, int n, double deviation) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  /** Gives parameters the values of the variables from {@code first} on. */
  static void copy(double[][] variables, int first, List<Param> params) {
    assertEquals(variables.length, first + params.size());
    for (int i = 0; i < params.size(); i++) {
      Param param = params.get(i);
      assertEquals(variables[first + i].length, param.values().length, param.name());
      param.set(floats(variables[first + i]));
    }
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
