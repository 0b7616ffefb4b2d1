package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.PoolingLayer;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.Optimizer;
import dev.lanepool.training.optim.Sgd;
import dev.lanepool.training.optim.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pooling heads against PyTorch, where texts are padded and padding is masked: logits, loss, every gradient, and ten steps of training.
 * {@code training-goldens/heads.py} is what they mean.
 */
class HeadParityTest {
  private static final int POOLINGS = 21;
  private static final String ANY = "/regression/logits"; // a tensor that every spec has
  private static final TrainingGolden GOLDEN = new TrainingGolden("heads.safetensors");
  private static final Compute COMPUTE = new Compute(2);
  private static final int[] OFFSETS = offsets();
  private static final int TEXTS = OFFSETS.length - 1;
  private static final int ROWS = OFFSETS[TEXTS];
  private static final int LAYERS = GOLDEN.below("hidden_states.").size() - 1;
  private static final int WIDTH = (int) (long) GOLDEN.shape("hidden_states.0").getLast();

  /** The worst found, as parts of what is allowed: of logits, gradients, losses, final parameters. */
  private static final double[] WORST = new double[4];

  private enum Task {
    REGRESSION(1, new MeanSquaredError()), CLASSIFICATION(3, new CrossEntropy());

    private final int outputs;
    private final Loss loss;

    Task(int outputs, Loss loss) {
      this.outputs = outputs;
      this.loss = loss;
    }
  }

  private record Case(String spec, Task task) {
    String tensor(String name) {
      return spec + "/" + task.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
  }

  /** A pooling with its cache and a linear layer, as the goldens have it. */
  private static final class Head<C> {
    private final Case golden;
    private final PoolingLayer<C> pooling;
    private final C poolingCache;
    private final Linear linear;
    private final Linear.Cache linearCache;
    private final Mat vectors;
    private final Mat dVectors;
    private final Mat logits;
    private final Mat targets;
    private final List<Param> params = new ArrayList<>();
    private final Grads grads;

    private Head(Case golden, PoolingLayer<C> pooling) {
      this.golden = golden;
      this.pooling = pooling;
      poolingCache = pooling.newCache(COMPUTE, TEXTS, ROWS);
      vectors = new Mat(TEXTS, pooling.dimension());
      dVectors = new Mat(TEXTS, pooling.dimension());
      linear = new Linear("linear", pooling.dimension(), golden.task.outputs);
      linearCache = linear.newCache(COMPUTE, vectors.shape());
      logits = new Mat(TEXTS, golden.task.outputs);
      targets = new Mat(GOLDEN.floats("targets." + golden.task.name().toLowerCase(Locale.ROOT)), TEXTS, 1);
      params.addAll(pooling.params());
      params.addAll(linear.params());
      grads = new Grads(params);
    }

    /** PyTorch's name: that of the pooling module's or the linear layer's state dict. */
    private String name(Param param) {
      return linear.params().contains(param) ? param.name() : "pooling." + param.name();
    }

    private void reset() {
      assertEquals(GOLDEN.below(golden.tensor("parameters/")), Set.copyOf(params.stream().map(this::name).toList()));
      for (Param param : params) {
        String name = golden.tensor("parameters/" + name(param));
        List<Long> shape = param.isVector() ? List.of((long) param.columns()) : List.of((long) param.rows(), (long) param.columns());
        assertEquals(GOLDEN.shape(name), shape, name);
        param.set(GOLDEN.floats(name));
      }
    }

    private void infer(HiddenStates states) {
      pooling.infer(states, vectors, poolingCache);
      linear.infer(vectors, logits, linearCache);
    }

    /** Forward and backward. Returns the loss. */
    private double learn(HiddenStates states, @Nullable StateGradients dStates) {
      pooling.forward(states, vectors, poolingCache);
      linear.forward(vectors, logits, linearCache);
      double loss = golden.task.loss.of(logits, targets, logits);
      grads.zero();
      linear.backward(logits, linearCache, dVectors, grads);
      pooling.backward(dVectors, poolingCache, dStates, grads);
      return loss;
    }
  }

  static List<Case> cases() {
    return GOLDEN.names().stream().filter(name -> name.endsWith(ANY)).map(name -> name.substring(0, name.length() - ANY.length()))
        .flatMap(spec -> Arrays.stream(Task.values()).map(task -> new Case(spec, task))).toList();
  }

  @BeforeAll
  static void allPoolingsAreThere() {
    assertEquals(2 * POOLINGS, cases().size());
  }

  @AfterAll
  static void close() {
    System.out.printf("heads, worst as parts of what is allowed: logits %.3f, gradients %.3f, losses %.3f, final parameters %.3f%n",
        WORST[0], WORST[1], WORST[2], WORST[3]);
    COMPUTE.close();
    GOLDEN.close();
    assertEquals(Set.of(), GOLDEN.unread(), "tensors that no test read, though all ran");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logitsLossAndEveryGradientEqualPyTorchs(Case golden) {
    Head<?> head = head(golden);
    head.reset();
    for (Demand demand : List.of(Demand.all(LAYERS), head.pooling.spec().demand(LAYERS))) {
      HiddenStates states = states(demand);
      head.infer(states);
      worst(0, Compare.near(GOLDEN.floats(golden.tensor("logits")), head.logits.data(), 0, Tolerances.PYTORCH_FORWARD,
          golden + ", logits"));
      COMPUTE.step(0);
      StateGradients dStates = new StateGradients(states);
      checkLoss(GOLDEN.floats(golden.tensor("loss"))[0], head.learn(states, dStates), golden + ", loss");
      for (Param param : head.params) {
        checkGradient(GOLDEN.floats(golden.tensor("gradients/" + head.name(param))), head.grads.of(param), golden + ", " + param);
      }
      for (int layer = 0; layer <= LAYERS; layer++) {
        String name = golden.tensor("state_gradients/" + layer);
        float[] expected = GOLDEN.contains(name) ? GOLDEN.floats(name) : new float[ROWS * WIDTH];
        if (demand.at(layer) != Tokens.NONE) {
          Rows[] rows = new Rows[TEXTS];
          for (int text = 0; text < TEXTS; text++) {
            rows[text] = dStates.layer(layer).text(text);
          }
          checkGradient(rowsOf(expected, demand.at(layer)), concatenate(rows), golden + ", hidden states " + layer + ", " + demand);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tenStepsOfAdamWHavePyTorchsLosses(Case golden) {
    train(golden, "adamw", new AdamW(), 2e-3);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tenStepsOfSgdHavePyTorchsLosses(Case golden) {
    train(golden, "sgd", new Sgd().withMomentum(0.9).withWeightDecay(1e-3), 5e-3);
  }

  private static void train(Case golden, String name, UpdateRule rule, double rate) {
    Head<?> head = head(golden);
    head.reset();
    Optimizer optimizer = new Optimizer(rule, head.params);
    HiddenStates states = states(head.pooling.spec().demand(LAYERS));
    float[] losses = GOLDEN.floats(golden.tensor("optimizer/" + name + "/losses"));
    assertEquals(10, losses.length);
    for (int step = 0; step < losses.length; step++) {
      COMPUTE.step(step);
      checkLoss(losses[step], head.learn(states, null), golden + ", " + name + ", loss of step " + step);
      optimizer.step(COMPUTE, head.grads, rate);
    }
    for (Param param : head.params) {
      float[] expected = GOLDEN.floats(golden.tensor("optimizer/" + name + "/parameters/" + head.name(param)));
      if (!shiftsOfTheSoftmax(head, param)) {
        worst(3, Compare.near(expected, param.values(), 0, Tolerances.PYTORCH_PARAMETERS, golden + ", " + name + ", final " + param));
      }
    }
  }

  /** The last bias of an attention moves all scores alike: its true gradient is 0, and Adam makes steps of what rounding leaves. */
  private static boolean shiftsOfTheSoftmax(Head<?> head, Param param) {
    return head.name(param).endsWith("attention.2.bias");
  }

  @Test
  void everyTensorOfTheGoldensIsNamedByASpecThatPrintsBack() {
    for (Case golden : cases()) {
      assertEquals(golden.spec, Pooling.parse(golden.spec).toString());
    }
  }

  private static void checkLoss(float expected, double found, String what) {
    worst(2, Compare.near(new float[] {expected}, new float[] {(float) found}, Tolerances.PYTORCH_LOSS, 0, what));
  }

  private static void checkGradient(float[] expected, float[] found, String what) {
    worst(1, Compare.near(expected, found, Tolerances.PYTORCH_GRADIENT, Tolerances.PYTORCH_GRADIENT_FLOOR, what));
  }

  private static synchronized void worst(int kind, double part) {
    WORST[kind] = Math.max(WORST[kind], part);
  }

  /** The generator of initial values gives dropout's seed too: the one in heads.py, whatever is drawn before. */
  private static Head<?> head(Case golden) {
    return head(golden, PoolingLayer.of(Pooling.parse(golden.spec), LAYERS, WIDTH, () -> 42));
  }

  private static <C> Head<C> head(Case golden, PoolingLayer<C> pooling) {
    return new Head<>(golden, pooling);
  }

  private static HiddenStates states(Demand demand) {
    float[][] byLayer = new float[LAYERS + 1][];
    for (int layer = 0; layer <= LAYERS; layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        byLayer[layer] = rowsOf(GOLDEN.floats("hidden_states." + layer), demand.at(layer));
      }
    }
    return HiddenStates.of(OFFSETS, WIDTH, demand, byLayer);
  }

  /** Of (R, C), the rows that are kept. */
  private static float[] rowsOf(float[] all, Tokens tokens) {
    if (tokens == Tokens.ALL) {
      return all;
    }
    float[] rows = new float[TEXTS * WIDTH];
    for (int text = 0; text < TEXTS; text++) {
      int row = tokens == Tokens.FIRST ? OFFSETS[text] : OFFSETS[text + 1] - 1;
      System.arraycopy(all, row * WIDTH, rows, text * WIDTH, WIDTH);
    }
    return rows;
  }

  private static float[] concatenate(Rows[] parts) {
    float[] all = new float[Arrays.stream(parts).mapToInt(Rows::count).sum() * WIDTH];
    int at = 0;
    for (Rows part : parts) {
      System.arraycopy(part.toArray(), 0, all, at, part.count() * WIDTH);
      at += part.count() * WIDTH;
    }
    return all;
  }

  private static int[] offsets() {
    long[] lengths = GOLDEN.longs("lengths");
    int[] offsets = new int[lengths.length + 1];
    for (int text = 0; text < lengths.length; text++) {
      offsets[text + 1] = offsets[text] + (int) lengths[text];
    }
    return offsets;
  }
}
