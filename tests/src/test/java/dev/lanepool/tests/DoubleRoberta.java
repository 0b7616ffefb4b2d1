package dev.lanepool.tests;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.Weights;
import java.util.HashMap;
import java.util.Map;

/**
 * The whole encoder in naive double arithmetic: the definition of truth for every kernel and for the encoder. Its only aims are to be
 * short and obviously right; {@link DoubleRobertaTest} holds it against Hugging Face in float64.
 *
 * <p>Reads the checkpoint by itself, config included, so that it shares no code with the encoder but the decoding of tensors.
 * T tokens, C hidden, F feed-forward, D head width.
 */
final class DoubleRoberta {
  private final Map<String, double[]> parameters = new HashMap<>(); // by Hugging Face's names without prefix
  private final int hidden;
  private final int heads;
  private final int layers;
  private final int padId;
  private final double epsilon;

  DoubleRoberta(ModelSource source) {
    Json config = source.readJson("config.json");
    hidden = config.get("hidden_size").asInt();
    heads = config.get("num_attention_heads").asInt();
    layers = config.get("num_hidden_layers").asInt();
    padId = config.get("pad_token_id").asInt();
    epsilon = config.get("layer_norm_eps").asDouble();
    try (Weights weights = Weights.open(source)) {
      String words = "embeddings.word_embeddings.weight";
      String prefix = weights.names().stream().filter(name -> name.endsWith(words)).findFirst().orElseThrow().replace(words, "");
      for (String name : weights.names()) {
        if (name.matches("\\Q" + prefix + "\\E(embeddings|encoder|pooler)\\..*") && !name.endsWith("_ids")) {
          String canonical = name.substring(prefix.length()).replace(".gamma", ".weight").replace(".beta", ".bias");
          parameters.put(canonical, weights.doubles(name));
        }
      }
    }
  }

  int layers() {
    return layers;
  }

  boolean hasPooler() {
    return parameters.containsKey("pooler.dense.weight");
  }

  /** The embedding output and every layer's output: (L + 1, T, C). */
  double[][][] hiddenStates(int... ids) {
    double[][][] states = new double[layers + 1][][];
    states[0] = embed(ids);
    for (int layer = 0; layer < layers; layer++) {
      states[layer + 1] = block(states[layer], "encoder.layer." + layer + ".");
    }
    return states;
  }

  /** tanh(W x + b) of a last hidden state's first row: (C). */
  double[] pool(double[][] lastHiddenState) {
    double[] pooled = linear(new double[][] {lastHiddenState[0]}, "pooler.dense")[0];
    for (int c = 0; c < hidden; c++) {
      pooled[c] = Math.tanh(pooled[c]);
    }
    return pooled;
  }

  private double[][] embed(int[] ids) {
    double[] words = parameter("embeddings.word_embeddings.weight");
    double[] positions = parameter("embeddings.position_embeddings.weight");
    double[] types = parameter("embeddings.token_type_embeddings.weight");
    double[][] x = new double[ids.length][hidden];
    int last = padId;
    for (int t = 0; t < ids.length; t++) {
      int position = ids[t] == padId ? padId : ++last;
      for (int c = 0; c < hidden; c++) {
        x[t][c] = words[ids[t] * hidden + c] + types[c] + positions[position * hidden + c];
      }
    }
    return layerNorm(x, "embeddings.LayerNorm");
  }

  private double[][] block(double[][] x, String at) {
    double[][] context = attention(
        linear(x, at + "attention.self.query"), linear(x, at + "attention.self.key"), linear(x, at + "attention.self.value"));
    double[][] attended = layerNorm(add(x, linear(context, at + "attention.output.dense")), at + "attention.output.LayerNorm");
    double[][] fed = linear(geluErf(linear(attended, at + "intermediate.dense")), at + "output.dense");
    return layerNorm(add(attended, fed), at + "output.LayerNorm");
  }

  /** softmax(q kT / sqrt(D)) v, head by head: (T, C). */
  private double[][] attention(double[][] q, double[][] k, double[][] v) {
    int tokens = q.length;
    int width = hidden / heads;
    double[][] context = new double[tokens][hidden];
    for (int head = 0; head < heads; head++) {
      for (int t = 0; t < tokens; t++) {
        double[] scores = new double[tokens];
        double largest = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < tokens; s++) {
          for (int c = head * width; c < (head + 1) * width; c++) {
            scores[s] += q[t][c] * k[s][c];
          }
          scores[s] /= Math.sqrt(width);
          largest = Math.max(largest, scores[s]);
        }
        double sum = 0;
        for (int s = 0; s < tokens; s++) {
          scores[s] = Math.exp(scores[s] - largest);
          sum += scores[s];
        }
        for (int s = 0; s < tokens; s++) {
          for (int c = head * width; c < (head + 1) * width; c++) {
            context[t][c] += scores[s] / sum * v[s][c];
          }
        }
      }
    }
    return context;
  }

  /** x WT + b with W (out, in): (T, out). */
  private double[][] linear(double[][] x, String name) {
    double[] weight = parameter(name + ".weight");
    double[] bias = parameter(name + ".bias");
    int in = x[0].length;
    double[][] y = new double[x.length][bias.length];
    for (int t = 0; t < x.length; t++) {
      for (int o = 0; o < bias.length; o++) {
        double sum = bias[o];
        for (int i = 0; i < in; i++) {
          sum += x[t][i] * weight[o * in + i];
        }
        y[t][o] = sum;
      }
    }
    return y;
  }

  private double[][] layerNorm(double[][] x, String name) {
    double[] weight = parameter(name + ".weight");
    double[] bias = parameter(name + ".bias");
    double[][] y = new double[x.length][hidden];
    for (int t = 0; t < x.length; t++) {
      double mean = 0;
      for (double value : x[t]) {
        mean += value / hidden;
      }
      double variance = 0;
      for (double value : x[t]) {
        variance += (value - mean) * (value - mean) / hidden;
      }
      for (int c = 0; c < hidden; c++) {
        y[t][c] = (x[t][c] - mean) / Math.sqrt(variance + epsilon) * weight[c] + bias[c];
      }
    }
    return y;
  }

  private static double[][] add(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][a[0].length];
    for (int t = 0; t < a.length; t++) {
      for (int c = 0; c < a[t].length; c++) {
        sum[t][c] = a[t][c] + b[t][c];
      }
    }
    return sum;
  }

  private static double[][] geluErf(double[][] x) {
    double[][] y = new double[x.length][x[0].length];
    for (int t = 0; t < x.length; t++) {
      for (int f = 0; f < x[t].length; f++) {
        y[t][f] = 0.5 * x[t][f] * (1 + erf(x[t][f] / Math.sqrt(2)));
      }
    }
    return y;
  }

  /** 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)): terms of one sign, so nothing cancels (Abramowitz, Stegun 7.1.6). */
  static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x); // 1 - |erf| is below 2.2e-17
    }
    double term = x;
    double sum = 0;
    for (int n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private double[] parameter(String name) {
    double[] values = parameters.get(name);
    if (values == null) {
      throw new AssertionError("the checkpoint has no " + name + ", only " + parameters.keySet());
    }
    return values;
  }
}
