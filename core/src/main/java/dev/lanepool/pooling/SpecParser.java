package dev.lanepool.pooling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the grammar of {@link Pooling}, left to right. Every error names the character it is about, counted from 1. */
final class SpecParser {
  private static final Pattern WORD = Pattern.compile("[a-z-]+");
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");
  private static final Pattern NUMBER = Pattern.compile("-?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final String NAMES = "a pooling: " + Reduction.NAMES + ", pooler, concat, weighted, lstm or attention";

  private final String spec;
  private int at;
  private int suspect; // where errors that a pooling's record finds are: at the value it checks, if that was given, else at its name

  SpecParser(String spec) {
    this.spec = spec;
  }

  Pooling parse() {
    List<Pooling> parts = new ArrayList<>();
    do {
      parts.add(part());
    } while (take("+"));
    if (at < spec.length()) {
      throw wrong(at, "\"+\" or the end");
    }
    return parts.size() == 1 ? parts.getFirst() : new JoinedPooling(parts);
  }

  private Pooling part() {
    skipSpaces();
    int start = at;
    suspect = start;
    String name = find(WORD, NAMES);
    Supplier<Pooling> pooling = switch (name) {
      case "pooler" -> PoolerOutput::new;
      case "concat" -> {
        Options options = options("layers", "of");
        yield () -> new ConcatPooling(options.layers, options.of);
      }
      case "weighted" -> {
        Options options = options("start", "of", "norm", "weights");
        yield () -> new WeightedPooling(options.start, options.of, options.norm, options.weights);
      }
      case "lstm" -> {
        Options options = options("hidden", "layout");
        yield () -> new LstmPooling(options.hidden == null ? 256 : options.hidden, options.layout);
      }
      case "attention" -> {
        Options options = options("hidden");
        int layer = layer();
        yield () -> new AttentionPooling(options.hidden == null ? 512 : options.hidden, layer);
      }
      default -> {
        Reduction reduction = Reduction.find(name);
        if (reduction == null) {
          throw wrong(start, NAMES);
        }
        int layer = layer();
        yield () -> new TokenPooling(reduction, layer);
      }
    };
    try {
      return pooling.get();
    } catch (IllegalArgumentException e) { // the record does not say where
      throw new IllegalArgumentException(where(suspect) + e.getMessage(), e);
    }
  }

  /** {@code @layer}, or the last layer. */
  private int layer() {
    return take("@") ? integer("a layer") : -1;
  }

  /** What the options of a part may be, and are unless they are given. */
  private static final class Options {
    private LayerList layers = new LayerList(List.of(new LayerList.Range(-1, -4)));
    private Reduction of = Reduction.CLS;
    private int start = 4;
    private WeightedPooling.Norm norm = WeightedPooling.Norm.SUM;
    private @Nullable List<Float> weights;
    private @Nullable Integer hidden;
    private LstmPooling.Layout layout = LstmPooling.Layout.LAYERS;
  }

  private Options options(String... keys) {
    Options options = new Options();
    if (!take("(") || take(")")) {
      return options;
    }
    Set<String> seen = new HashSet<>();
    String expected = "an option: " + String.join(", ", keys);
    do {
      int start = at;
      String key = find(WORD, expected);
      if (!Arrays.asList(keys).contains(key)) {
        throw wrong(start, expected);
      }
      if (!seen.add(key)) {
        throw new IllegalArgumentException(where(start) + "the option " + key + " is given twice");
      }
      require("=");
      if (key.equals("hidden") || key.equals("weights")) {
        suspect = at;
      }
      switch (key) {
        case "layers" -> options.layers = layers();
        case "of" -> options.of = named(Reduction.values());
        case "start" -> options.start = integer("a layer");
        case "norm" -> options.norm = named(WeightedPooling.Norm.values());
        case "weights" -> options.weights = weights();
        case "hidden" -> options.hidden = integer("a width");
        default -> options.layout = named(LstmPooling.Layout.values());
      }
    } while (take(","));
    require(")");
    return options;
  }

  private LayerList layers() {
    List<LayerList.Range> ranges = new ArrayList<>();
    do {
      int from = integer("a layer");
      ranges.add(new LayerList.Range(from, take("..") ? integer("a layer") : from));
    } while (take("/"));
    return new LayerList(ranges);
  }

  private List<Float> weights() {
    List<Float> weights = new ArrayList<>();
    do {
      int start = at;
      float weight = Float.parseFloat(find(NUMBER, "a number"));
      if (Float.isInfinite(weight)) {
        throw wrong(start, "a number that 32-bit floats can hold");
      }
      weights.add(weight);
    } while (take("/"));
    return weights;
  }

  private <E extends Enum<E>> E named(E[] values) {
    String expected = Arrays.stream(values).map(E::toString).collect(Collectors.joining(", "));
    int start = at;
    String name = find(WORD, expected);
    return Arrays.stream(values).filter(value -> value.toString().equals(name)).findFirst().orElseThrow(() -> wrong(start, expected));
  }

  private int integer(String expected) {
    int start = at;
    String digits = find(INTEGER, expected + ", an integer");
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw wrong(start, expected + ", a 32-bit integer");
    }
  }

  private String find(Pattern pattern, String expected) {
    Matcher matcher = pattern.matcher(spec).region(at, spec.length());
    if (!matcher.lookingAt()) {
      throw wrong(at, expected);
    }
    at = matcher.end();
    return matcher.group();
  }

  private boolean take(String sign) {
    skipSpaces();
    boolean there = spec.startsWith(sign, at);
    if (there) {
      at += sign.length();
      skipSpaces();
    }
    return there;
  }

  private void require(String sign) {
    if (!take(sign)) {
      throw wrong(at, sign.equals(")") ? "\",\" or \")\"" : "\"" + sign + "\"");
    }
  }

  private void skipSpaces() {
    while (at < spec.length() && spec.charAt(at) == ' ') {
      at++;
    }
  }

  private IllegalArgumentException wrong(int position, String expected) {
    Matcher word = Pattern.compile("[A-Za-z0-9_.-]+|.", Pattern.DOTALL).matcher(spec).region(position, spec.length());
    String found = word.lookingAt() ? "\"" + word.group() + "\"" : "the end";
    return new IllegalArgumentException(where(position) + "found " + found + ", expected " + expected);
  }

  private String where(int position) {
    return "pooling \"" + spec + "\", character " + (position + 1) + ": ";
  }
}
