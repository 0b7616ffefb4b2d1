package dev.lanepool.training.optim;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Init;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Tanh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A run to be killed: a network of two layers, large enough that the team has work and that a checkpoint takes a while to write, with noise
 * on its targets that depends on the step. Resumes where it finds a checkpoint.
 */
final class KilledRun implements Objective {
  private static final int EXAMPLES = 120;
  private static final int INPUTS = 193;
  private static final int HIDDEN = 401;
  private static final TrainingSettings SETTINGS = TrainingSettings.defaults().withBatchSize(16).withEpochs(25)
      .withSchedule(Schedule.linear(10, 200)).withMaxNorm(1).withSeed(3);

  private final Compute compute;
  private final Linear dense = new Linear("dense", INPUTS, HIDDEN);
  private final Tanh tanh = new Tanh();
  private final Linear out = new Linear("out", HIDDEN, 1);
  private final Mat x = new Mat(SETTINGS.batchSize(), INPUTS);
  private final Mat h = new Mat(SETTINGS.batchSize(), HIDDEN);
  private final Mat dh = new Mat(SETTINGS.batchSize(), HIDDEN);
  private final Mat y = new Mat(SETTINGS.batchSize(), 1);
  private final Mat dy = new Mat(SETTINGS.batchSize(), 1);
  private final Linear.Cache denseCache;
  private final Tanh.Cache tanhCache;
  private final Linear.Cache outCache;

  KilledRun(Compute compute) {
    this.compute = compute;
    SplittableRandom random = new SplittableRandom(1);
    Init.linear(dense, random);
    Init.linear(out, random);
    denseCache = dense.newCache(compute, x.shape());
    tanhCache = tanh.newCache(compute, h.shape());
    outCache = out.newCache(compute, h.shape());
  }

  @Override
  public double lossAndGradients(Batch batch, Grads grads) {
    int n = batch.size();
    x.resize(n);
    for (int b = 0; b < n; b++) {
      for (int i = 0; i < INPUTS; i++) {
        x.data()[b * INPUTS + i] = (float) Math.cos(batch.example(b) * 0.3 + i);
      }
    }
    dense.forward(x, h, denseCache);
    tanh.forward(h, h, tanhCache);
    out.forward(h, y, outCache);
    double sum = 0;
    dy.resize(n);
    for (int b = 0; b < n; b++) {
      double error = y.data()[b] - Math.cos(batch.example(b)) - 0.1 * Math.cos(compute.step() * 3 + b);
      sum += error * error;
      dy.data()[b] = (float) (2 * error / n);
    }
    out.backward(dy, outCache, dh, grads);
    tanh.backward(dh, tanhCache, dh, grads);
    dense.backward(dh, denseCache, null, grads);
    return sum / n;
  }

  /** Trains to the end, from the file's checkpoint where there is one. */
  static void train(Path file, int threads, Runnable begun) {
    try (Compute compute = new Compute(threads)) {
      KilledRun run = new KilledRun(compute);
      List<Param> params = Stream.of(run.dense, run.out).flatMap(layer -> layer.params().stream()).toList();
      TrainingLoop loop = new TrainingLoop(compute, params, EXAMPLES, SETTINGS).checkpointTo(file, 2);
      if (Files.exists(file)) {
        loop.resume(file);
      }
      begun.run();
      loop.run(run, (step, loss, norm, rate) -> { });
    }
  }

  /** The checkpoint's file, then the number of threads. Prints a line when training begins. */
  public static void main(String[] args) {
    train(Path.of(args[0]), Integer.parseInt(args[1]), () -> System.out.println("training"));
  }
}
