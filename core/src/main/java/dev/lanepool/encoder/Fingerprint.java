package dev.lanepool.encoder;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.RobertaConfig;
import dev.lanepool.weights.Sha256;
import dev.lanepool.weights.TensorInfo;
import dev.lanepool.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.TreeSet;

/**
 * A name for an encoder that tells it from others: the SHA-256, in hexadecimal digits, of what its tensors' shapes do not say (heads,
 * epsilon, pad id) and of the tensors that the encoder reads, in the order of their stored names: name without prefix, dtype, shape, and up
 * to {@value #WINDOWS} windows of {@value #WINDOW} elements spread evenly over it. So it is cheap, and any training of the encoder changes
 * it.
 */
public final class Fingerprint {
  private static final int WINDOWS = 8;
  private static final int WINDOW = 64;

  private Fingerprint() {}

  /**
   * Reads a model's files anew.
   *
   * @throws ModelFileException where a file is missing or malformed
   */
  public static String of(ModelSource source) {
    RobertaConfig config = RobertaConfig.parse(source.readJson("config.json"));
    try (Weights weights = Weights.open(source)) {
      return of(config, weights);
    }
  }

  static String of(RobertaConfig config, Weights weights) {
    MessageDigest digest = Sha256.digest();
    String beside = "heads " + config.heads() + ", eps " + config.layerNormEps() + ", pad " + config.padTokenId() + "\n";
    digest.update(beside.getBytes(StandardCharsets.UTF_8));
    for (String name : new TreeSet<>(weights.names())) {
      int at = Checkpoint.encoderName(name);
      if (at >= 0) {
        TensorInfo info = weights.info(name);
        digest.update((name.substring(at) + " " + info.dtype() + " " + info.shape() + "\n").getBytes(StandardCharsets.UTF_8));
        sample(weights, name, info.elements(), digest);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void sample(Weights weights, String name, long elements, MessageDigest digest) {
    float[] values = new float[WINDOW];
    ByteBuffer bytes = ByteBuffer.allocate(WINDOW * Float.BYTES);
    int windows = (int) Math.min(WINDOWS, (elements + WINDOW - 1) / WINDOW);
    for (int i = 0; i < windows; i++) {
      int count = (int) Math.min(WINDOW, elements);
      long from = windows == 1 ? 0 : (elements - count) / (windows - 1) * i;
      weights.floats(name, from, values, 0, count);
      bytes.clear().asFloatBuffer().put(values, 0, count);
      digest.update(bytes.limit(count * Float.BYTES));
    }
  }
}
