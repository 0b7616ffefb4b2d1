package dev.lanepool.bench;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Texts to mean vectors of unit length as one does it in Java without Lanepool: Hugging Face's tokenizers through JNI, then ONNX Runtime.
 */
final class OnnxTexts implements AutoCloseable {
  private static final long PAD = 1; // RoBERTa's

  private final HuggingFaceTokenizer tokenizer;
  private final OnnxModel model;

  /**
   * @param folder holds {@code tokenizer.json} and {@code model.onnx}
   * @param maxLength the most tokens of a text, special tokens included
   */
  OnnxTexts(Path folder, int threads, int maxLength) throws IOException {
    tokenizer = HuggingFaceTokenizer.builder().optTokenizerPath(folder.resolve("tokenizer.json"))
        .optPadding(false).optTruncation(true).optMaxLength(maxLength).build();
    model = OnnxModel.of(folder.resolve("model.onnx"), threads);
  }

  /** One text a run: nothing is padded. */
  float[][] oneByOne(List<String> texts) {
    float[][] vectors = new float[texts.size()][];
    for (int i = 0; i < vectors.length; i++) {
      Encoding encoding = tokenizer.encode(texts.get(i));
      try (OnnxModel.Call call = model.call(encoding.getIds(), encoding.getAttentionMask(), 1)) {
        float[] states = call.floats();
        int length = encoding.getIds().length;
        vectors[i] = mean(states, 0, length, states.length / length);
      }
    }
    return vectors;
  }

  /** Sorted by their numbers of tokens, the longest first, then so many a run, padded to the longest of them. */
  float[][] inBatches(List<String> texts, int size) {
    Encoding[] encodings = tokenizer.batchEncode(texts);
    int[] order = IntStream.range(0, encodings.length).boxed()
        .sorted(Comparator.comparing(i -> -encodings[i].getIds().length)).mapToInt(i -> i).toArray();
    float[][] vectors = new float[encodings.length][];
    for (int from = 0; from < order.length; from += size) {
      int rows = Math.min(size, order.length - from);
      int length = encodings[order[from]].getIds().length;
      long[] ids = new long[rows * length];
      long[] mask = new long[rows * length];
      Arrays.fill(ids, PAD);
      for (int row = 0; row < rows; row++) {
        long[] own = encodings[order[from + row]].getIds();
        System.arraycopy(own, 0, ids, row * length, own.length);
        Arrays.fill(mask, row * length, row * length + own.length, 1);
      }
      try (OnnxModel.Call call = model.call(ids, mask, rows)) {
        float[] states = call.floats();
        int width = states.length / ids.length;
        for (int row = 0; row < rows; row++) {
          int text = order[from + row];
          vectors[text] = mean(states, row * length * width, encodings[text].getIds().length, width);
        }
      }
    }
    return vectors;
  }

  private static float[] mean(float[] states, int from, int rows, int width) {
    float[] mean = new float[width];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        mean[i] += states[from + row * width + i];
      }
    }
    double square = 0;
    for (float sum : mean) {
      square += (double) sum * sum;
    }
    float scale = (float) (1 / Math.sqrt(square));
    for (int i = 0; i < width; i++) {
      mean[i] *= scale;
    }
    return mean;
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
