package dev.lanepool.training.features;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.weights.FileFailure;
import dev.lanepool.weights.Sha256;
import dev.lanepool.weights.ShutdownTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of features, one file for each combination of model, texts and what is kept of them (a pooling's vectors, a layer's rows), found
 * again by the hash of all that: whoever asks for other poolings of the same texts pays for those that were never asked for. A file
 * is there whole or not at all, and its checksum is looked at when it is found again: one that was damaged since is made anew. Where the
 * folder outgrows its limit, the files used longest ago go first. Any number of threads and runs may share a folder: whatever they delete,
 * a file that was found or made stays readable for whoever has it.
 */
public final class FeatureCache {
  private static final String SUFFIX = ".features";

  /** The names of its own files, whole or in writing: a folder that was asked for may hold others, with any suffix. */
  private static final Pattern OWN = Pattern.compile("[0-9a-f]{32}\\.features|\\.lanepool-[0-9a-f]+\\.tmp");

  /** Equal names are equal contents, whichever plan a column is of. */
  private static final Comparator<Column> BY_NAME = Comparator.comparing(Column::name);

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
   * @param encoded how many texts the encoder read for them: all, or none where every file was there
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
   * @param limit the bytes that its files may take together; those in use may take more
   * @throws IllegalArgumentException where the limit is negative
   */
  public FeatureCache(Path folder, long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit: found " + limit + " bytes, expected 0 or more");
    }
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * A cache in a temporary folder, which {@code work} has for itself and which is deleted when it is done or the JVM is told to end.
   *
   * @throws UncheckedIOException where there is no room for temporary files
   */
  public static <T> T temporary(Function<FeatureCache, T> work) {
    Path folder;
    try {
      folder = Files.createTempDirectory("lanepool-features");
    } catch (IOException e) {
      String where = System.getProperty("java.io.tmpdir");
      throw new UncheckedIOException(where + ": no temporary folder for features can be made there: " + FileFailure.reason(e), e);
    }
    FeatureCache cache = new FeatureCache(folder, Long.MAX_VALUE);
    try (ShutdownTask _ = new ShutdownTask(cache::deleteAll)) { // which may be gigabytes
      return work.apply(cache);
    } finally {
      cache.deleteAll();
    }
  }

  private void deleteAll() {
    try {
      clear();
      folder.toFile().delete();
    } catch (UncheckedIOException e) {
      warn(folder + ": stays behind (" + e.getMessage() + ")");
    }
  }

  /**
   * The features of these texts that these plans need: from the folder, and what is not there by one pass of the encoder over the texts.
   *
   * @throws IllegalArgumentException where a text is too long for the model and the model's options say that this is an error
   * @throws ArithmeticException where what the model makes of a text is not finite
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where the folder cannot be written to
   */
  public Found get(EmbeddingModel model, List<String> texts, Collection<FeaturePlan> plans, FeatureStorage storage, Progress progress) {
    List<int[]> ids = new ArrayList<>(texts.size());
    for (String text : texts) {
      ids.add(model.tokenIds(ids.size(), text));
    }
    int[] lengths = ids.stream().mapToInt(text -> text.length).toArray();
    int truncated = truncated(model, texts, lengths);
    SequencedMap<Column, Path> files = files(plans, key(model, ids, storage));
    SequencedMap<Column, Path> missing = new TreeMap<>(BY_NAME);
    Map<String, ColumnFile> found = new HashMap<>();
    boolean damaged = false;
    Arena arena = Arena.ofShared();
    try {
      Files.createDirectories(folder);
      for (Map.Entry<Column, Path> file : files.entrySet()) {
        ColumnFile whole = null;
        try (FileChannel there = FileChannel.open(file.getValue(), StandardOpenOption.READ)) {
          whole = ColumnFile.ifWhole(there, file.getKey(), storage, lengths, arena);
          damaged |= whole == null;
        } catch (NoSuchFileException e) {
          // not there, or no more
        }
        if (whole == null) {
          missing.put(file.getKey(), file.getValue());
        } else {
          found.put(file.getKey().name(), whole);
        }
      }
      if (!missing.isEmpty()) {
        new FeaturePass(model, ids, storage, missing, progress).run(lengths, arena, found);
      }
      keepHouse(files.values());
      return new Found(new Features(arena, lengths, found), missing.isEmpty() ? 0 : texts.size(), truncated, damaged);
    } catch (ClosedByInterruptException e) {
      arena.close();
      throw new CancellationException("interrupted while features were read");
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException(folder + ": the cache of features cannot be used: " + FileFailure.reason(e), e);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
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
      List<Entry> entries = entries();
      return new Contents(entries.size(), entries.stream().mapToLong(Entry::bytes).sum());
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Deletes every file of the cache. A run that is writing one has its features nevertheless, but does not keep them.
   *
   * @return the bytes that were freed
   * @throws UncheckedIOException where one cannot be deleted
   */
  public long clear() {
    try {
      long bytes = 0;
      for (Entry entry : entries()) {
        bytes += Files.deleteIfExists(entry.file) ? entry.bytes : 0;
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be cleared: " + FileFailure.reason(e), e);
    }
  }

  /**
   * All that the content depends on but the column. The token ids stand for the texts, the tokenizer, the prompt and the length limit. The
   * kernels are in it although both twins give the same bits, so that a run compares what it computed itself.
   */
  private static byte[] key(EmbeddingModel model, List<int[]> ids, FeatureStorage storage) {
    MessageDigest hash = Sha256.digest();
    String how = String.join("\n",
        model.fingerprint(), Kernels.active().name(), model.options().dtype().toString(), storage.toString(), "");
    hash.update(how.getBytes(StandardCharsets.UTF_8));
    for (int[] text : ids) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (text.length + 1)).putInt(text.length);
      bytes.asIntBuffer().put(text);
      hash.update(bytes.array());
    }
    return hash.digest();
  }

  /** The columns that the plans need, each once, and their files. */
  private SequencedMap<Column, Path> files(Collection<FeaturePlan> plans, byte[] key) {
    SequencedMap<Column, Path> files = new TreeMap<>(BY_NAME);
    for (FeaturePlan plan : plans) {
      for (Column column : plan.columns()) {
        MessageDigest hash = Sha256.digest();
        hash.update(key);
        String name = HexFormat.of().formatHex(hash.digest(column.name().getBytes(StandardCharsets.UTF_8)), 0, 16);
        files.put(column, folder.resolve(name + SUFFIX));
      }
    }
    return files;
  }

  /** Marks files as used and deletes what the folder need not keep. What goes wrong is said, but costs no one the features. */
  private void keepHouse(Collection<Path> inUse) {
    for (Path file : inUse) {
      try {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      } catch (NoSuchFileException e) {
        // deleted by another run, whose limit it did not fit
      } catch (IOException e) {
        warn(file + ": cannot be marked as used (" + e + ")");
      }
    }
    try {
      evict(inUse);
    } catch (IOException | UncheckedIOException e) {
      warn(folder + ": cannot be tidied (" + e + ")");
    }
  }

  static void warn(String what) {
    System.getLogger(FeatureCache.class.getName()).log(System.Logger.Level.WARNING, what);
  }

  /** Deletes what was used longest ago until the rest fits, and what killed runs left behind. */
  private void evict(Collection<Path> inUse) throws IOException {
    List<Entry> oldestFirst = entries();
    oldestFirst.sort(Comparator.comparing(Entry::lastUse));
    Instant abandoned = Instant.now().minus(ABANDONED);
    long bytes = oldestFirst.stream().filter(entry -> !entry.inWriting()).mapToLong(Entry::bytes).sum();
    for (Entry entry : oldestFirst) {
      if (entry.inWriting()) {
        if (entry.lastUse.isBefore(abandoned)) {
          deleted(entry);
        }
      } else if (bytes > limit && !inUse.contains(entry.file) && deleted(entry)) {
        bytes -= entry.bytes;
      }
    }
  }

  /** Whether a file is gone, by whomever. */
  private static boolean deleted(Entry entry) {
    try {
      Files.deleteIfExists(entry.file);
      return true;
    } catch (IOException e) {
      warn(entry.file + ": cannot be deleted (" + e + ")");
      return false;
    }
  }

  /** A file as it was at one moment: other runs use, make and delete files at any time. */
  private record Entry(Path file, long bytes, Instant lastUse) {
    /** Whether it has not got its name yet: another run writes it, or did until it was killed. */
    private boolean inWriting() {
      return !file.toString().endsWith(SUFFIX);
    }
  }

  /** The cache's own files: others that lie in the folder are never touched. */
  private List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.notExists(folder)) {
      return entries;
    }
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (OWN.matcher(file.getFileName().toString()).matches()) {
          try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            entries.add(new Entry(file, now.size(), now.lastModifiedTime().toInstant()));
          } catch (NoSuchFileException e) {
            // gone meanwhile: another run's doing
          }
        }
      }
    }
    return entries;
  }
}
