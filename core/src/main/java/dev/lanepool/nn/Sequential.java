package dev.lanepool.nn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One layer after another. The matrices between them are in the cache. */
public final class Sequential implements Layer<Sequential.Cache> {
  private final List<Layer<?>> layers;
  private final List<Param> params;
  private final int firstLearning; // the first layer that has parameters

  /** @throws IllegalArgumentException where there is no layer */
  public Sequential(Layer<?>... layers) {
    this(List.of(layers));
  }

  /** @throws IllegalArgumentException where there is no layer */
  public Sequential(List<? extends Layer<?>> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a sequence of no layers");
    }
    this.layers = List.copyOf(layers);
    params = this.layers.stream().flatMap(layer -> layer.params().stream()).toList();
    int first = 0;
    while (first < layers.size() && layers.get(first).params().isEmpty()) {
      first++;
    }
    firstLearning = first;
  }

  /** The layers' caches and, between two layers each, an output and its gradient: 2 · R floats for each column. */
  public static final class Cache {
    private final Stage<?>[] stages;

    private Cache(Stage<?>[] stages) {
      this.stages = stages;
    }
  }

  /** A layer with its cache, its output where another layer follows, and the gradient with respect to that. */
  private static final class Stage<C> {
    private final Layer<C> layer;
    private final C cache;
    private final Shape most; // of its output
    private final @Nullable Mat between;
    private final @Nullable Mat dBetween;

    private Stage(Layer<C> layer, Compute compute, Shape input, boolean last) {
      this.layer = layer;
      cache = layer.newCache(compute, input);
      most = layer.outputShape(input);
      between = last ? null : new Mat(most.rows(), most.columns());
      dBetween = last ? null : new Mat(most.rows(), most.columns());
    }

    private Mat infer(Mat x, Mat y) {
      Mat to = between == null ? y : between;
      layer.infer(x, to, cache);
      return to;
    }

    private Mat forward(Mat x, Mat y) {
      Mat to = between == null ? y : between;
      layer.forward(x, to, cache);
      return to;
    }

    private void backward(Mat dy, @Nullable Mat dx, Grads grads) {
      layer.backward(dBetween == null ? dy : dBetween, cache, dx, grads);
    }
  }

  @Override
  public Shape outputShape(Shape x) {
    Shape shape = x;
    for (Layer<?> layer : layers) {
      shape = layer.outputShape(shape);
    }
    return shape;
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    Stage<?>[] stages = new Stage<?>[layers.size()];
    Shape shape = most;
    for (int i = 0; i < stages.length; i++) {
      stages[i] = new Stage<>(layers.get(i), compute, shape, i == stages.length - 1);
      shape = stages[i].most;
    }
    return new Cache(stages);
  }

  @Override
  public void infer(Mat x, Mat y, Cache cache) {
    Mat value = x;
    for (Stage<?> stage : cache.stages) {
      value = stage.infer(value, y);
    }
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    Mat value = x;
    for (Stage<?> stage : cache.stages) {
      value = stage.forward(value, y);
    }
  }

  /** Where nobody asks for dx, it stops at the first layer that has parameters. */
  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    int first = dx == null ? firstLearning : 0;
    for (int i = cache.stages.length - 1; i >= first; i--) {
      Mat into = i == 0 ? dx : i == first && dx == null ? null : cache.stages[i - 1].dBetween;
      cache.stages[i].backward(dy, into, grads);
    }
  }

  @Override
  public List<Param> params() {
    return params;
  }
}
