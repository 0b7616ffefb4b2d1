package dev.lanepool.training.optim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CancellationException;

/**
 * Minimises a smooth function of a few thousand numbers by the limited-memory BFGS method (Nocedal and Wright, Numerical Optimization,
 * algorithms 7.4 and 7.5), with a line search that bisects until the weak Wolfe conditions hold (Lewis and Overton, 2013). For functions
 * whose every value takes all examples, such as the loss of a linear head: it needs tens of values where mini-batches need thousands of
 * steps, since standardized features of a transformer are still far from independent.
 */
public final class Lbfgs {
  private static final int HISTORY = 100;
  private static final int MOST_TRIALS = 25; // in a line search
  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.9;

  /** What is minimised. */
  @FunctionalInterface
  public interface Function {
    /**
     * The value at a point, and the gradient there.
     *
     * @param gradient receives it, overwritten
     */
    double at(double[] point, double[] gradient);
  }

  /** Hears of each point that is better than the one before. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param iteration from 0
     * @return whether to go on
     */
    boolean moved(int iteration, double[] point, double value);
  }

  private record Pair(double[] s, double[] y, double rho) {}

  private Lbfgs() {}

  /**
   * Goes downhill from a point, which it overwrites with the last one reached.
   *
   * @param point where to begin
   * @param most iterations
   * @param flat ends it where no element of the gradient is larger
   * @throws DivergenceException where the value at the first point is NaN or infinite
   * @throws CancellationException where the thread is interrupted; its interrupt status stays set
   */
  public static void minimize(double[] point, Function function, int most, double flat, Listener listener) {
    int n = point.length;
    double[] gradient = new double[n];
    double value = function.at(point, gradient);
    if (!Double.isFinite(value)) {
      throw new DivergenceException("iteration 0 (all examples): the loss is " + value + ", the parameters' norm " + norm(point), 0, value,
          norm(gradient), norm(point));
    }
    Deque<Pair> history = new ArrayDeque<>();
    double[] next = new double[n];
    double[] nextGradient = new double[n];
    for (int iteration = 0; iteration < most && largest(gradient) > flat; iteration++) {
      double[] direction = direction(gradient, history);
      double slope = dot(gradient, direction);
      double low = 0;
      double high = Double.POSITIVE_INFINITY;
      double step = history.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
      double nextValue = Double.NaN;
      boolean found = false;
      for (int trial = 0; trial < MOST_TRIALS && !found; trial++) {
        for (int i = 0; i < n; i++) {
          next[i] = point[i] + step * direction[i];
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("training was interrupted after " + iteration + " iterations");
        }
        nextValue = function.at(next, nextGradient);
        if (!(nextValue <= value + DECREASE * step * slope)) {
          high = step;
        } else if (dot(nextGradient, direction) < CURVATURE * slope) {
          low = step;
        } else {
          found = true;
        }
        if (!found) {
          step = high == Double.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
        }
      }
      if (!found) {
        return; // no lower value within the precision of the function
      }
      remember(history, point, next, gradient, nextGradient);
      System.arraycopy(next, 0, point, 0, n);
      System.arraycopy(nextGradient, 0, gradient, 0, n);
      value = nextValue;
      if (!listener.moved(iteration, point, value)) {
        return;
      }
    }
  }

  private static void remember(Deque<Pair> history, double[] point, double[] next, double[] gradient, double[] nextGradient) {
    double[] s = new double[point.length];
    double[] y = new double[point.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = next[i] - point[i];
      y[i] = nextGradient[i] - gradient[i];
    }
    double curvature = dot(s, y);
    if (curvature > 0) {
      history.addLast(new Pair(s, y, 1 / curvature));
      if (history.size() > HISTORY) {
        history.removeFirst();
      }
    }
  }

  /** -H·gradient, H the inverse Hessian that the last steps suggest. */
  private static double[] direction(double[] gradient, Deque<Pair> history) {
    double[] q = Arrays.stream(gradient).map(g -> -g).toArray();
    double[] alphas = new double[history.size()];
    int i = history.size();
    for (Iterator<Pair> newestFirst = history.descendingIterator(); newestFirst.hasNext(); ) {
      Pair pair = newestFirst.next();
      i--;
      alphas[i] = pair.rho * dot(pair.s, q);
      add(-alphas[i], pair.y, q);
    }
    if (!history.isEmpty()) {
      Pair newest = history.getLast();
      double scale = 1 / (newest.rho * dot(newest.y, newest.y));
      for (int k = 0; k < q.length; k++) {
        q[k] *= scale;
      }
    }
    for (Pair pair : history) {
      add(alphas[i] - pair.rho * dot(pair.y, q), pair.s, q);
      i++;
    }
    return q;
  }

  private static void add(double factor, double[] x, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * x[i];
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double largest(double[] x) {
    return Arrays.stream(x).map(Math::abs).max().orElse(0);
  }

  private static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }
}
