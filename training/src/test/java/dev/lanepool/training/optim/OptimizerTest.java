package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ten steps of every rule as PyTorch takes them, clipping, and the schedules of transformers. */
class OptimizerTest {
  /** PyTorch's square root is one unit in the last place off at times (MKL's): over ten steps 1.2e-7 was measured. */
  private static final double ADAM = 5e-7;
  /** PyTorch sums a norm in float: 1.0e-7 was measured. */
  private static final double NORM = 4e-7;
  /** A cosine's last place. */
  private static final double FACTOR = 4e-16;

  private final OptimizerGolden golden = new OptimizerGolden();
  private int compared;

  private static Map<String, UpdateRule> cases() {
    Map<String, UpdateRule> cases = new LinkedHashMap<>();
    cases.put("sgd", new Sgd());
    cases.put("sgd_decay", new Sgd().withWeightDecay(0.1));
    cases.put("sgd_momentum", new Sgd().withMomentum(0.9).withWeightDecay(0.1));
    cases.put("sgd_nesterov", new Sgd().withMomentum(0.8).withNesterov(true).withWeightDecay(0.01));
    cases.put("adam", new Adam());
    cases.put("adam_decay", new Adam().withBetas(0.8, 0.95).withEpsilon(1e-6).withWeightDecay(0.1));
    cases.put("adamw", new AdamW());
    cases.put("adamw_betas", new AdamW().withBetas(0.85, 0.98).withEpsilon(1e-5).withWeightDecay(0.2));
    cases.put("adamw_spared", new AdamW().withWeightDecay(0.3).withVectorsSpared(true));
    return cases;
  }

  /** Of several pieces, by which threads share them out. */
  @Test
  void everyElementOfALargeParameterIsSteppedAndCounted() {
    Param large = Param.vector("large", 20_000);
    Grads grads = new Grads(List.of(large));
    Arrays.fill(grads.of(large), 1f);
    try (Compute compute = new Compute(2)) {
      assertEquals(Math.sqrt(20_000), new GradientNorm(List.of(large)).clip(compute, grads, 1e9), 1e-9);
      new Optimizer(new Sgd(), List.of(large)).step(compute, grads, 0.5);
    }
    float[] expected = new float[20_000];
    Arrays.fill(expected, -0.5f);
    assertArrayEquals(expected, large.values());
  }

  @Test
  void tenStepsOfEveryRuleGiveWhatPyTorchGives() {
    try (Compute compute = new Compute(1)) {
      for (Map.Entry<String, UpdateRule> each : cases().entrySet()) {
        List<Param> params = golden.params();
        Grads grads = new Grads(params);
        Optimizer optimizer = new Optimizer(each.getValue(), params);
        for (int step = 0; step < OptimizerGolden.STEPS; step++) {
          golden.gradients(step, grads);
          optimizer.step(compute, grads, step % 2 == 0 ? OptimizerGolden.RATE : OptimizerGolden.RATE / 2);
          for (Param param : params) {
            String name = each.getKey() + "." + step + "." + param.name();
            compare(name, param.values(), each.getValue() instanceof Sgd ? 0 : ADAM);
          }
        }
        assertEquals(OptimizerGolden.STEPS, optimizer.steps());
      }
    }
    int clippings = 2 * 4;
    assertEquals(golden.results(), compared + clippings, "results of PyTorch that nothing was compared with");
  }

  private void compare(String name, float[] found, double tolerance) {
    float[] expected = golden.values(name);
    compared++;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs((double) found[i] - expected[i]));
    }
    assertTrue(worst <= tolerance, name + ": " + worst + " off");
  }

  @Test
  void clippingGivesThePyTorchNormAndGradients() {
    try (Compute compute = new Compute(1)) {
      for (double most : new double[] {0.5, 100.0}) {
        List<Param> params = golden.params();
        Grads grads = new Grads(params);
        golden.gradients(0, grads);
        double norm = new GradientNorm(params).clip(compute, grads, most);
        assertEquals(golden.values("clip." + most + ".norm")[0], norm, NORM * norm);
        for (Param param : params) {
          assertArrayEquals(golden.values("clip." + most + "." + param.name()), grads.of(param), (float) NORM, param.name());
        }
        assertEquals(Math.min(norm, most), new GradientNorm(params).of(compute, grads), 1e-5 * most);
      }
    }
  }

  @Test
  void schedulesGiveTheFactorsOfTransformers() {
    List<Json> schedules = Json.parse(OptimizerGolden.bytes("schedules.json"), "schedules.json").elements();
    assertEquals(7, schedules.size());
    for (Json each : schedules) {
      Schedule.Decay decay = Schedule.Decay.valueOf(each.get("decay").asString());
      Schedule schedule = new Schedule(decay, each.get("warmUp").asLong(), each.get("steps").asLong());
      List<Json> factors = each.get("factors").elements();
      for (int step = 0; step < factors.size(); step++) {
        assertEquals(factors.get(step).asDouble(), schedule.factor(step), FACTOR, schedule + " at step " + step);
      }
    }
  }

  @Test
  void aRateThatHasDecayedStaysAtZero() {
    assertEquals(0, Schedule.linear(2, 10).factor(30));
    assertEquals(0, Schedule.cosine(2, 10).factor(30));
  }

  @Test
  void theGoldensAreWhatTheirGeneratorWrote() throws Exception {
    String[] sums = new String(OptimizerGolden.bytes("SHA256SUMS"), StandardCharsets.UTF_8).split("\n");
    assertEquals(2, sums.length);
    for (String line : sums) {
      String[] sumAndName = line.split("  ", 2);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(OptimizerGolden.bytes(sumAndName[1]));
      assertEquals(sumAndName[0], HexFormat.of().formatHex(digest), sumAndName[1]);
    }
  }

  /** Large enough for several pieces and a ragged last one, so that the team has work. */
  private static List<Param> large() {
    List<Param> params = List.of(Param.matrix("weight", 123, 401), Param.vector("bias", 123), Param.matrix("empty", 0, 3));
    for (Param param : params) {
      for (int i = 0; i < param.values().length; i++) {
        param.values()[i] = (float) Math.cos(i * 0.7);
      }
    }
    return params;
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    for (UpdateRule rule : cases().values()) {
      List<Param> one = steps(rule, 1);
      for (int threads = 2; threads <= 3; threads++) {
        List<Param> many = steps(rule, threads);
        for (int p = 0; p < one.size(); p++) {
          assertArrayEquals(one.get(p).values(), many.get(p).values(), rule + ", " + threads + " threads, " + one.get(p));
        }
      }
    }
  }

  private static List<Param> steps(UpdateRule rule, int threads) {
    List<Param> params = large();
    try (Compute compute = new Compute(threads)) {
      Grads grads = new Grads(params);
      Optimizer optimizer = new Optimizer(rule, params);
      GradientNorm norm = new GradientNorm(params);
      for (int step = 0; step < 5; step++) {
        oneStep(step, compute, grads, optimizer, norm);
      }
    }
    return params;
  }

  private static void oneStep(int step, Compute compute, Grads grads, Optimizer optimizer, GradientNorm norm) {
    for (int p = 0; p < grads.params().size(); p++) {
      float[] gradient = grads.of(grads.params().get(p));
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (i * 31 + step * 17) % 101 * 0.01f - 0.5f;
      }
    }
    norm.clip(compute, grads, 1);
    optimizer.step(compute, grads, 0.01);
  }

  @Test
  void nothingIsAllocatedPerStep() {
    for (UpdateRule rule : cases().values()) {
      for (int threads = 1; threads <= 2; threads++) {
        List<Param> params = large();
        try (Compute compute = new Compute(threads)) {
          Grads grads = new Grads(params);
          Optimizer optimizer = new Optimizer(rule, params);
          GradientNorm norm = new GradientNorm(params);
          long bytes = Allocation.leastOf(20, step -> oneStep(step, compute, grads, optimizer, norm));
          assertEquals(0, bytes, rule + ", " + threads + " threads");
        }
      }
    }
  }

  @Test
  void everyStepSaysThatParametersChanged() {
    List<Param> params = large();
    try (Compute compute = new Compute(1)) {
      new Optimizer(new AdamW(), params).step(compute, new Grads(params), 0.1);
    }
    params.forEach(param -> assertEquals(1, param.version(), param.name()));
  }

  /** PyTorch's 1e-6 shows where the norm is small: 2.5e-4 / (5e-4 + 1e-6). */
  @Test
  void clippingOfSmallGradientsAddsToTheNorm() {
    List<Param> params = List.of(Param.vector("a", 2));
    Grads grads = new Grads(params);
    grads.of(params.get(0))[0] = 3e-4f;
    grads.of(params.get(0))[1] = 4e-4f;
    try (Compute compute = new Compute(1)) {
      assertEquals(5e-4, new GradientNorm(params).clip(compute, grads, 2.5e-4), 1e-10);
    }
    assertEquals(3e-4 * 0.49900199600798, grads.of(params.get(0))[0], 1e-10);
    assertEquals(4e-4 * 0.49900199600798, grads.of(params.get(0))[1], 1e-10);
  }

  @Test
  void aGradientThatIsNotFiniteShowsInTheNormAndIsNotClipped() {
    List<Param> params = large();
    Grads grads = new Grads(params);
    GradientNorm norm = new GradientNorm(params);
    try (Compute compute = new Compute(1)) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        grads.zero();
        grads.of(params.get(1))[122] = bad;
        grads.of(params.get(0))[5] = 7;
        assertTrue(!Double.isFinite(norm.clip(compute, grads, 1)));
        assertEquals(7, grads.of(params.get(0))[5]);
      }
      grads.zero();
      grads.of(params.get(0))[5] = Float.MAX_VALUE;
      assertEquals(Float.MAX_VALUE, norm.of(compute, grads), "the largest float's square does not overflow");
    }
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    refused("momentum: found -1.0, expected a finite number of 0 or more", () -> new Sgd().withMomentum(-1));
    refused("nesterov: found momentum 0, expected more", () -> new Sgd().withNesterov(true));
    refused("beta1: found 1.0, expected 0 or more and less than 1", () -> new Adam().withBetas(1, 0.9));
    refused("beta2: found NaN, expected 0 or more and less than 1", () -> new AdamW().withBetas(0.9, Double.NaN));
    refused("weightDecay: found Infinity, expected a finite number of 0 or more", () -> new AdamW().withWeightDecay(1 / 0.0));
    refused("warm-up steps: found -1, expected at least 0", () -> Schedule.constant(-1));
    refused("steps: found 3, expected at least 4", () -> Schedule.linear(4, 3));
    refused("no parameters to learn", () -> new Optimizer(new Sgd(), List.of()));
    refused("two parameters are called a", () -> new Optimizer(new Sgd(), List.of(Param.vector("a", 1), Param.vector("a", 2))));
    List<Param> params = large();
    try (Compute compute = new Compute(1)) {
      refused("learning rate: found NaN, expected a finite number of 0 or more",
          () -> new Optimizer(new Sgd(), params).step(compute, new Grads(params), Double.NaN));
      refused("largest norm: found 0.0, expected more than 0", () -> new GradientNorm(params).clip(compute, new Grads(params), 0));
      refused("no gradient is kept for parameter bias [123]",
          () -> new Optimizer(new Sgd(), params).step(compute, new Grads(params.subList(0, 1)), 1));
    }
  }

  private static void refused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
