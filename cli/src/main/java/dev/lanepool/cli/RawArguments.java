package dev.lanepool.cli;

import dev.lanepool.weights.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arguments as bytes: what Java cannot decode it gives as U+FFFD, and says nothing. */
final class RawArguments {
  private static final String LOST = "\uFFFD";

  private RawArguments() {}

  /** What is wrong with an argument, or null; null as well where the system does not show the bytes, as only Linux does. */
  static @Nullable String wrong(String... args) {
    if (Arrays.stream(args).noneMatch(argument -> argument.contains(LOST))) {
      return null;
    }
    try {
      Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding"));
      return wrong(Files.readAllBytes(Path.of("/proc/self/cmdline")), charset, args);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * @param commandLine of the process: each argument and a zero, those of the program last
   * @param charset with which Java has decoded it
   */
  static @Nullable String wrong(byte[] commandLine, Charset charset, String... args) {
    List<byte[]> parts = parts(commandLine);
    int first = parts.size() - args.length;
    for (int i = 0; i < args.length && first >= 0; i++) {
      byte[] bytes = parts.get(first + i);
      if (!args[i].contains(LOST) || !args[i].equals(new String(bytes, charset))) {
        continue; // or another argument: they may come from a file as well
      }
      String where = "argument " + (i + 1) + " " + Json.quote(args[i]) + ": found ";
      ByteBuffer in = ByteBuffer.wrap(bytes);
      CharBuffer text = CharBuffer.allocate(bytes.length);
      if (StandardCharsets.UTF_8.newDecoder().decode(in, text, true).isError()) { // in stands before what does not fit
        return where + "the byte 0x" + HexFormat.of().withUpperCase().toHexDigits(in.get()) + ", expected UTF-8";
      }
      if (!text.flip().toString().contains(LOST)) {
        return where + "bytes that are no text in this locale's encoding, " + charset
            + ", expected a locale with UTF-8, such as LC_ALL=C.UTF-8";
      }
    }
    return null;
  }

  private static List<byte[]> parts(byte[] commandLine) {
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        parts.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return parts;
  }
}
