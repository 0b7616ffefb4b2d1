package dev.lanepool.tests;

import dev.lanepool.pooling.AttentionPooling;
import dev.lanepool.pooling.ConcatPooling;
import dev.lanepool.pooling.JoinedPooling;
import dev.lanepool.pooling.LayerList;
import dev.lanepool.pooling.LstmPooling;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.PoolerOutput;
import dev.lanepool.pooling.Reduction;
import dev.lanepool.pooling.TokenPooling;
import dev.lanepool.pooling.WeightedPooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pooling, text by text and element by element. Variables: the hidden states of layers 0 to L, (R, C) each, then the parameters.
 * Output: (B, D). Dropout passes everything.
 *
 * @param depth L
 * @param hidden C
 */
record DoublePooling(Pooling spec, List<Integer> lengths, int depth, int hidden) implements DoubleLayer {

  @Override
  public double[] forward(double[][] v) {
    double[] out = {};
    for (int text = 0; text < lengths.size(); text++) {
      out = join(out, pool(spec, rows(v, text), params(v)));
    }
    return out;
  }

  @Override
  public double[][] backward(double[][] v, double[] dy) {
    double[][] d = zeros(v);
    double[][] dParams = params(d);
    int dimension = dy.length / lengths.size();
    for (int text = 0; text < lengths.size(); text++) {
      double[][] rows = rows(v, text);
      double[][] dRows = zeros(rows);
      back(spec, rows, params(v), Arrays.copyOfRange(dy, text * dimension, (text + 1) * dimension), dRows, dParams);
      for (int layer = 0; layer <= depth; layer++) {
        System.arraycopy(dRows[layer], 0, d[layer], start(text), dRows[layer].length);
      }
    }
    return d;
  }

  private int start(int text) {
    return lengths.subList(0, text).stream().mapToInt(length -> length).sum() * hidden;
  }

  /** A text's rows of every layer, (L + 1, T · C). */
  private double[][] rows(double[][] v, int text) {
    double[][] rows = new double[depth + 1][];
    for (int layer = 0; layer <= depth; layer++) {
      rows[layer] = Arrays.copyOfRange(v[layer], start(text), start(text + 1));
    }
    return rows;
  }

  private double[][] params(double[][] v) {
    return Arrays.copyOfRange(v, depth + 1, v.length);
  }

  private double[] pool(Pooling spec, double[][] rows, double[][] params) {
    return switch (spec) {
      case TokenPooling token -> reduce(token.reduction(), rows[index(token.layer())]);
      case ConcatPooling concat -> layers(concat.layers()).stream().map(layer -> reduce(concat.of(), rows[layer]))
          .reduce(new double[0], DoublePooling::join);
      case WeightedPooling weighted -> reduce(weighted.of(), mix(weighted, rows, shares(weighted, params)));
      case LstmPooling lstm -> {
        double[] h = lstm(lstm).forward(lstmVariables(lstm, rows, params));
        yield Arrays.copyOfRange(h, (depth - 1) * lstm.hidden(), depth * lstm.hidden());
      }
      case AttentionPooling attention -> {
        double[] h = rows[index(attention.layer())];
        double[] p = softmax(scores(attention, h, params));
        double[] out = new double[hidden];
        for (int i = 0; i < h.length; i++) {
          out[i % hidden] += p[i / hidden] * h[i];
        }
        yield out;
      }
      case JoinedPooling joined -> {
        double[] out = {};
        int used = 0;
        for (Pooling part : joined.parts()) {
          out = join(out, pool(part, rows, Arrays.copyOfRange(params, used, used + count(part))));
          used += count(part);
        }
        yield out;
      }
      case PoolerOutput pooler -> throw new AssertionError("no gradient runs through " + pooler);
    };
  }

  private void back(Pooling spec, double[][] rows, double[][] params, double[] dOut, double[][] dRows, double[][] dParams) {
    switch (spec) {
      case TokenPooling token -> reduceBack(token.reduction(), rows[index(token.layer())], dOut, 1, dRows[index(token.layer())]);
      case ConcatPooling concat -> {
        int dimension = concat.of().dimension(hidden);
        int at = 0;
        for (int layer : layers(concat.layers())) {
          reduceBack(concat.of(), rows[layer], Arrays.copyOfRange(dOut, at, at + dimension), 1, dRows[layer]);
          at += dimension;
        }
      }
      case WeightedPooling weighted -> weightedBack(weighted, rows, params, dOut, dRows, dParams);
      case LstmPooling lstm -> {
        double[][] v = lstmVariables(lstm, rows, params);
        double[] dy = new double[(depth + 1) * lstm.hidden()];
        System.arraycopy(dOut, 0, dy, (depth - 1) * lstm.hidden(), dOut.length);
        double[][] d = lstm(lstm).backward(v, dy);
        for (int i = 0; i < d[0].length; i++) {
          dRows[lstmLayer(lstm, i)][lstmColumn(lstm, i)] += d[0][i];
        }
        for (int i = 0; i < 4; i++) {
          add(d[3 + i], dParams[i]);
        }
      }
      case AttentionPooling attention -> attentionBack(attention, rows, params, dOut, dRows[index(attention.layer())], dParams);
      case JoinedPooling joined -> {
        int used = 0;
        int at = 0;
        for (Pooling part : joined.parts()) {
          int dimension = part.dimension(depth, hidden);
          back(part, rows, Arrays.copyOfRange(params, used, used + count(part)), Arrays.copyOfRange(dOut, at, at + dimension), dRows,
              Arrays.copyOfRange(dParams, used, used + count(part)));
          used += count(part);
          at += dimension;
        }
      }
      case PoolerOutput pooler -> throw new AssertionError("no gradient runs through " + pooler);
    }
  }

  // Reductions.

  private double[] reduce(Reduction of, double[] rows) {
    int tokens = rows.length / hidden;
    double[] out = new double[of.dimension(hidden)];
    for (int c = 0; c < hidden; c++) {
      for (int t = 0; t < tokens; t++) {
        out[c] += weight(of, t, tokens) * rows[t * hidden + c];
      }
    }
    if (of == Reduction.MAX || of == Reduction.MEAN_MAX) {
      for (int c = 0; c < hidden; c++) {
        out[out.length - hidden + c] = rows[best(rows, c) * hidden + c];
      }
    }
    return out;
  }

  private void reduceBack(Reduction of, double[] rows, double[] dOut, double factor, double[] dRows) {
    int tokens = rows.length / hidden;
    for (int c = 0; c < hidden; c++) {
      for (int t = 0; t < tokens; t++) {
        dRows[t * hidden + c] += factor * weight(of, t, tokens) * dOut[c];
      }
      if (of == Reduction.MAX || of == Reduction.MEAN_MAX) {
        dRows[best(rows, c) * hidden + c] += factor * dOut[dOut.length - hidden + c];
      }
    }
  }

  private static double weight(Reduction of, int t, int tokens) {
    return switch (of) {
      case CLS -> t == 0 ? 1 : 0;
      case LAST -> t == tokens - 1 ? 1 : 0;
      case MEAN, MEAN_MAX -> 1.0 / tokens;
      case MEAN_SQRT_LEN -> 1 / Math.sqrt(tokens);
      case WEIGHTED_MEAN -> (t + 1) / (tokens * (tokens + 1) / 2.0);
      case MAX -> 0;
    };
  }

  private int best(double[] rows, int column) {
    int best = 0;
    for (int t = 1; t < rows.length / hidden; t++) {
      best = rows[t * hidden + column] > rows[best * hidden + column] ? t : best;
    }
    return best;
  }

  // The weighted mean of layers.

  private int lowest(WeightedPooling spec) {
    return index(Math.min(spec.start(), depth));
  }

  private double[] shares(WeightedPooling spec, double[][] params) {
    double[] w = spec.weights() == null ? params[0] : spec.weights().stream().mapToDouble(x -> x).toArray();
    double[] shares = Arrays.stream(w).map(x -> spec.norm() == WeightedPooling.Norm.SOFTMAX ? Math.exp(x) : x).toArray();
    double sum = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(x -> x / sum).toArray();
  }

  private double[] mix(WeightedPooling spec, double[][] rows, double[] shares) {
    double[] mixed = new double[rows[0].length];
    for (int i = 0; i < shares.length; i++) {
      for (int k = 0; k < mixed.length; k++) {
        mixed[k] += shares[i] * rows[lowest(spec) + i][k];
      }
    }
    return mixed;
  }

  private void weightedBack(WeightedPooling spec, double[][] rows, double[][] params, double[] dOut, double[][] dRows,
      double[][] dParams) {
    double[] shares = shares(spec, params);
    double[] dMixed = new double[rows[0].length];
    reduceBack(spec.of(), mix(spec, rows, shares), dOut, 1, dMixed);
    double[] dShares = new double[shares.length];
    for (int i = 0; i < shares.length; i++) {
      dShares[i] = DoubleLayer.dot(dMixed, rows[lowest(spec) + i]);
      for (int k = 0; k < dMixed.length; k++) {
        dRows[lowest(spec) + i][k] += shares[i] * dMixed[k];
      }
    }
    if (spec.weights() == null) {
      // share j = e_j / sum(e): d share_j / d e_i = ((i == j) - share_j) / sum(e), and d e_i / d w_i is 1 or e_i.
      double sum = Arrays.stream(params[0]).map(x -> spec.norm() == WeightedPooling.Norm.SOFTMAX ? Math.exp(x) : x).sum();
      for (int i = 0; i < shares.length; i++) {
        double slope = spec.norm() == WeightedPooling.Norm.SOFTMAX ? Math.exp(params[0][i]) : 1;
        for (int j = 0; j < shares.length; j++) {
          dParams[0][i] += dShares[j] * ((i == j ? 1 : 0) - shares[j]) / sum * slope;
        }
      }
    }
  }

  // The LSTM over layers.

  private DoubleLstm lstm(LstmPooling spec) {
    return new DoubleLstm(depth, 1, hidden, spec.hidden());
  }

  private double[][] lstmVariables(LstmPooling spec, double[][] rows, double[][] params) {
    double[] x = new double[depth * hidden];
    for (int i = 0; i < x.length; i++) {
      x[i] = rows[lstmLayer(spec, i)][lstmColumn(spec, i)];
    }
    return new double[][] {x, new double[spec.hidden()], new double[spec.hidden()], params[0], params[1], params[2], params[3]};
  }

  /** The layer that element i of the (L, C) input comes from; scrambled, it is the (C, L) transpose's element i. */
  private int lstmLayer(LstmPooling spec, int i) {
    return 1 + (spec.layout() == LstmPooling.Layout.LAYERS ? i / hidden : i % depth);
  }

  private int lstmColumn(LstmPooling spec, int i) {
    return spec.layout() == LstmPooling.Layout.LAYERS ? i % hidden : i / depth;
  }

  // Attention.

  /** tanh(W0·h + b0), (T, H). */
  private double[] hiddenLayer(AttentionPooling spec, double[] h, double[][] params) {
    double[] a = new double[h.length / hidden * spec.hidden()];
    for (int i = 0; i < a.length; i++) {
      double sum = params[1][i % spec.hidden()];
      for (int c = 0; c < hidden; c++) {
        sum += params[0][i % spec.hidden() * hidden + c] * h[i / spec.hidden() * hidden + c];
      }
      a[i] = Math.tanh(sum);
    }
    return a;
  }

  private double[] scores(AttentionPooling spec, double[] h, double[][] params) {
    double[] a = hiddenLayer(spec, h, params);
    double[] scores = new double[h.length / hidden];
    for (int t = 0; t < scores.length; t++) {
      scores[t] = params[3][0] + DoubleLayer.dot(params[2], Arrays.copyOfRange(a, t * spec.hidden(), (t + 1) * spec.hidden()));
    }
    return scores;
  }

  private static double[] softmax(double[] scores) {
    double sum = Arrays.stream(scores).map(Math::exp).sum();
    return Arrays.stream(scores).map(x -> Math.exp(x) / sum).toArray();
  }

  private void attentionBack(AttentionPooling spec, double[][] rows, double[][] params, double[] dOut, double[] dH, double[][] dParams) {
    double[] h = rows[index(spec.layer())];
    double[] a = hiddenLayer(spec, h, params);
    double[] p = softmax(scores(spec, h, params));
    double[] dp = new double[p.length];
    for (int i = 0; i < h.length; i++) {
      dp[i / hidden] += dOut[i % hidden] * h[i];
      dH[i] += p[i / hidden] * dOut[i % hidden];
    }
    double mean = DoubleLayer.dot(p, dp);
    for (int t = 0; t < p.length; t++) {
      double ds = p[t] * (dp[t] - mean);
      dParams[3][0] += ds;
      for (int j = 0; j < spec.hidden(); j++) {
        double unit = a[t * spec.hidden() + j];
        dParams[2][j] += ds * unit;
        double dSum = ds * params[2][j] * (1 - unit * unit);
        dParams[1][j] += dSum;
        for (int c = 0; c < hidden; c++) {
          dParams[0][j * hidden + c] += dSum * h[t * hidden + c];
          dH[t * hidden + c] += dSum * params[0][j * hidden + c];
        }
      }
    }
  }

  // Small things.

  private static int count(Pooling spec) {
    return switch (spec) {
      case WeightedPooling weighted -> weighted.weights() == null ? 1 : 0;
      case LstmPooling lstm -> 4;
      case AttentionPooling attention -> 4;
      case JoinedPooling joined -> joined.parts().stream().mapToInt(DoublePooling::count).sum();
      default -> 0;
    };
  }

  private int index(int layer) {
    return layer < 0 ? depth + 1 + layer : layer;
  }

  private List<Integer> layers(LayerList list) {
    List<Integer> layers = new ArrayList<>();
    for (LayerList.Range range : list.ranges()) {
      int to = index(range.to());
      for (int layer = index(range.from()); ; layer += layer < to ? 1 : -1) {
        layers.add(layer);
        if (layer == to) {
          break;
        }
      }
    }
    return layers;
  }

  private static double[] join(double[] a, double[] b) {
    double[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  private static double[][] zeros(double[][] like) {
    return Arrays.stream(like).map(x -> new double[x.length]).toArray(double[][]::new);
  }

  private static void add(double[] x, double[] to) {
    for (int i = 0; i < x.length; i++) {
      to[i] += x[i];
    }
  }
}
