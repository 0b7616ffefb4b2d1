package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.kernels.Workspace;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Every training kernel of the twin that runs, and the products built on them, against naive double arithmetic at nasty shapes. */
class TrainingKernelReferenceTest {
  private static final TrainingKernels KERNELS = TrainingKernels.active();
  private static final int V = 16; // the widest lanes there are; narrower ones divide it
  private static final int[] SIZES = {1, 2, 3, 5, 7, V - 1, V, V + 1, 2 * V - 1, 2 * V, 2 * V + 1, 4 * V + 3, 128, 203};
  private static final Set<String> VISITED = new TreeSet<>();

  @AfterAll
  static void everyKernelWasVisited() {
    Set<String> kernels = Arrays.stream(TrainingKernels.class.getDeclaredMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers())).map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(kernels, VISITED);
  }

  @Test
  void sumsOfProductsAndOfRows() {
    VISITED.addAll(Set.of("axpyAcc", "dot", "sumRowsAcc"));
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] x = gaussian(random, n + 1);
      float[] y = gaussian(random, n + 2);
      double dot = 0;
      double magnitude = 0;
      double[][] axpy = new double[1][n];
      double[][] axpyMagnitude = new double[1][n];
      for (int i = 0; i < n; i++) {
        double product = (double) x[1 + i] * y[2 + i];
        dot += product;
        magnitude += Math.abs(product);
        axpy[0][i] = y[2 + i] + 0.7 * x[1 + i];
        axpyMagnitude[0][i] = Math.abs(y[2 + i]) + 0.7 * Math.abs(x[1 + i]);
      }
      float[] found = {KERNELS.dot(x, 1, y, 2, n)};
      KernelReferenceTest.within(new double[][] {{dot}}, new double[][] {{magnitude}}, found, Tolerances.PRODUCT, "dot of " + n);
      KERNELS.axpyAcc(0.7f, x, 1, y, 2, n);
      KernelReferenceTest.within(axpy, axpyMagnitude, Arrays.copyOfRange(y, 2, n + 2), Tolerances.PRODUCT, "axpyAcc of " + n);
      for (int rows : new int[] {0, 1, 2, 33}) {
        sumRows(random, rows, n);
      }
    }
  }

  private static void sumRows(RandomGenerator random, int rows, int n) {
    int ld = n + 2;
    float[] x = gaussian(random, rows * ld + 1);
    float[] y = gaussian(random, n + 2);
    float first = y[0];
    float last = y[n + 1];
    double[] sum = new double[n];
    for (int i = 0; i < n; i++) {
      sum[i] = y[1 + i];
      for (int row = 0; row < rows; row++) {
        sum[i] += x[1 + row * ld + i];
      }
    }
    KERNELS.sumRowsAcc(x, 1, ld, rows, y, 1, n);
    KernelReferenceTest.ofLargest(new double[][] {sum}, Arrays.copyOfRange(y, 1, n + 1), Tolerances.SUM, "sum of " + rows + " x " + n);
    assertEquals(first, y[0]);
    assertEquals(last, y[n + 1]);
  }

  @Test
  void maximaAndWhereTheyAre() {
    VISITED.add("maxRowsArg");
    for (int n : SIZES) {
      for (int rows : new int[] {1, 2, 33}) {
        int ld = n + 2;
        float[] x = gaussian(Repeat.random(n * 100L + rows), rows * ld + 1);
        for (int i = 0; i < x.length; i++) {
          x[i] = Math.round(2 * x[i]) / 2f; // many are equal: the first counts
        }
        float[] max = new float[n + 2];
        int[] argmax = new int[n + 2];
        Arrays.fill(argmax, -1);
        KERNELS.maxRowsArg(x, 1, ld, rows, max, 1, argmax, 1, n);
        for (int i = 0; i < n; i++) {
          int expected = 0;
          for (int row = 1; row < rows; row++) {
            expected = x[1 + row * ld + i] > x[1 + expected * ld + i] ? row : expected;
          }
          assertEquals(expected, argmax[1 + i], "column " + i + " of " + rows + " x " + n);
        }
        assertEquals(-1, argmax[0]);
        assertEquals(-1, argmax[n + 1]);
        float[] plain = new float[n + 2];
        Kernels.active().maxRows(x, 1, ld, rows, plain, 1, n);
        assertArrayEquals(plain, max, 0f);
      }
    }
  }

  @Test
  void aMaximumIsTheFirstNaNWhereThereIsOne() {
    for (int n : SIZES) {
      float[] x = new float[4 * n];
      Arrays.fill(x, n, 2 * n, 1f);
      x[2 * n + n / 2] = Float.NaN;
      x[3 * n + n / 2] = Float.NaN;
      float[] max = new float[n];
      int[] argmax = new int[n];
      KERNELS.maxRowsArg(x, 0, n, 4, max, 0, argmax, 0, n);
      for (int i = 0; i < n; i++) {
        assertEquals(i == n / 2 ? Float.NaN : 1f, max[i]);
        assertEquals(i == n / 2 ? 2 : 1, argmax[i]);
      }
    }
  }

  @Test
  void transposition() {
    VISITED.add("transpose");
    for (int rows : SIZES) {
      for (int columns : SIZES) {
        float[] x = gaussian(Repeat.random(rows), rows * (columns + 1) + 2);
        float[] y = new float[columns * (rows + 3) + 1];
        KERNELS.transpose(x, 2, columns + 1, rows, columns, y, 1, rows + 3);
        for (int i = 0; i < y.length; i++) {
          int column = (i - 1) / (rows + 3);
          int row = (i - 1) % (rows + 3);
          float expected = i == 0 || row >= rows ? 0 : x[2 + row * (columns + 1) + column];
          assertEquals(expected, y[i], () -> rows + " x " + columns + " at [" + column + ", " + row + "]");
        }
      }
    }
  }

  @Test
  void standardizedRows() {
    VISITED.add("standardizeRow");
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] x = gaussian(random, n + 1);
      float[] mean = gaussian(random, n);
      float[] scale = gaussian(random, n);
      double[][] expected = new double[1][n];
      double[][] magnitude = new double[1][n];
      for (int i = 0; i < n; i++) {
        scale[i] = Math.abs(scale[i]) + 0.1f;
        expected[0][i] = ((double) x[1 + i] - mean[i]) / scale[i];
        magnitude[0][i] = (Math.abs((double) x[1 + i]) + Math.abs(mean[i])) / scale[i];
      }
      float[] y = new float[n + 2];
      KERNELS.standardizeRow(x, 1, mean, scale, y, 2, n);
      KernelReferenceTest.within(expected, magnitude, Arrays.copyOfRange(y, 2, n + 2), Tolerances.PRODUCT, "standardizeRow of " + n);
      KERNELS.standardizeRow(x, 1, mean, scale, x, 1, n); // in place
      assertArrayEquals(Arrays.copyOfRange(y, 2, n + 2), Arrays.copyOfRange(x, 1, n + 1), 0f);
    }
  }

  @Test
  void gradientsOfActivations() {
    VISITED.addAll(Set.of("tanhBackward", "geluErfBackward"));
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] dy = gaussian(random, n + 1);
      float[] x = KernelReferenceTest.gaussian(random, n + 2, 2);
      float[] y = new float[n + 2];
      double[][] tanh = new double[1][n];
      double[][] gelu = new double[1][n];
      double[][] magnitude = new double[1][n];
      for (int i = 0; i < n; i++) {
        double v = x[2 + i];
        y[2 + i] = (float) Math.tanh(v);
        tanh[0][i] = dy[1 + i] * (1 - (double) y[2 + i] * y[2 + i]);
        gelu[0][i] = dy[1 + i] * DoubleKernels.geluErfSlope(v);
        magnitude[0][i] = Math.abs(dy[1 + i]);
      }
      float[] dx = new float[n];
      KERNELS.tanhBackward(dy, 1, y, 2, dx, 0, n);
      KernelReferenceTest.within(tanh, magnitude, dx, Tolerances.TANH_BACKWARD, "tanhBackward of " + n);
      KERNELS.geluErfBackward(dy, 1, x, 2, dx, 0, n);
      KernelReferenceTest.within(gelu, magnitude, dx, Tolerances.GELU_ERF_BACKWARD, "geluErfBackward of " + n);
      KERNELS.geluErfBackward(dy, 1, x, 2, dy, 1, n); // in place
      assertArrayEquals(dx, Arrays.copyOfRange(dy, 1, n + 1), 0f);
    }
    float[] far = {-1e30f, -20, -14, 14, 20, 1e30f, -0f, Float.NaN};
    float[] dx = new float[far.length];
    float[] ones = new float[far.length];
    Arrays.fill(ones, 1f);
    KERNELS.geluErfBackward(ones, 0, far, 0, dx, 0, far.length);
    assertArrayEquals(new float[] {0, 0, 0, 1, 1, 1, 0.5f, Float.NaN}, dx, 0f);
  }

  @Test
  void gradientOfSoftmax() {
    VISITED.add("softmaxRowBackward");
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] dy = gaussian(random, n + 1);
      double[] y = DoubleKernels.softmax(gaussian(random, n), 0, n, 1);
      float[] rounded = new float[n + 2];
      for (int i = 0; i < n; i++) {
        rounded[2 + i] = (float) y[i];
        y[i] = rounded[2 + i];
      }
      double[][] expected = {DoubleKernels.softmaxBackward(dy, 1, y)};
      double[][] magnitude = new double[1][n];
      for (int i = 0; i < n; i++) {
        magnitude[0][i] = y[i] * (Math.abs(dy[1 + i]) + 1);
      }
      float[] dx = new float[n];
      KERNELS.softmaxRowBackward(dy, 1, rounded, 2, dx, 0, n);
      KernelReferenceTest.within(expected, magnitude, dx, Tolerances.SOFTMAX_BACKWARD, "softmaxRowBackward of " + n);
      KERNELS.softmaxRowBackward(dy, 1, rounded, 2, dy, 1, n); // in place
      assertArrayEquals(dx, Arrays.copyOfRange(dy, 1, n + 1), 0f);
    }
  }

  @Test
  void gradientsOfLayerNorm() {
    VISITED.add("layerNormRowBackward");
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] dy = gaussian(random, n + 1);
      float[] x = gaussian(random, n + 2);
      float[] gamma = gaussian(random, n);
      float[] dGamma = gaussian(random, n);
      float[] dBeta = gaussian(random, n);
      double[][] expected = DoubleKernels.layerNormBackward(dy, 1, x, 2, n, gamma, 1e-5f);
      for (int i = 0; i < n; i++) {
        expected[1][i] += dGamma[i];
        expected[2][i] += dBeta[i];
      }
      float[] dx = new float[n];
      KERNELS.layerNormRowBackward(dy, 1, x, 2, gamma, 1e-5f, dx, 0, dGamma, dBeta, n);
      String what = "layerNormRowBackward of " + n;
      if (n > 2) { // of one or two values the gradient with respect to x is 0, or nearly: all is cancelled
        KernelReferenceTest.ofLargest(new double[][] {expected[0]}, dx, Tolerances.LAYER_NORM_BACKWARD, what);
      }
      KernelReferenceTest.ofLargest(new double[][] {expected[1]}, dGamma, Tolerances.LAYER_NORM_BACKWARD, what + ", gamma");
      KernelReferenceTest.ofLargest(new double[][] {expected[2]}, dBeta, Tolerances.LAYER_NORM_BACKWARD, what + ", beta");
      KERNELS.layerNormRowBackward(dy, 1, x, 2, gamma, 1e-5f, dy, 1, dGamma, dBeta, n); // in place
      assertArrayEquals(dx, Arrays.copyOfRange(dy, 1, n + 1), 0f);
    }
  }

  @Test
  void lstmCellForwardAndBackward() {
    VISITED.addAll(Set.of("lstmCell", "lstmCellBackward"));
    for (int n : SIZES) {
      RandomGenerator random = Repeat.random(n);
      float[] gates = KernelReferenceTest.gaussian(random, 4 * n + 1, 2);
      float[] previous = gaussian(random, n + 2);
      float[] c = new float[n + 3];
      float[] h = new float[n + 4];
      double[][] cell = DoubleKernels.lstmCell(gates, 1, previous, 2, n); // i, f, g, o, c, h
      KERNELS.lstmCell(gates, 1, previous, 2, c, 3, h, 4, n);
      for (int gate = 0; gate < 4; gate++) {
        float[] found = Arrays.copyOfRange(gates, 1 + gate * n, 1 + (gate + 1) * n);
        KernelReferenceTest.ofLargest(new double[][] {cell[gate]}, found, Tolerances.LSTM_CELL, "gate " + gate + " of " + n);
      }
      KernelReferenceTest.ofLargest(new double[][] {cell[4]}, Arrays.copyOfRange(c, 3, n + 3), Tolerances.LSTM_CELL, "c of " + n);
      KernelReferenceTest.ofLargest(new double[][] {cell[5]}, Arrays.copyOfRange(h, 4, n + 4), Tolerances.LSTM_CELL, "h of " + n);

      float[] dh = gaussian(random, n + 1);
      float[] dc = gaussian(random, n + 2);
      float[] dGates = new float[4 * n + 3];
      double[][] back = DoubleKernels.lstmCellBackward(dh, 1, gates, 1, previous, 2, c, 3, dc, 2, n); // dGates of i, f, g, o, dcPrevious
      KERNELS.lstmCellBackward(dh, 1, gates, 1, previous, 2, c, 3, dc, 2, dGates, 3, n);
      for (int gate = 0; gate < 4; gate++) {
        float[] found = Arrays.copyOfRange(dGates, 3 + gate * n, 3 + (gate + 1) * n);
        KernelReferenceTest.ofLargest(new double[][] {back[gate]}, found, Tolerances.LSTM_CELL_BACKWARD, "dGate " + gate + " of " + n);
      }
      float[] found = Arrays.copyOfRange(dc, 2, n + 2);
      KernelReferenceTest.ofLargest(new double[][] {back[4]}, found, Tolerances.LSTM_CELL_BACKWARD, "dcPrevious of " + n);
    }
  }

  @Test
  void transposedProductsOfAnyShapeOnAnyTeam() {
    int[][] shapes = {{0, 3, 4}, {1, 1, 1}, {3, 1, 33}, {255, 2, 7}, {256, 4, 40}, {257, 5, 40}, {600, 3, 203}, {300, 67, 1}, {64, 31, 65},
        {513, 130, 97}, {700, 13, 80}, {40, 520, 33}, {1, 7, 67}, {5, 0, 3}, {260, 700, 30}, {255, 104, 64}, {77, 1027, 96}};
    try (ThreadTeam one = new ThreadTeam(1); ThreadTeam two = new ThreadTeam(2)) {
      Gemm alone = new Gemm(one, Workspace.forTeam(one));
      Gemm shared = new Gemm(two, Workspace.forTeam(two));
      for (int[] shape : shapes) {
        int r = shape[0];
        int m = shape[1];
        int n = shape[2];
        RandomGenerator random = Repeat.random(r * 31L + m * 7L + n);
        float[] a = gaussian(random, r * m);
        float[] b = gaussian(random, r * n);
        float[] start = gaussian(random, m * n);
        double[][] expected = DoubleKernels.gemmTNAcc(a, r, m, b, n, start, false);
        double[][] magnitude = DoubleKernels.gemmTNAcc(a, r, m, b, n, start, true);
        String what = r + ", " + m + " x " + n + " on " + Kernels.active().name();
        float[] c = start.clone();
        alone.tnAcc(a, r, m, b, n, c);
        KernelReferenceTest.within(expected, magnitude, c, Tolerances.PRODUCT, what);
        float[] c2 = start.clone();
        shared.tnAcc(a, r, m, b, n, c2);
        assertArrayEquals(c, c2, 0f, what);
        assertEquals(-1, Arrays.mismatch(c, accumulated(alone, a, r, m, b, n, start)), what + ": as A's transpose by packed B");
      }
    }
  }

  /** The same product by the packed kernels: C += Aᵀ·B, the residual being C itself. */
  private static float[] accumulated(Gemm gemm, float[] a, int r, int m, float[] b, int n, float[] start) {
    float[] at = new float[m * r];
    KERNELS.transpose(a, 0, m, r, m, at, 0, r);
    PackedMatrix packed = new PackedMatrix(n, r);
    gemm.packTransposed(packed, b);
    float[] c = start.clone();
    gemm.nt(at, m, packed, c, Epilogue.BIAS_RESIDUAL, c);
    return c;
  }

  @Test
  void packingOnATeamAsAlone() {
    try (ThreadTeam team = new ThreadTeam(2)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      for (int n : new int[] {1, 33, 300}) {
        for (int k : new int[] {1, 67, 400}) {
          RandomGenerator random = Repeat.random(n * k);
          float[] b = gaussian(random, n * k);
          float[] bias = gaussian(random, n);
          float[] transposed = new float[k * n];
          KERNELS.transpose(b, 0, k, n, k, transposed, 0, n);
          PackedMatrix byTeam = new PackedMatrix(n, k);
          gemm.pack(byTeam, b);
          byTeam.packBias(0, bias);
          PackedMatrix byTransposed = new PackedMatrix(n, k);
          gemm.packTransposed(byTransposed, transposed);
          byTransposed.packBias(0, bias);
          float[] a = gaussian(random, 5 * k);
          float[] expected = new float[5 * n];
          gemm.nt(a, 5, KernelReferenceTest.packed(n, k, b, bias), expected, Epilogue.BIAS, null);
          for (PackedMatrix packed : new PackedMatrix[] {byTeam, byTransposed}) {
            float[] found = new float[5 * n];
            gemm.nt(a, 5, packed, found, Epilogue.BIAS, null);
            assertArrayEquals(expected, found, 0f, n + " x " + k);
          }
        }
      }
    }
  }

  private static float[] gaussian(RandomGenerator random, int length) {
    return KernelReferenceTest.gaussian(random, length, 1);
  }
}
