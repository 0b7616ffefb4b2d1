package dev.lanepool.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What several tests need: safetensors bytes made by hand, and the way to the shared data. */
final class Fixtures {
  private Fixtures() {}

  /** A safetensors file as it stands: the header's length, the header, the data. */
  static byte[] safetensors(String header, byte[]... data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    out.writeBytes(little(8).putLong(json.length).array());
    out.writeBytes(json);
    for (byte[] bytes : data) {
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] f32(float... values) {
    ByteBuffer bytes = little(4 * values.length);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  static Path write(Path folder, String name, String text) {
    return write(folder, name, text.getBytes(StandardCharsets.UTF_8));
  }

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs what must be refused and gives the message, which must be one line and hold every fragment. */
  static String refused(Runnable run, String... fragments) {
    String message = Assertions.assertThrows(ModelFileException.class, run::run).getMessage();
    Assertions.assertEquals(1, message.lines().count(), message);
    for (String fragment : fragments) {
      Assertions.assertTrue(message.contains(fragment), () -> "expected <" + fragment + "> in: " + message);
    }
    return message;
  }

  /** A path in the data beside the repository; the test is skipped where there is none. */
  static Path shared(String path) {
    Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve(".ci/run"))) {
      folder = folder.getParent();
    }
    Path found = folder == null ? null : folder.resolveSibling("shared").resolve(path);
    Assumptions.assumeTrue(found != null && Files.exists(found), "no ../shared/" + path + " beside the repository");
    return found;
  }
}
