package dev.lanepool.training.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lanepool.pooling.Pooling;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of more than is checked in one go. */
class ColumnFileTest {
  private static final int WIDTH = 1 << 16;
  private static final int[] LENGTHS = new int[260]; // of 256 KB each: 65 MB
  private static final Column COLUMN = new Column.Pooled(Pooling.parse("mean"), WIDTH);

  @TempDir
  private Path folder;

  private static float[] row(int text) {
    float[] row = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      row[i] = (text * 31 + i) % 1009;
    }
    return row;
  }

  private static @Nullable ColumnFile open(FileChannel channel, Arena arena) throws IOException {
    return ColumnFile.ifWhole(channel, COLUMN, FeatureStorage.F32, LENGTHS, arena);
  }

  @Test
  void eachOfItsBytesCountsAndEachOfItsTextsIsFound() throws IOException {
    Path file = folder.resolve("file");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      ColumnFile.Writer writer = new ColumnFile.Writer(out, FeatureStorage.F32);
      for (int text = 0; text < LENGTHS.length; text++) {
        writer.write(row(text));
      }
      writer.finish();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      ColumnFile whole = Objects.requireNonNull(open(channel, arena));
      for (int text : new int[] {0, 1, 254, 255, 256, 259}) {
        float[] found = new float[WIDTH];
        whole.read(text, found, 0);
        assertArrayEquals(row(text), found, "text " + text);
      }
      for (long at : new long[] {32, (1 << 26) - 1, 1 << 26, (1 << 26) + 1, channel.size() - 9}) {
        ByteBuffer one = ByteBuffer.allocate(1);
        assertEquals(1, channel.read(one, at));
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), at);
        assertNull(open(channel, arena), "byte " + at);
        channel.write(one.flip(), at);
      }
      assertNotNull(open(channel, arena));
    }
  }
}
