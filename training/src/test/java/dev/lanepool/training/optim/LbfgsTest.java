package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class LbfgsTest {
  /** The sum over pairs of 100 (y - x²)² + (1 - x)², whose minimum is 0 where all are 1. */
  private static double rosenbrock(double[] at, double[] gradient) {
    double sum = 0;
    for (int i = 0; i < at.length; i += 2) {
      double a = at[i + 1] - at[i] * at[i];
      double b = 1 - at[i];
      sum += 100 * a * a + b * b;
      gradient[i] = -400 * a * at[i] - 2 * b;
      gradient[i + 1] = 200 * a;
    }
    return sum;
  }

  @Test
  void anInterruptedThreadStops() {
    int[] values = {0};
    Lbfgs.Function function = (at, gradient) -> {
      if (++values[0] == 5) {
        Thread.currentThread().interrupt();
      }
      return rosenbrock(at, gradient);
    };
    double[] point = {-1.2, 1};
    assertThrows(CancellationException.class, () -> Lbfgs.minimize(point, function, 200, 1e-6, (iteration, at, value) -> true));
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertEquals(5, values[0]);
  }

  @Test
  void findsTheMinimumAlongACurvedValley() {
    double[] point = {-1.2, 1, -1.2, 1, 0.5, 3};
    int[] moves = {0};
    double[] last = {Double.POSITIVE_INFINITY};
    Lbfgs.minimize(point, LbfgsTest::rosenbrock, 200, 1e-6, (iteration, at, value) -> {
      assertEquals(moves[0]++, iteration);
      assertTrue(value < last[0], "each point is lower than the one before");
      last[0] = value;
      return true;
    });
    for (double x : point) {
      assertEquals(1, x, 1e-5);
    }
    assertTrue(moves[0] < 100, () -> moves[0] + " iterations");
  }

  @Test
  void anIllConditionedBowlTakesTensOfIterations() {
    double[] point = new double[50];
    Arrays.fill(point, 1);
    int[] moves = {0};
    Lbfgs.minimize(point, (at, gradient) -> {
      double sum = 0;
      for (int i = 0; i < at.length; i++) {
        double curvature = Math.pow(10, 3.0 * i / at.length);
        sum += curvature * at[i] * at[i] / 2;
        gradient[i] = curvature * at[i];
      }
      return sum;
    }, 500, 1e-6, (iteration, at, value) -> {
      moves[0]++;
      return true;
    });
    assertTrue(moves[0] < 300, () -> moves[0] + " iterations");
    for (double x : point) {
      assertEquals(0, x, 1e-4, () -> "after " + moves[0] + " iterations");
    }
  }

  @Test
  void stopsWhereTheListenerSaysSo() {
    double[] point = {-1.2, 1};
    int[] moves = {0};
    Lbfgs.minimize(point, LbfgsTest::rosenbrock, 200, 1e-6, (iteration, at, value) -> ++moves[0] < 3);
    assertEquals(3, moves[0]);
  }

  @Test
  void takesNoMoreIterationsThanAskedFor() {
    int[] moves = {0};
    Lbfgs.minimize(new double[] {-1.2, 1}, LbfgsTest::rosenbrock, 3, 1e-6, (iteration, at, value) -> ++moves[0] > 0);
    assertEquals(3, moves[0]);
  }

  /** x - log(x) / 10, which is NaN below 0: its minimum at 0.1 is found though the first step leads beyond. */
  @Test
  void aStepToWhereTheLossIsNoNumberIsTooFar() {
    double[] point = {0.5};
    int[] beyond = {0};
    Lbfgs.minimize(point, (at, gradient) -> {
      beyond[0] += at[0] < 0 ? 1 : 0;
      gradient[0] = 100 - 10 / at[0];
      return 100 * at[0] - 10 * Math.log(at[0]);
    }, 50, 1e-6, (iteration, at, value) -> true);
    assertEquals(0.1, point[0], 1e-6);
    assertTrue(beyond[0] > 0, "it was tried");
  }

  @Test
  void aLossThatIsNotFiniteAtTheStartIsAnError() {
    for (double loss : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(DivergenceException.class,
          () -> Lbfgs.minimize(new double[1], (at, gradient) -> loss, 10, 1e-6, (iteration, at, value) -> true));
    }
  }
}
