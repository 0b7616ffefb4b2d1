package dev.lanepool.training.optim;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.weights.AtomicFile;
import dev.lanepool.weights.ModelFileException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Trains parameters on an {@link Objective}, whatever that is: for every batch gradients, clipping, one step of the optimizer.
 *
 * <pre>{@code
 * TrainingLoop loop = new TrainingLoop(compute, network.params(), examples, settings).checkpointTo(file, 100);
 * if (Files.exists(file)) {
 *   loop.resume(file);
 * }
 * loop.run(objective, (step, loss, norm, rate) -> System.out.println(step + " " + loss));
 * }</pre>
 *
 * <p>A run that is killed at any point and resumed from its last checkpoint, with any number of threads, ends with the same bits as one
 * that was left alone. Nothing is allocated per step, checkpoints aside. Not for several threads at once.
 */
public final class TrainingLoop {
  private final Compute compute;
  private final int examples;
  private final TrainingSettings settings;
  private final Optimizer optimizer;
  private final Grads grads;
  private final GradientNorm norm;
  private final Batch batch;
  private @Nullable Path file;
  private long every;
  private String lastCheckpoint = "there is no checkpoint";
  private double epochLoss;

  /**
   * Memory: gradients and what the rule keeps, 4 to 12 bytes for each element of a parameter, and 4 for each example.
   *
   * @param compute what the objective computes with; stays the caller's
   * @param params what to learn, with their initial values
   * @param examples how many there are
   * @throws IllegalArgumentException where there are no examples or no parameters, or two parameters have the same name
   */
  public TrainingLoop(Compute compute, List<Param> params, int examples, TrainingSettings settings) {
    if (examples < 1) {
      throw new IllegalArgumentException("training on " + examples + " examples, expected at least 1");
    }
    this.compute = compute;
    this.examples = examples;
    this.settings = settings;
    optimizer = new Optimizer(settings.rule(), params);
    grads = new Grads(params);
    norm = new GradientNorm(params);
    batch = new Batch(examples, settings.batchSize(), settings.seed());
  }

  /**
   * Writes a checkpoint after every so many steps and at the end of a run, always to the same file: aside, flushed and renamed, so that at
   * any moment it is whole. A run that is killed while it writes leaves a {@code .lanepool-*.tmp} beside it, which may be deleted.
   *
   * @return this
   * @throws IllegalArgumentException where the file's folder is not there, something else than a file is in its place, or {@code every} is
   *     less than 1
   */
  public TrainingLoop checkpointTo(Path file, long every) {
    Checks.atLeast("steps between checkpoints", every, 1);
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(file + ": its folder does not exist");
    }
    if (!AtomicFile.isReplaceable(file)) {
      throw new IllegalArgumentException(file + ": is there and not a regular file: it cannot be replaced");
    }
    this.file = file;
    this.every = every;
    return this;
  }

  /**
   * Takes up parameters, the optimizer's state and the place in the run from a checkpoint. It must be of the same parameters, number of
   * examples and settings; only the number of epochs may differ, and the number of threads. On an error all stays as it was.
   *
   * @throws ModelFileException where the file is not there, is no checkpoint, or is one of another run; the message names what differs
   * @throws UncheckedIOException where it cannot be read
   */
  public void resume(Path file) {
    TrainingCheckpoint checkpoint = TrainingCheckpoint.read(file, optimizer, examples, settings);
    epochLoss = checkpoint.epochLoss();
    remember(file);
  }

  /** The number of steps done, those of the run that a checkpoint is of included. */
  public long steps() {
    return optimizer.steps();
  }

  /**
   * Trains to the end of the last epoch, or until the listener stops it. Where it is at the end already, does nothing.
   *
   * @throws DivergenceException where a loss or a gradient is NaN or infinite, or a parameter when a checkpoint is due or the run ends. The
   *     step is not taken, the last checkpoint is intact
   * @throws CancellationException where the thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where a checkpoint cannot be written
   */
  public void run(Objective objective, TrainingListener listener) {
    long last = settings.steps(examples);
    boolean goOn = true;
    while (goOn && steps() < last) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("training was interrupted after " + steps() + " steps");
      }
      batch.turnTo(steps());
      double loss = step(objective, listener);
      epochLoss += loss * batch.size();
      if (batch.endsEpoch()) {
        goOn = listener.epochEnded(batch.epoch(), epochLoss / examples);
        epochLoss = 0;
      }
      boolean ends = !goOn || steps() == last;
      if (ends || file != null && steps() % every == 0) {
        checkpoint(loss);
      }
    }
  }

  private double step(Objective objective, TrainingListener listener) {
    long step = steps();
    compute.step(step);
    grads.zero();
    double loss = objective.lossAndGradients(batch, grads);
    double gradientNorm = norm.clip(compute, grads, settings.maxNorm());
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      throw divergence(step, loss, gradientNorm, norm.ofParameters(compute));
    }
    double rate = settings.learningRate() * settings.schedule().factor(step);
    optimizer.step(compute, grads, rate);
    listener.stepped(step, loss, gradientNorm, rate);
    return loss;
  }

  private void checkpoint(double loss) {
    double parameterNorm = norm.ofParameters(compute);
    if (!Double.isFinite(parameterNorm)) {
      throw divergence(steps() - 1, loss, norm.of(compute, grads), parameterNorm);
    }
    if (file != null) {
      new TrainingCheckpoint(steps(), epochLoss).write(file, optimizer, examples, settings);
      remember(file);
    }
  }

  private void remember(Path written) {
    lastCheckpoint = "the last checkpoint is " + written + ", of " + steps() + " steps";
  }

  private DivergenceException divergence(long step, double loss, double gradientNorm, double parameterNorm) {
    return new DivergenceException("step " + step + " (" + batch + "): the loss is " + loss + ", the gradients' norm " + gradientNorm
        + ", the parameters' norm " + parameterNorm + "; " + lastCheckpoint, step, loss, gradientNorm, parameterNorm);
  }
}
