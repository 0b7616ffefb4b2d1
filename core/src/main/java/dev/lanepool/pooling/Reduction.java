package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one layer, (T, C), to one vector, without parameters. Every token of the text takes part, {@code <s>} and {@code </s>}
 * included; padding does not exist here. The last three are defined as in sentence-transformers.
 */
public enum Reduction {
  /** Row 0, C. */
  CLS("cls", Tokens.FIRST, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      System.arraycopy(rows.array(), rows.offset(), out, offset, rows.width());
    }
  },
  /** The mean of the rows, C. */
  MEAN("mean", Tokens.ALL, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      Kernels.active().meanRows(rows.array(), rows.offset(), rows.width(), rows.count(), out, offset, rows.width());
    }
  },
  /** The maximum of the rows in each dimension, C; NaN where a row has one. */
  MAX("max", Tokens.ALL, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      Kernels.active().maxRows(rows.array(), rows.offset(), rows.width(), rows.count(), out, offset, rows.width());
    }
  },
  /** The mean, then the maximum, 2C. */
  MEAN_MAX("mean-max", Tokens.ALL, 2) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      MEAN.reduce(rows, out, offset);
      MAX.reduce(rows, out, offset + rows.width());
    }
  },
  /** The sum of the rows over the square root of T, C. */
  MEAN_SQRT_LEN("mean-sqrt-len", Tokens.ALL, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      MEAN.reduce(rows, out, offset);
      scale(out, offset, rows.width(), (float) Math.sqrt(rows.count()));
    }
  },
  /** The mean of the rows weighted 1, 2, ... T, C. */
  WEIGHTED_MEAN("weighted-mean", Tokens.ALL, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      Arrays.fill(out, offset, offset + rows.width(), 0f);
      for (int row = 0; row < rows.count(); row++) {
        for (int i = 0, from = rows.start(row); i < rows.width(); i++) {
          out[offset + i] = Math.fma(row + 1f, rows.array()[from + i], out[offset + i]);
        }
      }
      scale(out, offset, rows.width(), 2f / (rows.count() * (rows.count() + 1f)));
    }
  },
  /** The last row, C. */
  LAST("last", Tokens.LAST, 1) {
    @Override
    void reduce(Rows rows, float[] out, int offset) {
      System.arraycopy(rows.array(), rows.start(rows.count() - 1), out, offset, rows.width());
    }
  };

  /** What a spec may name here, for error messages. */
  static final String NAMES = Arrays.stream(values()).map(Reduction::toString).collect(Collectors.joining(", "));

  private final String spec;
  private final Tokens tokens;
  private final int times;

  Reduction(String spec, Tokens tokens, int times) {
    this.spec = spec;
    this.tokens = tokens;
    this.times = times;
  }

  static @Nullable Reduction find(String spec) {
    for (Reduction reduction : values()) {
      if (reduction.spec.equals(spec)) {
        return reduction;
      }
    }
    return null;
  }

  /** The rows it reads. */
  public Tokens tokens() {
    return tokens;
  }

  /** The length of the vector, for rows of {@code hidden} floats. */
  public int dimension(int hidden) {
    return Math.multiplyExact(times, hidden);
  }

  /** The rows of a text that {@link #reduce} takes, from a layer that may hold more of them. */
  Rows rows(HiddenStates.Layer layer, int text) {
    return switch (tokens) {
      case FIRST -> layer.first(text);
      case LAST -> layer.last(text);
      default -> layer.text(text);
    };
  }

  /** Writes {@link #dimension} floats to {@code out} from {@code offset} on. At least one row; overwrites. */
  abstract void reduce(Rows rows, float[] out, int offset);

  /** The name in a spec. */
  @Override
  public String toString() {
    return spec;
  }

  private static void scale(float[] out, int offset, int count, float factor) {
    for (int i = offset; i < offset + count; i++) {
      out[i] *= factor;
    }
  }
}
