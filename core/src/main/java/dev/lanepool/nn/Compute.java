package dev.lanepool.nn;

import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;

/**
 * What layers compute with: a team of threads, the products that run on it, and the number of the training step. Results have the same
 * bits for any number of threads. One caller at a time; caches made for one must be used by its caller.
 */
public final class Compute implements AutoCloseable {
  /** Elements that take about as long as waking a thread: up to 300 us where the cores are virtual. */
  private static final int SMALL = 16 * 1024;

  private final ThreadTeam team;
  private final Gemm gemm;
  private long step;

  /**
   * Starts the threads.
   *
   * @param threads how many compute, the caller included
   * @throws IllegalArgumentException where it is less than 1 or more than {@link ThreadTeam#MOST_THREADS}
   */
  public Compute(int threads) {
    team = new ThreadTeam(threads);
    gemm = new Gemm(team, Workspace.forTeam(team));
  }

  /**
   * Shares out {@code pieces} pieces among the threads and returns when all are done. The caller does small work alone: to wake a thread
   * may take longer.
   *
   * @param elements how many floats the pieces compute together
   * @throws IllegalStateException after {@link #close}
   */
  public void run(ThreadTeam.Task task, int pieces, long elements) {
    team.run(task, pieces, elements < SMALL);
  }

  /** The number of threads, the caller included. */
  public int threads() {
    return team.threads();
  }

  /** The training step at hand, by which {@link Dropout} draws. */
  public long step() {
    return step;
  }

  /** Sets the training step at hand. */
  public void step(long step) {
    this.step = step;
  }

  Gemm gemm() {
    return gemm;
  }

  /** Ends the threads. Must not be called while a layer computes. */
  @Override
  public void close() {
    team.close();
  }
}
