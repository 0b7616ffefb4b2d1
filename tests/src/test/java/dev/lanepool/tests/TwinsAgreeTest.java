package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.kernels.Workspace;
import dev.lanepool.kernels.scalar.ScalarKernels;
import dev.lanepool.kernels.scalar.ScalarTrainingKernels;
import dev.lanepool.kernels.vector.VectorKernels;
import dev.lanepool.kernels.vector.VectorTrainingKernels;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The two twins give the same bits, kernel by kernel. {@link LaneWidthTest} runs this at every lane width, so that all widths agree with
 * each other too.
 */
class TwinsAgreeTest {
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 67, 128, 203};

  @Test
  void onEveryKernel() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Repeat.seeds(3, random -> {
      for (int n : SIZES) {
        for (double spread : new double[] {1e-3, 1, 30}) {
          float[] x = KernelReferenceTest.gaussian(random, 3 * n + 8, spread);
          float[] y = KernelReferenceTest.gaussian(random, 3 * n + 8, spread);
          float[] z = KernelReferenceTest.gaussian(random, n, 1);
          agree("add " + n, x, (k, to) -> k.add(to, 1, y, 2, to, 1, n));
          agree("addGeluErf " + n, x, (k, to) -> k.addGeluErf(to, 1, y, 2, to, 1, n));
          agree("addAdd " + n, x, (k, to) -> k.addAdd(to, 1, y, 2, z, 0, to, 1, n));
          agree("tanhInPlace " + n, x, (k, to) -> k.tanhInPlace(to, 1, n));
          agree("softmaxRowInPlace " + n, x, (k, to) -> k.softmaxRowInPlace(to, 1, n, 0.3f));
          agree("layerNormRow " + n, x, (k, to) -> k.layerNormRow(y, 3, z, z, 1e-5f, to, 1, n));
        }
      }
    });
  }

  /** The SIMD twin takes four at a time. */
  @Test
  void onAnyNumberOfRows() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Repeat.seeds(3, random -> {
      for (int n : SIZES) {
        for (int rows = 1; rows <= 10; rows++) {
          int m = rows;
          int ld = n + 2;
          float[] x = KernelReferenceTest.gaussian(random, rows * ld, 1);
          float[] start = KernelReferenceTest.gaussian(random, n + 2, 1);
          String of = rows + " x " + n;
          agreeInTraining("sumRowsAcc " + of, start, (k, to) -> k.sumRowsAcc(x, 1, ld, m, to, 1, n));
          agree("meanRows " + of, start, (k, to) -> k.meanRows(x, 1, ld, m, to, 1, n));
          agree("maxRows " + of, start, (k, to) -> k.maxRows(x, 1, ld, m, to, 1, n));
          for (int row = 0; row < rows; row++) {
            x[1 + row * ld] = row == rows / 2 ? 0f : -0f;
          }
          x[1 + random.nextInt(rows) * ld + random.nextInt(n)] = Float.NaN;
          agree("maxRows, zeros and NaN, " + of, start, (k, to) -> k.maxRows(x, 1, ld, m, to, 1, n));
        }
      }
    });
  }

  @Test
  void onProducts() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Kernels vector = new VectorKernels();
    int width = vector.panelWidth();
    Workspace workspace = new Workspace();
    // The last ones about where the scalar twin's inner loops begin to run over rows instead of columns.
    int[] heights = IntStream.concat(IntStream.rangeClosed(1, 26), IntStream.of(3 * width - 1, 3 * width, 3 * width + 5)).toArray();
    Repeat.seeds(3, random -> {
      for (int rows : heights) {
        for (int k : SIZES) {
          float[] a = KernelReferenceTest.gaussian(random, rows * k, 1);
          float[] b = KernelReferenceTest.gaussian(random, k * width, 3);
          float[] c = KernelReferenceTest.gaussian(random, rows * width, 1);
          int m = rows;
          for (boolean accumulate : new boolean[] {false, true}) {
            agree("gemmPanel " + rows + " x " + k, c, (kernels, to) ->
                kernels.gemmPanel(a, 0, k, m, b, 0, k, to, 0, width, accumulate, workspace));
          }
          if (k % 2 == 0) { // rows packed, their last columns
            int from = k / 4 * 2;
            for (boolean accumulate : new boolean[] {false, true}) {
              agree("gemmPacked " + rows + " x " + (k - from) + " of " + k, c, (kernels, to) -> {
                float[] packed = new float[kernels.packedFloats(m, k) + 3];
                kernels.packRows(a, from, k, m, k - from, packed, 3);
                kernels.gemmPacked(packed, 3, m, b, from * width, k - from, to, 0, width, accumulate, workspace);
              });
            }
          }
          for (int slice : new int[] {1, 5, 64}) { // three slices at a time, fewer, and a part of one
            agree("gemvPanel " + k + " by " + slice, new float[width + 1], (kernels, to) ->
                kernels.gemvPanel(a, 0, b, 0, k, slice, to, 1, workspace));
          }
          float[] at = KernelReferenceTest.gaussian(random, k * width, 1);
          if (rows <= width) {
            agree("gemmPanelTransposed " + rows + " x " + k, c, (kernels, to) ->
                kernels.gemmPanelTransposed(at, 0, m, b, 0, width, k, to, 0, width, workspace));
            int even = k + k % 2; // with a step more where k is odd, which changes nothing
            float[] padded = Arrays.copyOf(b, even * width);
            agree("packColumns " + rows + " x " + k, c, (kernels, to) -> {
              float[] packed = new float[kernels.packedFloats(m, even) + 3];
              kernels.packColumns(at, 0, width, m, k, packed, 3);
              kernels.gemmPacked(packed, 3, m, padded, 0, even, to, 0, width, true, workspace);
            });
          }
          agree("softmaxColumnsInPlace " + k, b, (kernels, to) -> kernels.softmaxColumnsInPlace(to, 0, k, width, 0.3f, workspace));
          for (Epilogue epilogue : Epilogue.values()) { // a whole panel has kernels of its own
            agree("finishRows " + epilogue + " " + rows, new float[m * (width + 1)], (kernels, to) ->
                kernels.finishRows(epilogue, c, 0, width, b, 0, c, 0, width, to, 1, width + 1, m, width));
          }
        }
      }
    });
  }

  @Test
  void onEveryKernelOfTraining() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Repeat.seeds(3, random -> {
      for (int n : SIZES) {
        for (double spread : new double[] {1e-3, 1, 30}) {
          float[] to = KernelReferenceTest.gaussian(random, 12 * n + 8, spread); // outputs, one beside the other
          float[] x = KernelReferenceTest.gaussian(random, 5 * n + 8, spread);
          float[] y = KernelReferenceTest.gaussian(random, 5 * n + 8, spread);
          float[] z = KernelReferenceTest.gaussian(random, n, 1);
          agreeInTraining("axpyAcc " + n, to, (k, out) -> k.axpyAcc(0.7f, x, 1, out, 2, n));
          agreeInTraining("dot " + n, to, (k, out) -> out[0] = k.dot(x, 1, y, 2, n));
          agreeInTraining("transpose " + n, to, (k, out) -> k.transpose(x, 1, n + 1, 4, n, out, 2, 5));
          agreeInTraining("standardizeRow " + n, to, (k, out) -> k.standardizeRow(x, 1, y, z, out, 2, n));
          agreeInTraining("standardizeRow in place " + n, to, (k, out) -> k.standardizeRow(out, 1, y, z, out, 1, n));
          agreeInTraining("tanhBackward " + n, to, (k, out) -> k.tanhBackward(out, 1, y, 2, out, 1, n));
          agreeInTraining("geluErfBackward " + n, to, (k, out) -> k.geluErfBackward(out, 1, x, 2, out, 1, n));
          agreeInTraining("softmaxRowBackward " + n, to, (k, out) -> k.softmaxRowBackward(out, 1, y, 2, out, 1, n));
          agreeInTraining("layerNormRowBackward " + n, to, (k, out) -> {
            float[] dGamma = KernelReferenceTest.gaussian(Repeat.random(n), n, 1);
            float[] dBeta = dGamma.clone();
            k.layerNormRowBackward(x, 1, y, 2, z, 1e-5f, out, 1, dGamma, dBeta, n);
            System.arraycopy(dGamma, 0, out, 1 + n, n);
            System.arraycopy(dBeta, 0, out, 1 + 2 * n, n);
          });
          agreeInTraining("lstmCell " + n, to, (k, out) -> {
            k.lstmCell(out, 1, x, 2, out, 2 + 4 * n, out, 3 + 5 * n, n);
            k.lstmCell(out, 5 + 6 * n, out, 2 + 4 * n, out, 2 + 4 * n, out, 5 + 10 * n, n); // c in place
          });
          agreeInTraining("lstmCellBackward " + n, to, (k, out) ->
              k.lstmCellBackward(x, 1, y, 2, x, 3 + n, x, 4 + 2 * n, out, 2, out, 3 + n, n));
          x[n % 7] = Float.NaN;
          x[2 * n] = -0f;
          x[3 * n] = 0f;
          agreeInTraining("maxRowsArg " + n, to, (k, out) -> {
            int[] argmax = new int[n + 2];
            k.maxRowsArg(x, 0, n, 4, out, 2, argmax, 1, n);
            for (int i = 0; i < n + 2; i++) {
              out[4 + n + i] = argmax[i];
            }
          });
        }
      }
    });
  }

  private static void agree(String what, float[] start, BiConsumer<Kernels, float[]> kernel) {
    Kernels vector = new VectorKernels();
    agree(what, start, to -> kernel.accept(new ScalarKernels(vector.panelWidth()), to), to -> kernel.accept(vector, to));
  }

  private static void agreeInTraining(String what, float[] start, BiConsumer<TrainingKernels, float[]> kernel) {
    agree(what, start, to -> kernel.accept(new ScalarTrainingKernels(), to), to -> kernel.accept(new VectorTrainingKernels(), to));
  }

  private static void agree(String what, float[] start, Consumer<float[]> scalar, Consumer<float[]> vector) {
    float[] expected = start.clone();
    float[] found = start.clone();
    scalar.accept(expected);
    vector.accept(found);
    for (int i = 0; i < expected.length; i++) {
      int at = i;
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found[i]), () -> what + " at " + at + ": scalar "
          + expected[at] + ", " + Forked.describeThisJvm() + " " + found[at]);
    }
  }
}
