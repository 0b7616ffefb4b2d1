package dev.lanepool.bench;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The first lines of a file to mean vectors of unit length, tokenisation included, against ONNX Runtime with Hugging Face's tokenizers in
 * this process, one text a run and in sorted padded batches of {@value #BATCH}, and against sentence-transformers in one of its own.
 *
 * <p>Arguments: MODEL PYTHON PEERS TEXT COUNT THREADS PAIRS; MODEL holds {@code model.onnx} too.
 */
public final class TextsComparison {
  private static final int WARM_UPS = 1;
  private static final int BATCH = 32;

  /** Of vectors of unit length, by element: a wrong pooling or mask differs by far more. */
  private static final float TOLERANCE = 1e-3f;

  private TextsComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<String> lines = Files.readAllLines(Path.of(args[3]));
    List<String> texts = lines.subList(0, Math.min(Integer.parseInt(args[4]), lines.size()));
    int threads = Integer.parseInt(args[5]);
    int pairs = Integer.parseInt(args[6]);
    Options options = Options.defaults().withThreads(threads).withPooling("mean").withNormalize(true);
    List<String> python = List.of(
        args[1], args[2] + "/serve.py", "sentence-transformers", args[0], "--threads", args[5], "--texts", args[3]);
    System.out.printf("Lanepool: %s, %d threads. Peer: onnxruntime %s (Java)%n", Kernels.active().name(), threads, OnnxModel.version());
    try (EmbeddingModel model = EmbeddingModel.load(folder, options);
        OnnxTexts onnx = new OnnxTexts(folder, threads, model.maxLength());
        PeerProcess sentences = new PeerProcess(python)) {
      String job = "texts " + texts.size();
      List<float[]> vectors = model.embedAll(texts);
      requireClose(vectors, onnx.oneByOne(texts));
      requireClose(vectors, onnx.inBatches(texts, BATCH));
      sentences.nanos(job);
      for (int i = 0; i < texts.size(); i += 50) {
        requireClose("text " + i, vectors.get(i)[i % 256], (float) sentences.nanos("element " + i + " " + i % 256));
      }
      long tokens = texts.stream().mapToLong(text -> model.tokenIds(text).length).sum();
      System.out.printf("Text: %d lines, %d tokens%n%n", texts.size(), tokens);
      Paired.printHead();
      Paired.compare(texts.size() + " texts", Paired.Unit.MILLISECONDS, WARM_UPS, pairs, () -> Paired.time(() -> model.embedAll(texts)),
          List.of(new Paired.Contender("ONNX Runtime (Java), one text a run", () -> Paired.time(() -> onnx.oneByOne(texts))),
              new Paired.Contender("the same, sorted batches of " + BATCH, () -> Paired.time(() -> onnx.inBatches(texts, BATCH))),
              new Paired.Contender("sentence-transformers", () -> sentences.nanos(job))));
    }
  }

  private static void requireClose(List<float[]> ours, float[][] theirs) {
    for (int text = 0; text < theirs.length; text++) {
      for (int i = 0; i < theirs[text].length; i++) {
        requireClose("text " + text, ours.get(text)[i], theirs[text][i]);
      }
    }
  }

  private static void requireClose(String what, float ours, float theirs) {
    if (!(Math.abs(ours - theirs) <= TOLERANCE)) {
      throw new IllegalStateException(what + ": found " + ours + ", the peer " + theirs);
    }
  }
}
