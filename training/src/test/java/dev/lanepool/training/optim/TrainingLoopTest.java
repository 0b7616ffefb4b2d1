package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Param;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  private static final TrainingListener SILENT = (step, loss, norm, rate) -> { };
  /** 3 steps an epoch, 12 in all. */
  private static final TrainingSettings SETTINGS = TrainingSettings.defaults().withBatchSize(8).withEpochs(4).withLearningRate(0.1)
      .withSchedule(Schedule.cosine(2, 12)).withMaxNorm(2).withSeed(9);

  private final Compute compute = new Compute(1);
  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    compute.close();
  }

  private TrainingLoop loop(LinearFit fit, TrainingSettings settings) {
    return new TrainingLoop(compute, fit.params(), LinearFit.EXAMPLES, settings);
  }

  /** Hears of epochs only. */
  private interface EpochListener extends TrainingListener {
    @Override
    default void stepped(long step, double loss, double gradientNorm, double rate) {}
  }

  /** What a run tells, one line for each call. */
  private static final class Told implements TrainingListener {
    final List<String> lines = new ArrayList<>();

    @Override
    public void stepped(long step, double loss, double gradientNorm, double rate) {
      lines.add("step " + step + ", loss " + loss + ", norm " + gradientNorm + ", rate " + rate);
    }

    @Override
    public boolean epochEnded(long epoch, double meanLoss) {
      lines.add("epoch " + epoch + ", loss " + meanLoss);
      return true;
    }
  }

  @Test
  void trainingFindsWhatIsThere() {
    LinearFit fit = new LinearFit(compute);
    List<Double> losses = new ArrayList<>();
    loop(fit, SETTINGS.withEpochs(100).withSchedule(Schedule.constant())).run(fit, new EpochListener() {
      @Override
      public boolean epochEnded(long epoch, double meanLoss) {
        losses.add(meanLoss);
        return true;
      }
    });
    assertEquals(100, losses.size());
    assertTrue(losses.getFirst() > 0.5 && losses.getLast() < 0.02, () -> losses.toString());
    assertEquals(2, fit.weight.values()[2], 0.1);
  }

  @Test
  void everyStepAndEpochIsToldInOrderWithTheScheduledRate() {
    LinearFit fit = new LinearFit(compute);
    Told told = new Told();
    loop(fit, SETTINGS).run(fit, told);
    assertEquals(16, told.lines.size());
    assertTrue(told.lines.get(0).matches("step 0, loss .*, rate 0\\.0"), told.lines.get(0));
    assertTrue(told.lines.get(1).matches("step 1, loss .*, rate 0\\.05"), told.lines.get(1));
    assertTrue(told.lines.get(3).startsWith("epoch 0, loss "), told.lines.get(3));
    double sum = 0;
    int[] sizes = {8, 8, 7};
    for (int step = 0; step < 3; step++) {
      sum += sizes[step] * Double.parseDouble(told.lines.get(step).replaceAll(".*loss ([^,]+),.*", "$1"));
    }
    assertEquals("epoch 0, loss " + sum / 23, told.lines.get(3));
  }

  /** Stopped after every possible step, by an exception in place of a kill, and taken up by a loop that knows nothing of the first. */
  @Test
  void aRunThatIsResumedAfterAnyStepTellsAndEndsWithTheSameBits() {
    for (UpdateRule rule : List.of(new AdamW(), new Adam(), new Sgd(), new Sgd().withMomentum(0.9))) {
      TrainingSettings settings = SETTINGS.withRule(rule);
      LinearFit whole = new LinearFit(compute);
      Told expected = new Told();
      loop(whole, settings).run(whole, expected);
      for (int end = 1; end <= 12; end++) {
        Path file = folder.resolve("state.safetensors");
        int calls = end;
        LinearFit begun = new LinearFit(compute);
        int[] count = {0};
        Objective ending = (batch, grads) -> {
          if (count[0]++ == calls) {
            throw new IllegalStateException("the end");
          }
          return begun.lossAndGradients(batch, grads);
        };
        TrainingLoop first = loop(begun, settings).checkpointTo(file, 1);
        if (end < 12) {
          assertThrows(IllegalStateException.class, () -> first.run(ending, SILENT));
        } else {
          first.run(ending, SILENT);
        }
        LinearFit resumed = new LinearFit(compute);
        Told told = new Told();
        TrainingLoop second = loop(resumed, settings);
        second.resume(file);
        assertEquals(end, second.steps());
        second.run(resumed, told);
        assertEquals(expected.lines.subList(end + end / 3, 16), told.lines, rule + " after " + end);
        for (int p = 0; p < 2; p++) {
          assertArrayEquals(whole.params().get(p).values(), resumed.params().get(p).values(), rule + " after " + end);
        }
      }
    }
  }

  @Test
  void aFinishedRunMayGoOnForMoreEpochs() {
    Path file = folder.resolve("state.safetensors");
    LinearFit fit = new LinearFit(compute);
    loop(fit, SETTINGS).checkpointTo(file, 1000).run(fit, SILENT);
    LinearFit more = new LinearFit(compute);
    TrainingLoop loop = loop(more, SETTINGS.withEpochs(6));
    loop.resume(file);
    Told told = new Told();
    loop.run(more, told);
    assertEquals(8, told.lines.size());
    assertEquals(18, loop.steps());
  }

  @Test
  void aListenerEndsTheRunAtAnEpochsEndAndTheCheckpointIsWritten() {
    Path file = folder.resolve("state.safetensors");
    LinearFit fit = new LinearFit(compute);
    TrainingLoop loop = loop(fit, SETTINGS).checkpointTo(file, 1000);
    loop.run(fit, new EpochListener() {
      @Override
      public boolean epochEnded(long epoch, double meanLoss) {
        return epoch < 1;
      }
    });
    assertEquals(6, loop.steps());
    TrainingLoop resumed = loop(new LinearFit(compute), SETTINGS);
    resumed.resume(file);
    assertEquals(6, resumed.steps());
  }

  @Test
  void aLossOrGradientThatIsNotFiniteEndsTheRunWithTheLastCheckpointIntact() throws Exception {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (boolean inLoss : new boolean[] {true, false}) {
        Path file = Files.createTempDirectory(folder, "run").resolve("state.safetensors");
        LinearFit fit = new LinearFit(compute);
        Objective objective = (batch, grads) -> {
          double loss = fit.lossAndGradients(batch, grads);
          if (compute.step() == 7) {
            grads.of(fit.bias)[0] = inLoss ? 1 : bad;
            return inLoss ? bad : loss;
          }
          return loss;
        };
        // None is due at step 8: its own check must not stand in for the step's.
        TrainingLoop loop = loop(fit, SETTINGS).checkpointTo(file, 3);
        DivergenceException e = assertThrows(DivergenceException.class, () -> loop.run(objective, SILENT));
        assertEquals(7, e.step());
        assertFalse(Double.isFinite(inLoss ? e.loss() : e.gradientNorm()));
        double norm = Math.sqrt(fit.params().stream().mapToDouble(TrainingLoopTest::squares).sum());
        assertEquals(norm, e.parameterNorm(), 1e-12);
        String message = e.getMessage();
        assertTrue(message.matches("step 7 \\(epoch 2, batch 1 of examples \\[[0-9, ]+\\]\\): the loss is .*"), message);
        assertTrue(message.contains(", the parameters' norm " + norm), message);
        assertTrue(message.endsWith("; the last checkpoint is " + file + ", of 6 steps"), message);
        TrainingLoop resumed = loop(new LinearFit(compute), SETTINGS);
        resumed.resume(file);
        assertEquals(6, resumed.steps());
        String again = assertThrows(DivergenceException.class, () -> resumed.run((batch, grads) -> bad, SILENT)).getMessage();
        assertTrue(again.startsWith("step 6 ") && again.endsWith("; the last checkpoint is " + file + ", of 6 steps"), again);
      }
    }
  }

  private static double squares(Param param) {
    double sum = 0;
    for (float value : param.values()) {
      sum += (double) value * value;
    }
    return sum;
  }

  @Test
  void parametersThatAreNotFiniteNeverReachACheckpoint() {
    Path file = folder.resolve("state.safetensors");
    for (long every : new long[] {1, 1000}) {
      LinearFit fit = new LinearFit(compute);
      TrainingSettings one = SETTINGS.withRule(new Sgd()).withSchedule(Schedule.constant()).withLearningRate(1e300).withBatchSize(23)
          .withEpochs(1);
      TrainingLoop loop = loop(fit, one).checkpointTo(file, every);
      String message = assertThrows(DivergenceException.class, () -> loop.run(fit, SILENT)).getMessage();
      assertTrue(message.startsWith("step 0 (epoch 0, batch 0 of examples ["), message);
      assertTrue(message.contains(", ...]): the loss is ") && message.endsWith("; there is no checkpoint"), message);
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void anInterruptedThreadEndsTheRun() {
    LinearFit fit = new LinearFit(compute);
    TrainingLoop loop = loop(fit, SETTINGS);
    Objective interrupting = (batch, grads) -> {
      if (compute.step() == 4) {
        Thread.currentThread().interrupt();
      }
      return fit.lossAndGradients(batch, grads);
    };
    CancellationException e = assertThrows(CancellationException.class, () -> loop.run(interrupting, SILENT));
    assertTrue(Thread.interrupted());
    assertEquals("training was interrupted after 5 steps", e.getMessage());
  }

  @Test
  void aThreadInterruptedAsACheckpointIsDueEndsTheRunAndTheOneBeforeStays() throws IOException {
    LinearFit fit = new LinearFit(compute);
    Path file = folder.resolve("state.safetensors");
    TrainingLoop loop = loop(fit, SETTINGS).checkpointTo(file, 2);
    CancellationException e = assertThrows(CancellationException.class, () -> loop.run(fit, (step, loss, norm, rate) -> {
      if (step == 3) {
        Thread.currentThread().interrupt();
      }
    }));
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertEquals(file + ": interrupted while it was written", e.getMessage());
    assertEquals(List.of("state.safetensors"), names());
    TrainingLoop again = loop(new LinearFit(compute), SETTINGS);
    again.resume(file);
    assertEquals(2, again.steps());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void badArgumentsAreRefusedByName() {
    LinearFit fit = new LinearFit(compute);
    refused("training on 0 examples, expected at least 1", () -> new TrainingLoop(compute, fit.params(), 0, SETTINGS));
    refused("no parameters to learn", () -> new TrainingLoop(compute, List.of(), 1, SETTINGS));
    refused("epochs: found 0, expected at least 1", () -> SETTINGS.withEpochs(0));
    refused("batchSize: found 0, expected at least 1", () -> SETTINGS.withBatchSize(0));
    refused("maxNorm: found NaN, expected more than 0", () -> SETTINGS.withMaxNorm(Double.NaN));
    refused("maxNorm: found 0.0, expected more than 0", () -> SETTINGS.withMaxNorm(0));
    refused("learningRate: found -1.0, expected a finite number of 0 or more", () -> SETTINGS.withLearningRate(-1));
    TrainingLoop loop = loop(fit, SETTINGS);
    refused("steps between checkpoints: found 0, expected at least 1", () -> loop.checkpointTo(folder.resolve("a"), 0));
    refused(folder + ": is there and not a regular file: it cannot be replaced", () -> loop.checkpointTo(folder, 1));
    Path nowhere = folder.resolve("none").resolve("a");
    refused(nowhere + ": its folder does not exist", () -> loop.checkpointTo(nowhere, 1));
  }

  private static void refused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void nothingIsAllocatedPerEpochNorIsAnythingLeftBesideTheCheckpoint() throws Exception {
    LinearFit fit = new LinearFit(compute);
    Allocation allocation = new Allocation();
    long[] after = new long[60];
    loop(fit, SETTINGS.withEpochs(after.length)).checkpointTo(folder.resolve("state.safetensors"), 1_000_000).run(fit, new EpochListener() {
      @Override
      public boolean epochEnded(long epoch, double meanLoss) {
        after[(int) epoch] = allocation.bytes();
        return true;
      }
    });
    long least = Long.MAX_VALUE;
    for (int epoch = 1; epoch < after.length; epoch++) {
      least = Math.min(least, after[epoch] - after[epoch - 1]);
    }
    assertEquals(0, least);
    assertEquals(List.of("state.safetensors"), names());
  }
}
