package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.kernels.Attention;
import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
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

/** Every kernel of the twin that runs, and the operations built on them, against naive double arithmetic at nasty shapes. */
class KernelReferenceTest {
  private static final Kernels KERNELS = Kernels.active();
  private static final int V = 16; // the widest lanes there are; narrower ones divide it
  private static final int[] SIZES = {1, 2, 3, 5, 7, V - 1, V, V + 1, 2 * V - 1, 2 * V, 2 * V + 1, 67, 128, 203};
  private static final Set<String> VISITED = new TreeSet<>();

  @AfterAll
  static void everyKernelWasVisited() {
    Set<String> kernels = Arrays.stream(Kernels.class.getDeclaredMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()) && method.getReturnType() == void.class && !method.isDefault())
        .map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(kernels, VISITED);
  }

  @Test
  void productsWithEveryEpilogueAndAnyShape() {
    VISITED.addAll(Set.of("gemmPanel", "add", "addGeluErf", "addAdd"));
    int[][] shapes = {{1, 1, 1}, {1, 33, 7}, {2, 16, 64}, {3, 31, 255}, {5, 32, 256}, {6, 48, 257}, {7, 80, 80}, {13, 203, 80},
        {80, 80, 203}, {48, 96, 300}, {49, 65, 513}, {97, 40, 768}, {4, 3, 0}};
    for (int threads = 1; threads <= 2; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Gemm gemm = new Gemm(team, Workspace.forTeam(team));
        for (int[] shape : shapes) {
          product(gemm, shape[0], shape[1], shape[2]);
        }
        gemm.nt(new float[0], 0, new PackedMatrix(5, 3), new float[0], Epilogue.BIAS, null); // no rows: nothing happens
      }
    }
  }

  private static void product(Gemm gemm, int m, int n, int k) {
    RandomGenerator random = Repeat.random(m * 31L + n * 7L + k);
    float[] a = gaussian(random, m * k, 1);
    float[] b = gaussian(random, n * k, 1);
    float[] bias = gaussian(random, n, 1);
    float[] residual = gaussian(random, m * n, 1);
    PackedMatrix packed = packed(n, k, b, bias);
    double[][] plain = DoubleKernels.gemmNT(a, m, k, b, n, bias);
    double[][] magnitude = DoubleKernels.gemmNTMagnitude(a, m, k, b, n, bias);
    String shape = m + " x " + n + " x " + k + " on " + KERNELS.name();

    float[] c = new float[m * n];
    gemm.nt(a, m, packed, c, Epilogue.BIAS, null);
    within(plain, magnitude, c, Tolerances.PRODUCT, "bias " + shape);
    gemm.nt(a, m, packed, c, Epilogue.BIAS_GELU_ERF, null);
    within(DoubleKernels.map(plain, DoubleKernels::geluErf), magnitude, c, Tolerances.PRODUCT, "gelu " + shape);
    gemm.nt(a, m, packed, c, Epilogue.BIAS_RESIDUAL, residual);
    for (int i = 0; i < m * n; i++) {
      plain[i / n][i % n] += residual[i];
      magnitude[i / n][i % n] += Math.abs(residual[i]);
    }
    within(plain, magnitude, c, Tolerances.PRODUCT, "residual " + shape);

    // A range of columns with rows further apart gives the same bits, and leaves what lies between alone.
    int first = n / 3;
    int columns = n - first - n / 4;
    float[] wide = new float[m * (n + 3)];
    Arrays.fill(wide, 7f);
    gemm.ntColumns(a, 0, k, m, packed, first, columns, wide, 2, n + 3, Epilogue.BIAS, null, 0);
    gemm.nt(a, m, packed, c, Epilogue.BIAS, null);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n + 3; j++) {
        float expected = j < 2 || j >= 2 + columns ? 7f : c[i * n + first + j - 2];
        if (i * (n + 3) + j < wide.length) {
          assertEquals(expected, wide[i * (n + 3) + j], "columns of " + shape + " at " + i + ", " + j);
        }
      }
    }
  }

  @Test
  void attentionOfRaggedTexts() {
    try (ThreadTeam team = new ThreadTeam(2)) {
      Attention attention = new Attention(team, Workspace.forTeam(team));
      for (int[] headsAndWidth : new int[][] {{1, 1}, {5, 16}, {2, 64}, {3, 20}, {1, 256}}) {
        int heads = headsAndWidth[0];
        int d = headsAndWidth[1];
        int c = heads * d;
        int[] lengths = {1, 2, 0, V - 1, V, 2 * V + 1, 70, 300}; // of many keys values are packed
        int[] offsets = new int[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
          offsets[i + 1] = offsets[i] + lengths[i];
        }
        int rows = offsets[lengths.length];
        float[] qkv = gaussian(Repeat.random(c), rows * 3 * c, 1.5);
        float[] out = new float[rows * c];
        attention.attend(qkv, 3 * c, qkv, 3 * c, c, 2 * c, offsets, Attention.Queries.ALL, heads, d, out, c);
        for (int text = 0; text < lengths.length; text++) {
          int at = offsets[text] * 3 * c;
          double[][] expected = DoubleKernels.attention(qkv, at, qkv, at + c, at + 2 * c, 3 * c, lengths[text], heads, d);
          float[] found = Arrays.copyOfRange(out, offsets[text] * c, offsets[text + 1] * c);
          ofLargest(expected, found, Tolerances.ATTENTION, heads + " heads of " + d + ", " + lengths[text] + " tokens");
        }
      }
    }
  }

  @Test
  void softmaxOfARow() {
    VISITED.add("softmaxRowInPlace");
    for (int n : SIZES) {
      for (double spread : new double[] {0.1, 3, 60, 1000}) {
        float[] x = gaussian(Repeat.random(n), n + 4, spread);
        float[] y = x.clone();
        KERNELS.softmaxRowInPlace(y, 2, n, 0.125f);
        assertEquals(x[1], y[1]);
        assertEquals(x[n + 2], y[n + 2]);
        ofLargest(new double[][] {DoubleKernels.softmax(x, 2, n, 0.125f)}, Arrays.copyOfRange(y, 2, n + 2), Tolerances.SOFTMAX,
            n + " of spread " + spread);
      }
    }
  }

  @Test
  void softmaxOfColumns() {
    VISITED.add("softmaxColumnsInPlace");
    int width = KERNELS.panelWidth();
    Workspace workspace = new Workspace();
    for (int rows : SIZES) {
      for (double spread : new double[] {0.1, 3, 60, 1000}) {
        for (int n = Math.min(16, width); n <= width; n += width / 2) { // in the scalar twin some columns, in narrow lanes all
          float[] x = gaussian(Repeat.random(rows), rows * width + 2, spread);
          float[] y = x.clone();
          KERNELS.softmaxColumnsInPlace(y, 1, rows, n, 0.125f, workspace);
          for (int column = 0; column < width; column++) {
            float[] before = column(x, 1 + column, width, rows);
            float[] after = column(y, 1 + column, width, rows);
            if (column < n) {
              ofLargest(new double[][] {DoubleKernels.softmax(before, 0, rows, 0.125f)}, after, Tolerances.SOFTMAX,
                  rows + " of spread " + spread + ", column " + column + " of " + n);
            } else {
              assertArrayEquals(before, after);
            }
          }
          assertEquals(x[0], y[0]);
          assertEquals(x[rows * width + 1], y[rows * width + 1]);
        }
      }
    }
  }

  private static float[] column(float[] x, int from, int ldx, int rows) {
    float[] column = new float[rows];
    for (int i = 0; i < rows; i++) {
      column[i] = x[from + i * ldx];
    }
    return column;
  }

  @Test
  void productOfATransposedPanel() {
    VISITED.add("gemmPanelTransposed");
    int width = KERNELS.panelWidth();
    int ldb = width + 3;
    int ldc = width + 1;
    Workspace workspace = new Workspace();
    for (int rows = 1; rows <= Math.min(width, 40); rows++) {
      for (int k : SIZES) {
        RandomGenerator random = Repeat.random(rows * 31L + k);
        float[] a = gaussian(random, k * width + 1, 1);
        float[] b = gaussian(random, k * ldb + 2, 1);
        float[] at = new float[rows * k];
        float[] bt = new float[width * k];
        for (int i = 0; i < k; i++) {
          for (int row = 0; row < rows; row++) {
            at[row * k + i] = a[1 + i * width + row];
          }
          for (int j = 0; j < width; j++) {
            bt[j * k + i] = b[2 + i * ldb + j];
          }
        }
        float[] c = new float[(rows + 1) * ldc];
        KERNELS.gemmPanelTransposed(a, 1, rows, b, 2, ldb, k, c, 0, ldc, workspace);
        float[] found = new float[rows * width];
        for (int row = 0; row < rows; row++) {
          System.arraycopy(c, row * ldc, found, row * width, width);
          assertEquals(0f, c[row * ldc + width]);
        }
        assertArrayEquals(new float[ldc], Arrays.copyOfRange(c, rows * ldc, (rows + 1) * ldc));
        float[] none = new float[width];
        within(DoubleKernels.gemmNT(at, rows, k, bt, width, none), DoubleKernels.gemmNTMagnitude(at, rows, k, bt, width, none), found,
            Tolerances.PRODUCT, rows + " x " + k);
      }
    }
  }

  @Test
  void softmaxTermsFarBelowTheLargestAreExactlyZeroAndNaNIsNotHidden() {
    float[] x = {0, -87, -88, -200, Float.NEGATIVE_INFINITY};
    KERNELS.softmaxRowInPlace(x, 0, 5, 1f);
    assertTrue(x[1] > Float.MIN_NORMAL, "exp(-87) is a normal number, found " + x[1]);
    assertEquals(0f, x[2]);
    assertEquals(0f, x[3]);
    assertEquals(0f, x[4]);
    float[] y = {0, Float.NaN, 1};
    KERNELS.softmaxRowInPlace(y, 0, 3, 1f);
    assertTrue(Float.isNaN(y[0]) && Float.isNaN(y[1]) && Float.isNaN(y[2]), Arrays.toString(y));

    int width = KERNELS.panelWidth();
    float[] columns = new float[6 * width]; // column 0 as x, column 1 with a NaN first, column 2 with a NaN last, the others 0
    float[] terms = {0, -87, -88, -200, Float.NEGATIVE_INFINITY, -300};
    for (int i = 0; i < 6; i++) {
      columns[i * width] = terms[i];
    }
    columns[1] = Float.NaN;
    columns[5 * width + 2] = Float.NaN;
    KERNELS.softmaxColumnsInPlace(columns, 0, 6, width, 1f, new Workspace());
    assertTrue(columns[width] > Float.MIN_NORMAL, "exp(-87) is a normal number, found " + columns[width]);
    for (int i = 0; i < 6; i++) {
      assertEquals(i == 0 ? 1f : i == 1 ? columns[width] : 0f, columns[i * width]);
      assertTrue(Float.isNaN(columns[i * width + 1]) && Float.isNaN(columns[i * width + 2]), i + " after NaN");
      assertEquals(1f / 6, columns[i * width + 3], 1e-7f); // no column meets another
    }
  }

  @Test
  void layerNormOfARowWithALargeMeanToo() {
    VISITED.add("layerNormRow");
    for (int n : SIZES) {
      for (double mean : new double[] {0, 1000}) {
        RandomGenerator random = Repeat.random(n);
        float[] x = gaussian(random, n + 3, 1);
        for (int i = 0; i < x.length; i++) {
          x[i] += (float) mean;
        }
        float[] gamma = gaussian(random, n, 1);
        float[] beta = gaussian(random, n, 1);
        float[] y = new float[n + 3];
        KERNELS.layerNormRow(x, 1, gamma, beta, 1e-5f, y, 2, n);
        double[][] expected = {DoubleKernels.layerNorm(x, 1, n, gamma, beta, 1e-5f)};
        ofLargest(expected, Arrays.copyOfRange(y, 2, n + 2), mean == 0 ? Tolerances.LAYER_NORM : Tolerances.LAYER_NORM_LARGE_MEAN,
            n + " with mean " + mean);
        KERNELS.layerNormRow(x, 1, gamma, beta, 1e-5f, x, 1, n); // in place
        assertEquals(-1, Arrays.mismatch(x, 1, n + 1, y, 2, n + 2));
      }
    }
  }

  @Test
  void activationsOverAllMagnitudes() {
    VISITED.add("tanhInPlace");
    float[] x = new float[2 * 4096 + 1];
    for (int i = 0; i < 4096; i++) { // both signs of 2^-40 to 2^88, 32 steps an octave
      x[2 * i] = (float) Math.pow(2, i / 32.0 - 40);
      x[2 * i + 1] = -x[2 * i];
    }
    float[] zeros = new float[x.length];
    float[] tanh = x.clone();
    KERNELS.tanhInPlace(tanh, 0, x.length);
    float[] gelu = x.clone();
    KERNELS.addGeluErf(gelu, 0, zeros, 0, gelu, 0, x.length);
    for (int i = 0; i < x.length; i++) {
      double t = Math.tanh(x[i]);
      assertTrue(Math.abs(tanh[i] - t) <= Tolerances.TANH * Math.abs(t), "tanh(" + x[i] + "): expected " + t + ", found " + tanh[i]);
      double g = DoubleKernels.geluErf(x[i]);
      double scale = Math.min(Math.abs(x[i]), 6); // beyond, the result is x or 0 to the last bit
      assertTrue(Math.abs(gelu[i] - g) <= Tolerances.GELU_ERF * scale, "gelu(" + x[i] + "): expected " + g + ", found " + gelu[i]);
      if (x[i] > 6) {
        assertEquals(x[i], gelu[i]);
      }
    }
    float[] special = {Float.NaN, Float.POSITIVE_INFINITY, -0f};
    KERNELS.tanhInPlace(special, 0, 3);
    assertTrue(Float.isNaN(special[0]));
    assertEquals(1f, special[1]);
    assertEquals(-0f, special[2]);
  }

  @Test
  void meanAndMaximumOverRows() {
    VISITED.addAll(Set.of("meanRows", "maxRows"));
    for (int n : SIZES) {
      for (int rows : new int[] {1, 2, 33}) {
        int ld = n + 2;
        float[] x = gaussian(Repeat.random(n * 100L + rows), rows * ld + 1, 1);
        double[] mean = new double[n];
        double[] max = new double[n];
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
        for (int row = 0; row < rows; row++) {
          for (int i = 0; i < n; i++) {
            mean[i] += x[1 + row * ld + i] / (double) rows;
            max[i] = Math.max(max[i], x[1 + row * ld + i]);
          }
        }
        float[] y = new float[n + 2];
        KERNELS.meanRows(x, 1, ld, rows, y, 1, n);
        ofLargest(new double[][] {mean}, Arrays.copyOfRange(y, 1, n + 1), Tolerances.MEAN, "mean of " + rows + " x " + n);
        KERNELS.maxRows(x, 1, ld, rows, y, 1, n);
        ofLargest(new double[][] {max}, Arrays.copyOfRange(y, 1, n + 1), 0, "maximum of " + rows + " x " + n);
        assertEquals(0f, y[0]);
        assertEquals(0f, y[n + 1]);
      }
    }
  }

  static PackedMatrix packed(int n, int k, float[] b, float[] bias) {
    PackedMatrix packed = new PackedMatrix(n, k);
    packed.pack(0, n / 2, b, 0);
    packed.pack(n / 2, n - n / 2, b, n / 2 * k);
    packed.packBias(0, bias);
    return packed;
  }

  static float[] gaussian(RandomGenerator random, int length, double deviation) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  static void within(double[][] expected, double[][] magnitude, float[] found, double part, String what) {
    for (int i = 0; i < expected.length; i++) {
      int n = expected[i].length;
      for (int j = 0; j < n; j++) {
        double off = Math.abs(expected[i][j] - found[i * n + j]);
        assertTrue(off <= part * magnitude[i][j], what + " at [" + i + ", " + j + "]: expected " + expected[i][j] + ", found "
            + found[i * n + j] + ", off by " + off / magnitude[i][j] + " of the terms' magnitude, allowed " + part);
      }
    }
  }

  static void ofLargest(double[][] expected, float[] found, double part, String what) {
    double[][] rows = new double[expected.length][];
    for (int i = 0; i < expected.length; i++) {
      rows[i] = new double[expected[i].length];
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = found[i * rows[i].length + j];
      }
    }
    if (expected.length > 0) {
      Compare.close(expected, rows, part, what + " on " + KERNELS.name());
    }
  }
}
