package dev.lanepool.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The peer of {@code lanepool embed}, a process for one text: loads a model into ONNX Runtime and its tokenizer into Hugging Face's
 * tokenizers, and prints the vector.
 *
 * <p>Arguments: MODEL THREADS TEXT; MODEL holds {@code tokenizer.json} and {@code model.onnx}.
 */
public final class OnnxStartup {
  private static final int MAX_LENGTH = 256;

  private OnnxStartup() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    try (OnnxTexts onnx = new OnnxTexts(Path.of(args[0]), Integer.parseInt(args[1]), MAX_LENGTH)) {
      System.out.println(Arrays.toString(onnx.oneByOne(List.of(args[2]))[0]));
    }
  }
}
