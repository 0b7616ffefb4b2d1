package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link JoinedPooling} as a layer. The names of part i's parameters begin with {@code parts.i.}, counted from 0 over all parts. */
final class JoinedLayer implements PoolingLayer<JoinedLayer.Cache> {
  private final JoinedPooling spec;
  private final List<PoolingLayer<?>> parts;
  private final int depth; // L
  private final int hidden; // C
  private final int dimension;

  JoinedLayer(JoinedPooling spec, List<PoolingLayer<?>> parts, int depth, int hidden) {
    this.spec = spec;
    this.parts = List.copyOf(parts);
    this.depth = depth;
    this.hidden = hidden;
    dimension = spec.dimension(depth, hidden);
  }

  /** Keeps what the parts keep, and their vectors and gradients, 2 · B · D. */
  static final class Cache extends BatchCache {
    private final Part<?>[] parts;

    private Cache(List<PoolingLayer<?>> layers, Compute compute, int texts, int rows) {
      super(compute, texts, rows);
      parts = new Part<?>[layers.size()];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = new Part<>(layers.get(i), compute, texts, rows);
      }
    }
  }

  /** A part with its memory, which keeps their types together. */
  private static final class Part<C> {
    private final PoolingLayer<C> layer;
    private final C cache;
    private final Mat out; // (B, its D)
    private final Mat dOut; // (B, its D)

    private Part(PoolingLayer<C> layer, Compute compute, int texts, int rows) {
      this.layer = layer;
      cache = layer.newCache(compute, texts, rows);
      out = new Mat(texts, layer.dimension());
      dOut = new Mat(texts, layer.dimension());
    }

    private void pool(HiddenStates states, Mat all, int column, boolean training) {
      if (training) {
        layer.forward(states, out, cache);
      } else {
        layer.infer(states, out, cache);
      }
      for (int text = 0; text < out.rows(); text++) {
        System.arraycopy(out.data(), text * out.columns(), all.data(), text * all.columns() + column, out.columns());
      }
    }

    private void backward(Mat all, int column, @Nullable StateGradients dStates, Grads grads) {
      dOut.resize(all.rows());
      for (int text = 0; text < all.rows(); text++) {
        System.arraycopy(all.data(), text * all.columns() + column, dOut.data(), text * dOut.columns(), dOut.columns());
      }
      layer.backward(dOut, cache, dStates, grads);
    }
  }

  @Override
  public Pooling spec() {
    return spec;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public Cache newCache(Compute compute, int texts, int rows) {
    return new Cache(parts, compute, texts, rows);
  }

  @Override
  public void infer(HiddenStates states, Mat out, Cache cache) {
    pool(states, out, cache, false);
  }

  @Override
  public void forward(HiddenStates states, Mat out, Cache cache) {
    pool(states, out, cache, true);
  }

  private void pool(HiddenStates states, Mat out, Cache cache, boolean training) {
    cache.begin(this, states, depth, hidden, out);
    int column = 0;
    for (Part<?> part : cache.parts) {
      part.pool(states, out, column, training);
      column += part.out.columns();
    }
  }

  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    cache.remembered(this, dOut);
    int column = 0;
    for (Part<?> part : cache.parts) {
      part.backward(dOut, column, dStates, grads);
      column += part.out.columns();
    }
  }

  @Override
  public List<Param> params() {
    List<Param> params = new ArrayList<>();
    parts.forEach(part -> params.addAll(part.params()));
    return List.copyOf(params);
  }
}
