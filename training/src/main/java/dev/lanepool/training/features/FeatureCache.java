package dev.lanepool.training.features;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.weights.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A folder of features, one file for each combination of model, texts and what is kept of them, found again by the hash of all that. A file
 * is there whole or not at all, and its checksum is looked at when it is found again: one that was damaged since is made anew. Where the
 * folder outgrows its limit, the files used longest ago go first.
 */
public final class FeatureCache {
  private static final String SUFFIX = ".features";

  /** A file that is being written is written to; one that was not for so long was left behind by a run that was killed. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Path folder;
  private final long limit;

  /** Hears how far encoding is. */
  @FunctionalInterface
  public interface Progress {
    /** @param texts of {@code total} texts are done */
    void at(int texts, int total);
  }

  /**
   * Features and where they came from.
   *
   * @param encoded how many texts the encoder read for them: all, or none where the file was there
   * @param truncated how many texts were longer, with the prompt, than the model takes
   * @param damaged whether a file was there, but not as it was written, so that another took its place
   */
  public record Found(Features features, int encoded, int truncated, boolean damaged) {}

  /**
   * What a cache holds.
   *
   * @param files how many
   * @param bytes that they take together
   */
  public record Contents(int files, long bytes) {}

  /**
   * A cache in a folder, which is made when it is first needed.
   *
   * @param limit the bytes that its files may take together; the file in use may be larger
   */
  public FeatureCache(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * A cache in a temporary folder, which {@code work} has for itself and which is deleted when it is done.
   *
   * @throws UncheckedIOException where there is no room for temporary files
   */
  public static <T> T temporary(Function<FeatureCache, T> work) {
    Path folder;
    try {
      folder = Files.createTempDirectory("lanepool-features");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for temporary files (" + e + ")", e);
    }
    FeatureCache cache = new FeatureCache(folder, Long.MAX_VALUE);
    try {
      return work.apply(cache);
    } finally {
      cache.clear();
      folder.toFile().delete();
    }
  }

  /**
   * The features of these texts that these plans need: from the folder, or by one pass of the encoder over the texts.
   *
   * @throws IllegalArgumentException where a text is too long for the model and the model's options say that this is an error
   * @throws UncheckedIOException where the folder cannot be written to
   */
  public Found get(EmbeddingModel model, List<String> texts, Collection<FeaturePlan> plans, Storage storage, Progress progress) {
    FeatureFormat format = FeatureFormat.of(plans, storage);
    List<int[]> ids = new ArrayList<>(texts.size());
    for (String text : texts) {
      ids.add(model.tokenIds(text));
    }
    int[] lengths = ids.stream().mapToInt(text -> text.length).toArray();
    Path file = folder.resolve(key(model, ids, format) + SUFFIX);
    try {
      Files.createDirectories(folder);
      boolean there = Files.exists(file);
      Features features = there ? Features.ifWhole(file, format, lengths) : null;
      boolean damaged = there && features == null;
      int encoded = 0;
      if (features == null) {
        AtomicFile.write(file, out -> encode(model, ids, format, out, progress));
        encoded = texts.size();
        features = Features.ifWhole(file, format, lengths);
        if (features == null) {
          throw new UncheckedIOException(new IOException(file + ": read back other bytes than were written"));
        }
      }
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      evict(file);
      return new Found(features, encoded, truncated(model, texts, lengths), damaged);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": the cache of features cannot be used (" + e + ")", e);
    }
  }

  private static int truncated(EmbeddingModel model, List<String> texts, int[] lengths) {
    int truncated = 0;
    for (int i = 0; i < lengths.length; i++) {
      truncated += lengths[i] == model.maxLength() && model.isTruncated(texts.get(i)) ? 1 : 0;
    }
    return truncated;
  }

  /**
   * What is there now.
   *
   * @throws UncheckedIOException where the folder cannot be read
   */
  public Contents contents() {
    try {
      List<Path> files = files();
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return new Contents(files.size(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read (" + e + ")", e);
    }
  }

  /**
   * Deletes every file of the cache.
   *
   * @return the bytes that were freed
   * @throws UncheckedIOException where one cannot be deleted
   */
  public long clear() {
    try {
      long bytes = 0;
      for (Path file : files()) {
        bytes += Files.size(file);
        Files.delete(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be cleared (" + e + ")", e);
    }
  }

  private static void encode(EmbeddingModel model, List<int[]> ids, FeatureFormat format, OutputStream out, Progress progress)
      throws IOException {
    Demand demand = Demand.none(model.layers());
    for (Column column : format.columns()) {
      demand = demand.union(column.demand(model.layers()));
    }
    FeatureFormat.Checked checked = new FeatureFormat.Checked(out);
    ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
    for (int first = 0, next; first < ids.size(); first = next) {
      int tokens = ids.get(first).length;
      for (next = first + 1; next < ids.size() && tokens + ids.get(next).length <= model.options().tokenBudget(); next++) {
        tokens += ids.get(next).length;
      }
      try (HiddenStates states = model.encodeIds(ids.subList(first, next), demand)) {
        for (int text = 0; text < states.texts(); text++) {
          float[] record = new float[format.floats(states.length(text))];
          int at = 0;
          for (Column column : format.columns()) {
            column.take(states, text, record, at);
            at += column.floats(states.length(text));
          }
          format.write(record, at, buffer, checked);
        }
      }
      progress.at(next, ids.size());
    }
    checked.finish();
  }

  /** All that the content depends on. The token ids stand for the texts, the tokenizer, the prompt and the length limit. */
  private static String key(EmbeddingModel model, List<int[]> ids, FeatureFormat format) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update((model.fingerprint() + "\n" + model.options().dtype() + "\n" + format.storage() + "\n").getBytes(StandardCharsets.UTF_8));
      for (Column column : format.columns()) {
        hash.update((column.name() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      for (int[] text : ids) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (text.length + 1)).putInt(text.length);
        bytes.asIntBuffer().put(text);
        hash.update(bytes.array());
      }
      return HexFormat.of().formatHex(hash.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Deletes what was used longest ago until the rest fits, and what killed runs left behind. */
  private void evict(Path inUse) throws IOException {
    List<Path> oldestFirst = new ArrayList<>(files());
    oldestFirst.sort(Comparator.comparing(FeatureCache::lastUse));
    long bytes = 0;
    for (Path file : oldestFirst) {
      bytes += Files.size(file);
    }
    for (Path file : oldestFirst) {
      boolean abandoned = !file.toString().endsWith(SUFFIX) && lastUse(file).isBefore(Instant.now().minus(ABANDONED));
      if (!file.equals(inUse) && (abandoned || bytes > limit && file.toString().endsWith(SUFFIX))) {
        bytes -= Files.size(file);
        Files.deleteIfExists(file);
      }
    }
  }

  private static Instant lastUse(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH; // gone meanwhile: another run's doing
    }
  }

  /** The cache's own files: others that lie in the folder are never touched. */
  private List<Path> files() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(SUFFIX)
          || file.getFileName().toString().matches("\\.lanepool-[0-9a-f]+\\.tmp")).toList();
    }
  }
}
