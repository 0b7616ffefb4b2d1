package dev.lanepool.training.optim;

import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes parameters by a rule, step by step, and keeps what the rule remembers of each element: nothing for {@link Sgd} without momentum,
 * one float with it, two for {@link Adam} and {@link AdamW}. The same bits for any number of threads; nothing is allocated after
 * construction.
 *
 * <pre>{@code
 * Optimizer optimizer = new Optimizer(new AdamW().withWeightDecay(0.1), params);
 * optimizer.step(compute, grads, 1e-3);
 * }</pre>
 */
public final class Optimizer {
  private final List<Param> params;
  private final Step step;
  private final Pieces pieces;
  private final float[][] gradients; // by parameter, as long as a step lasts
  private final float[][][] moments; // by parameter, by moment
  private final ThreadTeam.Task task = this::update;
  private long steps;

  /**
   * With all moments 0.
   *
   * @throws IllegalArgumentException where there are no parameters, or two have the same name
   */
  public Optimizer(UpdateRule rule, List<Param> params) {
    this.params = List.copyOf(params);
    checkNames(this.params);
    step = Step.of(rule);
    pieces = new Pieces(this.params);
    gradients = new float[params.size()][];
    moments = new float[params.size()][step.moments().size()][];
    for (int p = 0; p < moments.length; p++) {
      for (int m = 0; m < moments[p].length; m++) {
        moments[p][m] = new float[params.get(p).values().length];
      }
    }
  }

  private static void checkNames(List<Param> params) {
    if (params.isEmpty()) {
      throw new IllegalArgumentException("no parameters to learn");
    }
    Set<String> names = new HashSet<>();
    for (Param param : params) {
      if (!names.add(param.name())) {
        throw new IllegalArgumentException("two parameters are called " + param.name());
      }
    }
  }

  /** In the order given. */
  public List<Param> params() {
    return params;
  }

  /** The number of steps done. */
  public long steps() {
    return steps;
  }

  /**
   * Changes all parameters and says so ({@link Param#changed}).
   *
   * @param grads left as they are
   * @param rate the learning rate of this step
   * @throws IllegalArgumentException where a parameter has no gradient, or the rate is negative or not finite
   */
  public void step(Compute compute, Grads grads, double rate) {
    Checks.notNegative("learning rate", rate);
    pieces.gradients(grads, gradients);
    step.prepare(steps + 1, rate);
    pieces.run(compute, task);
    steps++;
    for (int p = 0; p < params.size(); p++) {
      params.get(p).changed();
    }
  }

  private void update(int piece, int worker) {
    int p = pieces.param(piece);
    Param param = params.get(p);
    step.update(param.values(), gradients[p], moments[p], param.decays(), pieces.from(piece), pieces.to(piece));
  }

  /** The names of what is kept for each element. */
  List<String> momentNames() {
    return step.moments();
  }

  /** What is kept, by parameter and then as {@link #momentNames}. */
  float[][][] moments() {
    return moments;
  }

  /** For who has written {@link #moments}: so many steps count as done. */
  void resumeAt(long steps) {
    this.steps = steps;
  }
}
