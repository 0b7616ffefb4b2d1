package dev.lanepool.head;

import dev.lanepool.nn.Param;
import dev.lanepool.pooling.AttentionPooling;
import dev.lanepool.pooling.JoinedPooling;
import dev.lanepool.pooling.LstmPooling;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.Reduction;
import dev.lanepool.pooling.TokenPooling;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Heads trained with PyTorch, from state dicts that were saved as safetensors files. Who imports says what the pooling is, since a state
 * dict does not; its tensors are found by their last names, whatever attributes of modules stand before them:
 *
 * <table>
 * <caption>Names in a state dict; X is what the attribute was called, or nothing</caption>
 * <tr><th>pooling</th><th>spec</th><th>tensors</th></tr>
 * <tr><td>CLS</td><td>{@code cls}, or {@code pooler} where {@code outputs[1]} was read</td><td>none</td></tr>
 * <tr><td>mean, max, mean and max</td><td>{@code mean}, {@code max}, {@code mean-max}</td><td>none</td></tr>
 * <tr><td>concatenation</td><td>{@code concat(layers=-1..-4,of=cls)}</td><td>none</td></tr>
 * <tr><td>LSTM</td><td>{@code lstm(hidden=H)}, or with {@code layout=scrambled}</td><td>{@code X.lstm.weight_ih_l0}, {@code
 * X.lstm.weight_hh_l0}, {@code X.lstm.bias_ih_l0}, {@code X.lstm.bias_hh_l0}</td></tr>
 * <tr><td>weighted layers</td><td>{@code weighted(start=S,of=cls)}</td><td>{@code X.layer_weights}; none where the weights were
 * given</td></tr>
 * <tr><td>attention</td><td>{@code attention(hidden=H)}</td><td>{@code X.0.weight}, {@code X.0.bias}, {@code X.2.weight},
 * {@code X.2.bias}</td></tr>
 * <tr><td>the linear layer after any</td><td></td><td>{@code X.weight} (N, D), {@code X.bias} (N): what is left</td></tr>
 * </table>
 *
 * <p>Tensors of an encoder in the same file are passed over, with a notice.
 */
public final class TorchHeads {
  private static final List<String> ENCODER_PARTS = List.of("embeddings.", "encoder.layer.", "pooler.dense.");

  private TorchHeads() {}

  /**
   * A head and what to know of it.
   *
   * @param notices where it does not do what the code that trained it did, or may not; empty for most poolings
   */
  public record Imported(HeadNetwork network, List<String> notices) {

    /** Copies the notices. */
    public Imported {
      notices = List.copyOf(notices);
    }
  }

  /**
   * Reads a head that is a pooling and one linear layer.
   *
   * @param file a safetensors file with the state dict
   * @param pooling one part; a joined pooling is fine where at most one of its parts learns
   * @param layers L of the encoder
   * @param hiddenSize C of the encoder
   * @throws ModelFileException where the file is malformed, a tensor is missing, is there twice, has another shape, holds what is not
   *     finite or is left over; it says which
   * @throws IllegalArgumentException where the pooling does not fit such an encoder, or more than one of its parts learns
   */
  public static Imported load(Path file, Pooling pooling, HeadTask task, int layers, int hiddenSize) {
    if (pooling instanceof JoinedPooling joined && joined.parts().stream().filter(Pooling::learns).count() > 1) {
      throw new IllegalArgumentException("pooling \"" + pooling + "\": more than one part learns, whose tensors have the same names");
    }
    HeadNetwork network = new HeadNetwork(HeadConfig.of(pooling, task), layers, hiddenSize, new SplittableRandom(0));
    List<String> notices = new ArrayList<>();
    try (Weights weights = Weights.open(file)) {
      TreeSet<String> left = new TreeSet<>(weights.names());
      if (left.removeIf(name -> ENCODER_PARTS.stream().anyMatch(name::contains))) {
        notices.add("the file holds tensors of an encoder too, which are not read: a head trained together with its encoder works on that"
            + " encoder only");
      }
      List<Param> params = network.params();
      read(params.subList(0, params.size() - 2), weights, left);
      read(params.subList(params.size() - 2, params.size()), weights, left);
      if (!left.isEmpty()) {
        throw new ModelFileException(file + ": tensors that are no part of " + pooling + " and a linear layer: " + left);
      }
    }
    notices(pooling, notices);
    return new Imported(network, notices);
  }

  /** Reads the parameters of one module, which stand under one name of an attribute, and takes them off the list. */
  private static void read(List<Param> params, Weights weights, TreeSet<String> left) {
    if (params.isEmpty()) {
      return;
    }
    String first = suffix(params.getFirst());
    List<String> prefixes = left.stream().filter(name -> name.equals(first) || name.endsWith("." + first))
        .map(name -> name.substring(0, name.length() - first.length()))
        .filter(prefix -> params.stream().allMatch(param -> left.contains(prefix + suffix(param)))).toList();
    if (prefixes.size() != 1) {
      String wanted = String.join(", ", params.stream().map(param -> "X." + suffix(param)).toList());
      throw new ModelFileException(weights.describe(prefixes.isEmpty() ? first : prefixes.getFirst() + first) + ": expected " + wanted
          + " under one name X, found " + (prefixes.isEmpty() ? "none" : "them under " + prefixes) + " among " + left);
    }
    for (Param param : params) {
      String name = prefixes.getFirst() + suffix(param);
      weights.expectShape(name, param.shape());
      weights.floats(name, 0, param.values(), 0, param.values().length);
      for (float value : param.values()) {
        if (!Float.isFinite(value)) {
          throw new ModelFileException(weights.describe(name) + ": found " + value + ", expected finite numbers");
        }
      }
      param.changed();
      left.remove(name);
    }
  }

  /** A parameter's name as every state dict ends it: without the part of a joined pooling, the attribute of a sequence, or our own. */
  private static String suffix(Param param) {
    return param.name().replaceFirst("^parts\\.\\d+\\.", "").replaceFirst("^(attention|out_proj)\\.", "");
  }

  private static void notices(Pooling pooling, List<String> notices) {
    switch (pooling) {
      case AttentionPooling _ -> notices.add("attention: code that takes the softmax without a mask weighs padding too, which cannot be"
          + " reproduced: here padding never takes part, so that results equal PyTorch's for texts that were not padded");
      case LstmPooling lstm when lstm.layout() == LstmPooling.Layout.LAYERS -> notices.add("lstm: a step is a layer; code that stacks the"
          + " layers with dim=-1 and then calls view mixes them: load such a head with layout=scrambled");
      case TokenPooling token when token.reduction() == Reduction.CLS -> notices.add("cls: row 0 of the hidden states; code that reads"
          + " outputs[1] gets the tanh pooler's output: load such a head with the pooling \"pooler\"");
      case JoinedPooling joined -> joined.parts().forEach(part -> notices(part, notices));
      default -> { }
    }
  }
}
