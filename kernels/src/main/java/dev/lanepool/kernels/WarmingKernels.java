package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SIMD twin with a quick start: a first pass of a small model would take it half a second, of a large one several, before C2 has
 * compiled it. The scalar twin serves first, on the same packed matrices. Kernels change over in the order of the time they take, products
 * long before the last: a first pass of some 750 tokens with roberta-base then takes 0.6 of the time that it takes where all change over
 * at once (2 processors, Zen 3).
 */
final class WarmingKernels implements Kernels {
  /**
   * Multiplications served before compiling begins: 59 tokens of roberta-base, half a second of the scalar twin. Below, as for one text,
   * compiling takes longer than it saves. With two fifths of it 110 tokens take 1.35 times as long, with twice as much 300 tokens 1.15.
   */
  private static final long FEW = 5_000_000_000L;

  /**
   * Multiplications from which callers wait until products are compiled. On two processors that takes 0.4 of the time where it has them
   * for itself, and what the scalar twin would do meanwhile the other does in a tenth of it.
   */
  private static final long MANY = 6_000_000_000L;

  private static final int K = 48; // of the trials

  /** Rows of a trial of packed rows: each tile full, with one row less, and with one or two. */
  private static final int[] PACKED_ROWS = {1, 2, 3, 5, 6, 8, 10};

  private static final int N = Warming.MOST_LENGTH;

  private static final Epilogue[] EPILOGUES = Epilogue.values();

  private final Kernels vector;
  private final Kernels scalar;
  private final Warming<Kernels> products; // of packed rows, or where rows lie
  private final Warming<Kernels> panels; // products of rows where they lie
  private final Warming<Kernels> epilogues;
  private final Warming<Kernels> attention;
  private final Warming<Kernels> norms;

  // Of poolings and heads, compiled where they are used.
  private final Warming<Kernels> gelu;
  private final Warming<Kernels> addAdd;
  private final Warming<Kernels> tanh;
  private final Warming<Kernels> softmax;
  private final Warming<Kernels> mean;
  private final Warming<Kernels> max;

  WarmingKernels(Kernels vector) {
    this.vector = vector;
    scalar = new ScalarKernels(vector.panelWidth());
    boolean packs = vector.packsRows();
    float[] x = new float[Warming.ROWS * N];
    float[] y = new float[N];
    gelu = Warming.ofRows(vector, scalar, Warming.FEW_FOR_FUNCTIONS, (k, n) -> k.addGeluErf(x, 0, x, 0, y, 0, n));
    addAdd = Warming.ofRows(vector, scalar, Warming.FEW_FOR_SUMS, (k, n) -> k.addAdd(x, 0, x, 0, x, 0, y, 0, n));
    tanh = Warming.ofRows(vector, scalar, Warming.FEW_FOR_FUNCTIONS, (k, n) -> k.tanhInPlace(y, 0, n));
    softmax = Warming.ofRows(vector, scalar, Warming.FEW_FOR_FUNCTIONS, (k, n) -> k.softmaxRowInPlace(y, 0, n, 0.1f));
    mean = Warming.ofRows(vector, scalar, Warming.FEW_FOR_SUMS, (k, n) -> k.meanRows(x, 0, N, Warming.ROWS, y, 0, n));
    max = Warming.ofRows(vector, scalar, Warming.FEW_FOR_SUMS, (k, n) -> k.maxRows(x, 0, N, Warming.ROWS, y, 0, n));
    norms = warming(List.of(
        Warming.lengths((k, n) -> k.layerNormRow(x, 0, x, x, 1e-5f, y, 0, n)),
        Warming.lengths((k, n) -> k.add(y, 0, x, 0, y, 0, n))), null);
    List<Consumer<Kernels>> trials = new ArrayList<>(attentionTrials());
    if (packs) {
      trials.addAll(panelTrials());
    }
    attention = warming(trials, norms);
    epilogues = warming(epilogueTrials(), attention);
    products = warming(packs ? List.of(packedTrial()) : panelTrials(), epilogues);
    panels = packs ? attention : products;
  }

  private Warming<Kernels> warming(List<Consumer<Kernels>> trials, @Nullable Warming<Kernels> next) {
    return new Warming<>(vector, scalar, FEW, MANY, trials, next);
  }

  private Consumer<Kernels> packedTrial() {
    int width = vector.panelWidth();
    int most = PACKED_ROWS[PACKED_ROWS.length - 1];
    float[] a = new float[most * K];
    float[] b = new float[K * width];
    float[] c = new float[most * width];
    float[] packed = new float[Math.max(most * K, vector.packedFloats(most, K))]; // each twin has its own layout
    Workspace workspace = new Workspace(width);
    return k -> {
      for (int rows : PACKED_ROWS) {
        k.packRows(a, 0, K, rows, K, packed, 0);
        k.gemmPacked(packed, 0, rows, b, 0, K, c, 0, width, rows % 2 == 0, workspace);
      }
    };
  }

  private List<Consumer<Kernels>> panelTrials() {
    int width = vector.panelWidth();
    int most = 2 * vector.tileRows() + 1;
    float[] a = new float[most * K];
    float[] b = new float[K * width];
    float[] c = new float[most * width];
    Workspace workspace = new Workspace(width);
    return List.of(
        k -> {
          for (int rows = 1; rows <= most; rows++) { // tiles of every height
            k.gemmPanel(a, 0, K, rows, b, 0, K, c, 0, width, rows % 2 == 0, workspace);
          }
        },
        k -> k.gemvPanel(a, 0, b, 0, K, K / 3, c, 0, workspace));
  }

  private List<Consumer<Kernels>> attentionTrials() {
    int width = vector.panelWidth();
    int most = 2 * vector.tileRows() + 1;
    float[] a = new float[K * width];
    float[] b = new float[K * 2 * width];
    float[] c = new float[Math.max(most, width) * width];
    Workspace workspace = new Workspace(width);
    return List.of(
        k -> {
          for (int rows = 1; rows <= Math.min(width, 12); rows++) { // values that are packed, and in place
            k.gemmPanelTransposed(a, 0, rows, b, 0, width, K, c, 0, width, workspace);
            k.gemmPanelTransposed(a, 0, rows, b, 0, 2 * width, K, c, 0, width, workspace);
          }
        },
        k -> k.softmaxColumnsInPlace(c, 0, most, width, 0.1f, workspace),
        k -> k.copyPanel(b, 0, 2 * width, K, a, 0));
  }

  private List<Consumer<Kernels>> epilogueTrials() {
    int width = vector.panelWidth();
    float[] a = new float[3 * width];
    float[] b = new float[width];
    float[] c = new float[3 * width];
    return List.of(k -> {
      for (Epilogue epilogue : EPILOGUES) {
        float[] residual = epilogue == Epilogue.BIAS_RESIDUAL ? c : null;
        k.finishRows(epilogue, a, 0, width, b, 0, residual, 0, width, c, 0, width, 3, width);
      }
    });
  }

  @Override
  public void warmUp() {
    products.start();
  }

  @Override
  public String name() {
    return vector.name();
  }

  @Override
  public int panelWidth() {
    return vector.panelWidth();
  }

  @Override
  public int tileRows() {
    return vector.tileRows();
  }

  @Override
  public void gemmPanel(float[] a, int aOffset, int lda, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    products.now((long) rows * k * vector.panelWidth());
    panels.now().gemmPanel(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public boolean packsRows() {
    return products.now().packsRows();
  }

  @Override
  public int packedFloats(int rows, int k) {
    return vector.packedFloats(rows, k);
  }

  @Override
  public void packRows(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    vector.packRows(a, aOffset, lda, rows, k, packed, packedOffset);
  }

  @Override
  public void packColumns(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    vector.packColumns(a, aOffset, lda, rows, k, packed, packedOffset);
  }

  @Override
  public void gemmPacked(float[] packed, int packedOffset, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    vector.gemmPacked(packed, packedOffset, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void gemvPanel(float[] a, int aOffset, float[] panel, int panelOffset, int k, int slice, float[] c, int cOffset,
      Workspace workspace) {
    products.now((long) k * vector.panelWidth());
    panels.now().gemvPanel(a, aOffset, panel, panelOffset, k, slice, c, cOffset, workspace);
  }

  @Override
  public void gemmPanelTransposed(float[] a, int aOffset, int rows, float[] b, int bOffset, int ldb, int k, float[] c, int cOffset, int ldc,
      Workspace workspace) {
    products.now((long) rows * k * vector.panelWidth());
    attention.now().gemmPanelTransposed(a, aOffset, rows, b, bOffset, ldb, k, c, cOffset, ldc, workspace);
  }

  @Override
  public void copyPanel(float[] x, int xOffset, int ldx, int rows, float[] to, int toOffset) {
    attention.now().copyPanel(x, xOffset, ldx, rows, to, toOffset);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    norms.now().add(x, xOffset, y, yOffset, out, outOffset, n);
  }

  @Override
  public void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n) {
    gelu.now(n).addGeluErf(x, xOffset, bias, biasOffset, out, outOffset, n);
  }

  @Override
  public void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n) {
    addAdd.now(n).addAdd(x, xOffset, bias, biasOffset, residual, residualOffset, out, outOffset, n);
  }

  @Override
  public void finishRows(Epilogue epilogue, float[] sums, int sumsOffset, int lds, float[] bias, int biasOffset,
      float @Nullable [] residual, int residualOffset, int ldr, float[] c, int cOffset, int ldc, int rows, int n) {
    epilogues.now().finishRows(epilogue, sums, sumsOffset, lds, bias, biasOffset, residual, residualOffset, ldr, c, cOffset, ldc, rows, n);
  }

  @Override
  public void tanhInPlace(float[] x, int xOffset, int n) {
    tanh.now(n).tanhInPlace(x, xOffset, n);
  }

  @Override
  public void softmaxRowInPlace(float[] x, int xOffset, int n, float scale) {
    softmax.now(n).softmaxRowInPlace(x, xOffset, n, scale);
  }

  @Override
  public void softmaxColumnsInPlace(float[] x, int xOffset, int rows, int n, float scale, Workspace workspace) {
    attention.now().softmaxColumnsInPlace(x, xOffset, rows, n, scale, workspace);
  }

  @Override
  public void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n) {
    norms.now().layerNormRow(x, xOffset, gamma, beta, eps, y, yOffset, n);
  }

  @Override
  public void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    mean.now((long) rows * n).meanRows(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    max.now((long) rows * n).maxRows(x, xOffset, ldx, rows, y, yOffset, n);
  }
}
