package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.Workspace;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The SIMD twin. */
public final class VectorReduced implements ReducedKernels {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, S.vectorShape());
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, S.vectorShape());
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  /**
   * 32 registers have room for tiles of 8 rows, 16 for tiles of 4, each of which widens anew. With bf16 in the latter, products of 5 to 9
   * rows, weights in memory, take 0.81 to 0.88 of the time with panels widened first, 10 to 16 rows 0.93 to 0.97; int8, which has more to
   * do for each, 1.03 to 1.43 (Zen 3).
   */
  @Override
  public int fewRows(Storage storage) {
    return V == 16 ? 16 : Lanes.FENCES && storage == Storage.BF16 ? 16 : 4;
  }

  @Override
  public void widenBf16(short[] panel, int panelOffset, int k, float[] out) {
    for (int i = 0, from = panelOffset, to = 0; i < k; i++, from += PANEL, to += PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, panel, from).reinterpretAsInts();
      both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, to);
      both.and(Bf16Tiles.UPPER).reinterpretAsFloats().intoArray(out, to + V);
    }
  }

  @Override
  public void widenInt8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out) {
    FloatVector s = FloatVector.fromArray(S, scales, scalesOffset), t = FloatVector.fromArray(S, scales, scalesOffset + V);
    FloatVector u = s.mul(-Int8Tiles.CENTRE), v = t.mul(-Int8Tiles.CENTRE);
    int to = 0;
    for (int from = panelOffset; to < k * PANEL; from += 2 * PANEL, to += 2 * PANEL) {
      IntVector four = ByteVector.fromArray(BYTES, panel, from).reinterpretAsInts();
      four.lanewise(VectorOperators.LSHL, 15).and(Int8Tiles.BITS).or(Int8Tiles.BASE).reinterpretAsFloats().fma(s, u).intoArray(out, to);
      four.lanewise(VectorOperators.LSHL, 7).and(Int8Tiles.BITS).or(Int8Tiles.BASE).reinterpretAsFloats().fma(t, v)
          .intoArray(out, to + V);
      if (to + PANEL < k * PANEL) {
        four.lanewise(VectorOperators.LSHR, 1).and(Int8Tiles.BITS).or(Int8Tiles.BASE).reinterpretAsFloats().fma(s, u)
            .intoArray(out, to + PANEL);
        four.lanewise(VectorOperators.LSHR, 9).and(Int8Tiles.BITS).or(Int8Tiles.BASE).reinterpretAsFloats().fma(t, v)
            .intoArray(out, to + PANEL + V);
      }
    }
  }

  @Override
  public void gemmPanelBf16(float[] a, int aOffset, int lda, int rows, short[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    int row = 0;
    for (; V == 16 && rows - row > 4; row += 8) {
      Bf16Tiles.tile8(a, aOffset + row * lda, lda, rows - row, panel, panelOffset, k, c, cOffset + row * ldc, ldc, accumulate);
    }
    for (; rows - row > 2; row += 4) {
      int from = aOffset + row * lda;
      int to = cOffset + row * ldc;
      if (Lanes.FENCES && k % 2 == 0) {
        Bf16Tiles.tile4Fenced(a, from, lda, rows - row, panel, panelOffset, k, c, to, ldc, accumulate);
      } else {
        Bf16Tiles.tile4(a, from, lda, rows - row, panel, panelOffset, k, c, to, ldc, accumulate);
      }
    }
    int left = rows - row; // none where the last tile took fewer than it has
    int from = aOffset + row * lda;
    int to = cOffset + row * ldc;
    if (left == 2) {
      Bf16Tiles.tile2(a, from, lda, panel, panelOffset, k, c, to, ldc, accumulate);
    } else if (left == 1) {
      Bf16Tiles.tile1(a, from, panel, panelOffset, k, c, to, accumulate);
    }
  }

  @Override
  public void gemmPanelInt8(float[] a, int aOffset, int lda, int rows, byte[] panel, int panelOffset, int k, float[] scales,
      int scalesOffset, float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    int row = 0;
    for (; rows - row > 4; row += 8) {
      Int8Tiles.tile8(a, aOffset + row * lda, lda, rows - row, panel, panelOffset, k, scales, scalesOffset, c, cOffset + row * ldc, ldc,
          accumulate);
    }
    int left = rows - row; // none where the last tile took fewer than 8
    int from = aOffset + row * lda;
    int to = cOffset + row * ldc;
    if (left > 2) {
      Int8Tiles.tile4(a, from, lda, left, panel, panelOffset, k, scales, scalesOffset, c, to, ldc, accumulate);
    } else if (left == 2) {
      Int8Tiles.tile2(a, from, lda, panel, panelOffset, k, scales, scalesOffset, c, to, ldc, accumulate);
    } else if (left == 1) {
      Int8Tiles.tile1(a, from, panel, panelOffset, k, scales, scalesOffset, c, to, accumulate);
    }
  }
}
