package dev.lanepool.head;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Dropout;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Init;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Sequential;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.Standardize;
import dev.lanepool.nn.Tanh;
import dev.lanepool.pooling.PoolingLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The function that {@link HeadConfig} describes, with its parameters: those of the pooling under their own names, then where there is a
 * hidden layer {@code dense.weight} (H, D) and {@code dense.bias} (H), then {@code out_proj.weight} (N, H or D) and {@code out_proj.bias}
 * (N). The rules of {@link Layer} hold: weights are shared, what a call must remember is in its {@link Cache}.
 */
public final class HeadNetwork {
  private final HeadConfig config;
  private final int layers; // L
  private final int hiddenSize; // C
  private final PoolingLayer<?> pooling;
  private final @Nullable Standardize standardize;
  private final Sequential body; // (B, D) to (B, N)
  private final Linear output;
  private final List<Param> params;
  private final boolean poolingLearns;

  /**
   * With initial values as PyTorch's.
   *
   * @param layers L of the encoder
   * @param hiddenSize C of the encoder
   * @param random gives the initial values and seeds for dropout: the same generator, the same head
   * @throws IllegalArgumentException where the pooling does not fit an encoder of so many layers, or an array cannot hold its weights
   * @throws ArithmeticException where an array cannot hold the weights of another layer
   */
  public HeadNetwork(HeadConfig config, int layers, int hiddenSize, RandomGenerator random) {
    this.config = config;
    this.layers = layers;
    this.hiddenSize = hiddenSize;
    pooling = PoolingLayer.of(config.pooling(), layers, hiddenSize, random);
    poolingLearns = !pooling.params().isEmpty();
    List<Layer<?>> stages = new ArrayList<>();
    standardize = config.standardize() ? new Standardize("standardize", pooling.dimension()) : null;
    if (standardize != null) {
      stages.add(standardize);
    }
    int width = pooling.dimension();
    if (config.hidden() > 0) {
      linear("dense", width, config.hidden(), stages, random);
      stages.add(new Tanh());
      width = config.hidden();
    }
    output = linear("out_proj", width, config.task().outputs(), stages, random);
    body = new Sequential(stages);
    List<Param> all = new ArrayList<>(pooling.params());
    all.addAll(body.params());
    params = List.copyOf(all);
  }

  private Linear linear(String name, int inputs, int outputs, List<Layer<?>> stages, RandomGenerator random) {
    if (config.dropout() > 0) {
      stages.add(new Dropout(config.dropout(), random.nextLong()));
    }
    Linear linear = new Linear(name, inputs, outputs);
    Init.linear(linear, random);
    stages.add(linear);
    return linear;
  }

  /** The memory of one call: the layers' caches, and the pooled vectors and their gradient, 2 · B · D floats. */
  public static final class Cache {
    private final Pooled<?> pooled;
    private final Sequential.Cache body;
    private final Mat vectors; // (B, D)
    private final Mat dVectors; // (B, D)

    private Cache(Pooled<?> pooled, Sequential.Cache body, int texts, int dimension) {
      this.pooled = pooled;
      this.body = body;
      vectors = new Mat(texts, dimension);
      dVectors = new Mat(texts, dimension);
    }
  }

  /** The pooling with its cache, which keeps their types together. */
  private static final class Pooled<C> {
    private final PoolingLayer<C> layer;
    private final C cache;

    private Pooled(PoolingLayer<C> layer, Compute compute, int texts, int rows) {
      this.layer = layer;
      cache = layer.newCache(compute, texts, rows);
    }

    private void infer(HiddenStates states, Mat out) {
      layer.infer(states, out, cache);
    }

    private void forward(HiddenStates states, Mat out) {
      layer.forward(states, out, cache);
    }

    private void backward(Mat dOut, @Nullable StateGradients dStates, Grads grads) {
      layer.backward(dOut, cache, dStates, grads);
    }
  }

  /**
   * Memory for calls with at most so many texts and tokens: the only allocation, but for what a first gradient with respect to hidden
   * states adds.
   *
   * @param texts B
   * @param rows R, the tokens of all texts together
   * @throws IllegalArgumentException where a number is negative
   * @throws ArithmeticException where an array cannot hold what it keeps
   */
  public Cache newCache(Compute compute, int texts, int rows) {
    int dimension = pooling.dimension();
    return new Cache(new Pooled<>(pooling, compute, texts, rows), body.newCache(compute, new Shape(texts, dimension)), texts, dimension);
  }

  /**
   * Scores as after training: nothing is dropped.
   *
   * @param states must hold what the pooling demands
   * @param logits (B, N), resized and overwritten
   * @throws IllegalArgumentException where sizes do not fit
   */
  public void infer(HiddenStates states, Mat logits, Cache cache) {
    cache.pooled.infer(states, cache.vectors);
    body.infer(cache.vectors, logits, cache.body);
  }

  /** The same in training. Throws as {@link #infer}. */
  public void forward(HiddenStates states, Mat logits, Cache cache) {
    cache.pooled.forward(states, cache.vectors);
    body.forward(cache.vectors, logits, cache.body);
  }

  /**
   * Goes back through the last {@link #forward} with this cache, once.
   *
   * @param dLogits (B, N), the loss's gradient with respect to the logits; left as it is
   * @param dStates receives the gradient with respect to the hidden states, added; null where nobody asks for it. The encoder has no way
   *     back: what receives them is the caller's affair
   * @param grads receives the parameters' gradients, added
   * @throws IllegalArgumentException where sizes do not fit, or a parameter has no gradient in {@code grads}
   * @throws IllegalStateException before any {@link #forward}
   */
  public void backward(Mat dLogits, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    boolean further = poolingLearns || dStates != null;
    body.backward(dLogits, cache.body, further ? cache.dVectors : null, grads);
    if (further) {
      cache.pooled.backward(cache.dVectors, dStates, grads);
    }
  }

  /**
   * Pools only, as after training: what {@link #standardize} is fitted to.
   *
   * @param vectors (B, D), resized and overwritten
   * @throws IllegalArgumentException where sizes do not fit
   */
  public void pool(HiddenStates states, Mat vectors, Cache cache) {
    cache.pooled.infer(states, vectors);
  }

  /** To be fitted before training, or null where the configuration has none. */
  public @Nullable Standardize standardize() {
    return standardize;
  }

  /** The last layer, (N, H or D). */
  public Linear output() {
    return output;
  }

  /** What it is made of. */
  public HeadConfig config() {
    return config;
  }

  /** L of the encoder it is for. */
  public int layers() {
    return layers;
  }

  /** C of the encoder it is for. */
  public int hiddenSize() {
    return hiddenSize;
  }

  /** D, the length of a pooled vector. */
  public int dimension() {
    return pooling.dimension();
  }

  /** What is learnt, in checkpoint order. */
  public List<Param> params() {
    return params;
  }

  /** What a file holds: the parameters, then {@code standardize.mean} and {@code standardize.scale} where there are such. */
  public List<Param> tensors() {
    if (standardize == null) {
      return params;
    }
    List<Param> tensors = new ArrayList<>(params);
    tensors.add(standardize.mean());
    tensors.add(standardize.scale());
    return List.copyOf(tensors);
  }

  /** The number of values in {@link #tensors} of such a head, without making it. */
  static long values(HeadConfig config, int layers, int hiddenSize) {
    long dimension = config.pooling().dimension(layers, hiddenSize);
    long outputs = config.task().outputs();
    long hidden = config.hidden();
    long body = hidden == 0 ? outputs * (dimension + 1) : hidden * (dimension + 1) + outputs * (hidden + 1);
    return Math.addExact(PoolingLayer.parameters(config.pooling(), layers, hiddenSize), body + (config.standardize() ? 2 * dimension : 0));
  }
}
