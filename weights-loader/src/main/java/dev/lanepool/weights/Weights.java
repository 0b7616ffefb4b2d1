package dev.lanepool.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors in one safetensors file or in shards, read on demand.
 *
 * <p>Opening reads and checks the headers only. A read maps the bytes it needs, a window at a time, and unmaps them before it returns, so
 * what is decoded is never resident twice. Any number of threads may read; a read is not interruptible. {@link #close} waits for reads
 * under way; a read after it is an {@link IllegalStateException}.
 *
 * <p>Every method that takes a tensor's name throws {@link ModelFileException} where there is no such tensor or its dtype is not one that
 * the method decodes, or the file was made shorter since it was opened, and {@link java.io.UncheckedIOException} where the file cannot be
 * read.
 */
public final class Weights implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final List<String> PICKLES = List.of("pytorch_model.bin", "pytorch_model.bin.index.json");

  private final String label;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> owners;

  private Weights(String label, Collection<SafetensorsFile> files, Map<String, SafetensorsFile> owners) {
    this.label = label;
    this.files = List.copyOf(files);
    this.owners = Collections.unmodifiableMap(owners);
  }

  /**
   * Opens a model's weights: {@code model.safetensors}, else the shards that {@code model.safetensors.index.json} lists. With shards the
   * index is the authority: a tensor that it does not list is not part of the model.
   *
   * @throws ModelFileException where neither exists, a shard or a tensor of the index is missing, or a file breaks a rule of its format
   * @throws java.io.UncheckedIOException where a file cannot be read
   */
  public static Weights open(ModelSource source) {
    SafetensorsFile single = find(source, SINGLE);
    if (single != null) {
      return of(single);
    }
    Json index = source.findJson(INDEX);
    if (index != null) {
      return shards(source, index);
    }
    String found = PICKLES.stream().filter(source::exists).findFirst()
        .map(name -> "; found " + name + ", pickled weights, which are not supported: convert it to safetensors").orElse("");
    throw new ModelFileException(source.describe(SINGLE) + ": no such file, and no " + INDEX + " beside it" + found);
  }

  /**
   * Opens one safetensors file, by memory map.
   *
   * @throws ModelFileException where there is no such file or it breaks a rule of its format
   * @throws java.io.UncheckedIOException where it cannot be read
   */
  public static Weights open(Path file) {
    return of(SafetensorsFile.open(file));
  }

  /**
   * Reads a safetensors file from its bytes, which are kept, not copied.
   *
   * @param file how errors name it
   * @throws ModelFileException where it breaks a rule of its format
   */
  public static Weights of(String file, byte[] bytes) {
    return of(SafetensorsFile.of(file, bytes));
  }

  private static Weights of(SafetensorsFile file) {
    Map<String, SafetensorsFile> owners = new LinkedHashMap<>();
    file.tensors().keySet().forEach(name -> owners.put(name, file));
    return new Weights(file.name(), List.of(file), owners);
  }

  private static @Nullable SafetensorsFile find(ModelSource source, String name) {
    if (source instanceof ModelSource.Folder folder) { // no switch over types, which takes a JVM 10 ms at its start
      return folder.exists(name) ? SafetensorsFile.open(folder.path().resolve(name)) : null;
    }
    byte[] bytes = source.find(name);
    return bytes == null ? null : SafetensorsFile.of(source.describe(name), bytes);
  }

  private static Weights shards(ModelSource source, Json index) {
    Json weightMap = index.get("weight_map");
    Map<String, SafetensorsFile> shards = new TreeMap<>();
    Map<String, SafetensorsFile> owners = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    boolean opened = false;
    try {
      for (String name : weightMap.names()) {
        String fileName = weightMap.get(name).asFileName();
        SafetensorsFile shard = shards.get(fileName);
        if (shard == null) {
          shard = find(source, fileName);
          if (shard == null) {
            throw new ModelFileException(source.describe(fileName) + ": no such file, but " + index.file() + " names it as a shard");
          }
          shards.put(fileName, shard);
        }
        if (shard.tensors().containsKey(name)) {
          owners.put(name, shard);
        } else {
          missing.add(Json.quote(name) + " in " + fileName);
        }
      }
      if (!missing.isEmpty()) {
        throw new ModelFileException(index.file() + ": tensors that are not in the shard it names: " + list(missing));
      }
      opened = true;
      return new Weights(index.file(), shards.values(), owners);
    } finally {
      if (!opened) {
        shards.values().forEach(SafetensorsFile::close);
      }
    }
  }

  private static String list(List<String> items) {
    int shown = Math.min(items.size(), 20);
    String rest = items.size() > shown ? " and " + (items.size() - shown) + " more" : "";
    return items.stream().limit(shown).collect(Collectors.joining(", ")) + rest;
  }

  /** The tensors' names: in the order of their bytes for one file, in the index's order for shards. */
  public Set<String> names() {
    return owners.keySet();
  }

  /** Whether there is such a tensor. */
  public boolean contains(String name) {
    return owners.containsKey(name);
  }

  /**
   * What the header says of a tensor. Works after {@link #close} too.
   *
   * @throws ModelFileException where there is no such tensor
   */
  public TensorInfo info(String name) {
    TensorInfo info = owner(name).tensors().get(name);
    if (info == null) {
      throw new AssertionError(describe(name));
    }
    return info;
  }

  /**
   * As {@link #info}, checking the shape.
   *
   * @param shape what the caller expects; nothing for a scalar
   * @throws ModelFileException where there is no such tensor, or the shapes differ; it names both
   */
  public TensorInfo expectShape(String name, long... shape) {
    TensorInfo info = info(name);
    List<Long> expected = Arrays.stream(shape).boxed().toList();
    if (!info.shape().equals(expected)) {
      throw new ModelFileException(describe(name) + ": found shape " + info.shape() + ", expected " + expected);
    }
    return info;
  }

  /** The {@code __metadata__} of the file; of all shards together, where a later file's value wins. */
  public Map<String, String> metadata() {
    Map<String, String> all = new LinkedHashMap<>();
    files.forEach(file -> all.putAll(file.metadata()));
    return Collections.unmodifiableMap(all);
  }

  /**
   * What tells these files from others that are put in their places later: names, sizes, times of change and, where the system has them,
   * keys. Of bytes in memory, which stay as they are, the names alone. Works after {@link #close} too.
   */
  public String stamp() {
    return files.stream().map(SafetensorsFile::stamp).collect(Collectors.joining("; "));
  }

  /** How errors name a tensor: its file and its name. The tensor need not exist. */
  public String describe(String name) {
    SafetensorsFile owner = owners.get(name);
    return (owner == null ? label : owner.name()) + ": tensor " + Json.quote(name);
  }

  /**
   * A whole tensor of F32, F16, BF16 or F64 as floats, row-major. F64 is rounded to nearest, to infinity beyond the range of float.
   *
   * @throws ModelFileException where there is no such tensor, or it is of another type
   * @throws IllegalArgumentException where it has more elements than one array holds
   * @throws IllegalStateException after {@link #close}
   */
  public float[] floats(String name) {
    float[] values = new float[length(name)];
    floats(name, 0, values, 0, values.length);
    return values;
  }

  /**
   * As {@link #floats(String)}, some elements only, so that a large tensor can be packed without a whole copy of it.
   *
   * @param from the first element, in the tensor's row-major order
   * @param dst receives {@code count} elements from {@code offset} on
   * @throws ModelFileException where there is no such tensor, or it is of another type
   * @throws IllegalArgumentException where the range leaves the tensor or {@code dst}
   * @throws IllegalStateException after {@link #close}
   */
  public void floats(String name, long from, float[] dst, int offset, int count) {
    checkRange(name, from, dst.length, offset, count);
    Decoder.OfFloat decoder = Decoder.floats(info(name).dtype());
    if (decoder == null) {
      throw undecodable(name, "F32, F16, BF16 or F64");
    }
    read(name, from, count, (window, at, n) -> decoder.decode(window, dst, offset + at, n));
  }

  /**
   * A whole tensor of F64, F32, F16 or BF16 as doubles, exactly.
   *
   * @throws ModelFileException where there is no such tensor, or it is of another type
   * @throws IllegalArgumentException where it has more elements than one array holds
   * @throws IllegalStateException after {@link #close}
   */
  public double[] doubles(String name) {
    double[] values = new double[length(name)];
    Decoder.OfDouble decoder = Decoder.doubles(info(name).dtype());
    if (decoder == null) {
      throw undecodable(name, "F64, F32, F16 or BF16");
    }
    read(name, 0, values.length, (window, at, n) -> decoder.decode(window, values, at, n));
    return values;
  }

  /**
   * A whole tensor of I64 or I32 as longs.
   *
   * @throws ModelFileException where there is no such tensor, or it is of another type
   * @throws IllegalArgumentException where it has more elements than one array holds
   * @throws IllegalStateException after {@link #close}
   */
  public long[] longs(String name) {
    long[] values = new long[length(name)];
    Decoder.OfLong decoder = Decoder.longs(info(name).dtype());
    if (decoder == null) {
      throw undecodable(name, "I64 or I32");
    }
    read(name, 0, values.length, (window, at, n) -> decoder.decode(window, values, at, n));
    return values;
  }

  /**
   * Elements of an F16 or BF16 tensor as their 16-bit patterns, for whoever keeps them as they are stored.
   *
   * @throws ModelFileException where there is no such tensor, or it is of another type
   * @throws IllegalArgumentException where the range leaves the tensor or {@code dst}
   * @throws IllegalStateException after {@link #close}
   */
  public void halfBits(String name, long from, short[] dst, int offset, int count) {
    checkRange(name, from, dst.length, offset, count);
    StoredDtype dtype = info(name).dtype();
    if (dtype != StoredDtype.F16 && dtype != StoredDtype.BF16) {
      throw undecodable(name, "F16 or BF16");
    }
    read(name, from, count, (window, at, n) -> Decoder.shorts(window, dst, offset + at, n));
  }

  /**
   * Closes every file. Waits for reads under way. Closing twice is the same as once.
   *
   * @throws java.io.UncheckedIOException where the system cannot close a file
   */
  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }

  private SafetensorsFile owner(String name) {
    SafetensorsFile owner = owners.get(name);
    if (owner == null) {
      throw new ModelFileException(label + ": no tensor " + Json.quote(name) + " among its " + owners.size());
    }
    return owner;
  }

  private int length(String name) {
    long elements = info(name).elements();
    if (elements > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(describe(name) + ": " + elements + " elements, more than one array holds: read it in ranges");
    }
    return (int) elements;
  }

  private void checkRange(String name, long from, int length, int offset, int count) {
    long elements = info(name).elements();
    if (from < 0 || count < 0 || from > elements - count) {
      throw new IllegalArgumentException(describe(name) + ": " + count + " elements from " + from + " on, but it has " + elements);
    }
    if (offset < 0 || offset > length - count) {
      throw new IllegalArgumentException(describe(name) + ": " + count + " elements do not fit at " + offset + " of " + length);
    }
  }

  private ModelFileException undecodable(String name, String supported) {
    return new ModelFileException(describe(name) + ": found dtype " + info(name).dtype() + ", expected " + supported);
  }

  private interface Sink {
    void accept(MemorySegment window, int at, int count);
  }

  private void read(String name, long from, int count, Sink sink) {
    TensorInfo info = info(name);
    int width = info.dtype().bits() / 8;
    owner(name).read(info.begin() + from * width, (long) count * width,
        (window, at) -> sink.accept(window, (int) (at / width), (int) (window.byteSize() / width)));
  }
}
