package dev.lanepool.bench;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A step of training a head on a frozen encoder's hidden states: forward, backward, AdamW. 64 texts of 40 tokens, 12 layers of 768, no
 * gradient with respect to the hidden states on either side, and no padding: every text has 40 tokens. Each head against PyTorch in two
 * forms, see {@code peers/heads.py}: as guides to pooling write it, and by hand, reading no more than it must.
 *
 * <p>Arguments: PYTHON PEERS THREADS PAIRS.
 */
public final class HeadComparison {
  private static final int TEXTS = 64;
  private static final int TOKENS = 40;
  private static final int LAYERS = 12;
  private static final int WIDTH = 768;
  private static final int WARM_UPS = 5;

  /** Until compiled: steps are short. */
  private static final long COMPILE_NANOS = 2_000_000_000L;

  /** A turn is so many steps that it takes about this long. */
  private static final double TURN_NANOS = 30e6;

  private static final List<String> SPECS = List.of("cls", "mean", "max", "mean-max", "concat(layers=-1..-4,of=cls)", "lstm(hidden=256)",
      "weighted(start=4,of=cls)", "attention(hidden=512)");

  private HeadComparison() {}

  /** A head under training. */
  private static final class Training {
    private final Compute compute;
    private final HiddenStates states;
    private final HeadNetwork head;
    private final HeadNetwork.Cache cache;
    private final Loss loss;
    private final Grads grads;
    private final Optimizer optimizer;
    private final Mat logits = new Mat(TEXTS, 1);
    private final Mat targets = new Mat(cosines(0, 1, TEXTS, 1), TEXTS, 1);
    private long step;

    private Training(String spec, Compute compute) {
      this.compute = compute;
      head = new HeadNetwork(HeadConfig.of(Pooling.parse(spec), HeadTask.regression()), LAYERS, WIDTH, new Random(1));
      states = states(head.config().pooling().demand(LAYERS));
      cache = head.newCache(compute, TEXTS, TEXTS * TOKENS);
      loss = head.config().task().loss();
      grads = new Grads(head.params());
      optimizer = new Optimizer(new AdamW(), head.params());
      for (int n = 0; n < head.params().size(); n++) {
        Param param = head.params().get(n);
        if (!param.name().equals("layer_weights")) {
          param.set(cosines(n, 2, param.values().length, 1 / Math.sqrt(param.columns())));
        }
      }
    }

    private double lossBefore() {
      head.infer(states, logits, cache);
      return loss.of(logits, targets, null);
    }

    private double step() {
      compute.step(step++);
      head.forward(states, logits, cache);
      double value = loss.of(logits, targets, logits);
      grads.zero();
      head.backward(logits, cache, null, grads);
      optimizer.step(compute, grads, 1e-4);
      return value;
    }

    /** The nanoseconds of a step, the mean of {@code count}. */
    private double nanos(int count) {
      double sum = 0;
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        sum += step();
      }
      double nanos = (double) (System.nanoTime() - start) / count;
      if (!Double.isFinite(sum)) {
        throw new IllegalStateException("training diverged");
      }
      return nanos;
    }
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[2]);
    int pairs = Integer.parseInt(args[3]);
    System.out.printf("Lanepool: %s, %d threads%n", Kernels.active().name(), threads);
    try (Compute compute = new Compute(threads);
        PeerProcess pytorch = new PeerProcess(List.of(args[0], args[1] + "/heads.py", "--threads", args[2]))) {
      System.out.println();
      Paired.printHead();
      for (String spec : SPECS) {
        Training training = new Training(spec, compute);
        requireSameLoss(spec, training.lossBefore(), pytorch.nanos(spec + " loss"));
        long start = System.nanoTime();
        while (System.nanoTime() - start < COMPILE_NANOS) {
          training.step();
        }
        int count = (int) Math.max(1, TURN_NANOS / training.nanos(3));
        List<Paired.Contender> peers = new ArrayList<>();
        for (String form : List.of("lean", "guide")) {
          int theirs = (int) Math.max(1, TURN_NANOS / pytorch.nanos(spec + " " + form + " 3"));
          peers.add(new Paired.Contender("PyTorch, " + form, () -> pytorch.nanos(spec + " " + form + " " + theirs)));
        }
        Paired.compare(spec, Paired.Unit.MICROSECONDS, WARM_UPS, pairs, () -> training.nanos(count), peers);
      }
    }
  }

  private static void requireSameLoss(String spec, double ours, double theirs) {
    if (!(Math.abs(ours - theirs) <= 1e-4 * Math.abs(theirs))) {
      throw new IllegalStateException(String.format(Locale.ROOT, "%s: before training our loss is %s, the peer's %s", spec, ours, theirs));
    }
  }

  /** What a pooling demands, as a cache of features would have it: PyTorch holds all rows of all layers. */
  private static HiddenStates states(Demand demand) {
    float[][] byLayer = new float[LAYERS + 1][];
    for (int layer = 0; layer <= LAYERS; layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        float[] all = cosines(layer, 1, TEXTS * TOKENS * WIDTH, 1);
        byLayer[layer] = demand.at(layer) == Tokens.ALL ? all : firstRows(all);
      }
    }
    int[] offsets = new int[TEXTS + 1];
    Arrays.setAll(offsets, text -> text * TOKENS);
    return HiddenStates.of(offsets, WIDTH, demand, byLayer);
  }

  private static float[] firstRows(float[] all) {
    float[] rows = new float[TEXTS * WIDTH];
    for (int text = 0; text < TEXTS; text++) {
      System.arraycopy(all, text * TOKENS * WIDTH, rows, text * WIDTH, WIDTH);
    }
    return rows;
  }

  /** Element i is cos(stride i + start), scaled. */
  private static float[] cosines(int start, int stride, int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (Math.cos((double) stride * i + start) * scale);
    }
    return values;
  }
}
