package dev.lanepool.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors header, read as a stream so that a hostile one costs no more memory than it has bytes, and checked whole: every tensor's
 * bytes are where the header says, and together they are the file's data, without a hole, an overlap or a rest.
 *
 * <p>Unknown fields of a tensor's entry are skipped, as the reference reader does.
 *
 * @param tensors in the order of their bytes
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
  /** The bytes before the JSON: its length. */
  static final int PREFIX = 8;

  private static final int MAX_LENGTH = 100_000_000;
  private static final int MAX_RANK = 64;

  /** Of tensors, and of metadata. Far more than any model has, and few enough that a hostile header costs no more than its own size. */
  private static final int MAX_ENTRIES = 1 << 18;

  private static final String METADATA = "__metadata__";

  /** How the text begins that a clone without Git LFS has in a large file's place: as a length it would be too large for any header. */
  private static final byte[] LFS_POINTER = "version ".getBytes(StandardCharsets.US_ASCII);

  /**
   * The header's length, checked against the file's size before anything of that length is allocated.
   *
   * @param start the file's first bytes, at least 8 unless the file is shorter
   */
  static int length(String file, byte[] start, long fileSize) {
    if (fileSize < PREFIX) {
      throw new ModelFileException(file + ": found " + fileSize + " bytes, expected at least 8 (the header's length)");
    }
    if (Arrays.equals(start, 0, PREFIX, LFS_POINTER, 0, PREFIX)) {
      throw new ModelFileException(file + ": found a text of " + fileSize + " bytes, as a clone without Git LFS has in a large file's"
          + " place; expected the file itself: run \"git lfs pull\" in its folder, or download it");
    }
    long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (Long.compareUnsigned(length, MAX_LENGTH) > 0) {
      throw new ModelFileException(
          file + ": found a header length of " + Long.toUnsignedString(length) + " bytes, expected at most " + MAX_LENGTH);
    }
    if (length > fileSize - PREFIX) {
      throw new ModelFileException(
          file + ": found a header length of " + length + " bytes, but only " + (fileSize - PREFIX) + " bytes follow");
    }
    return (int) length;
  }

  /**
   * Reads and checks a header.
   *
   * @param dataSize the number of bytes after the header
   */
  static SafetensorsHeader parse(String file, byte[] json, int offset, int length, long dataSize) {
    // A decoder of its own reports malformed bytes, where the charset's default replaces them.
    var reader = new InputStreamReader(new ByteArrayInputStream(json, offset, length), StandardCharsets.UTF_8.newDecoder());
    try (JsonParser parser = Json.FACTORY.createParser(reader)) {
      SafetensorsHeader header = new Reader(file, parser).read();
      return new SafetensorsHeader(inOrder(file, header.tensors, dataSize), header.metadata);
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file + ": the header is not valid UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file + ": the header is not valid JSON" + Json.at(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  private static Map<String, TensorInfo> inOrder(String file, Map<String, TensorInfo> tensors, long dataSize) {
    List<TensorInfo> sorted = new ArrayList<>(tensors.values());
    sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    Map<String, TensorInfo> ordered = LinkedHashMap.newLinkedHashMap(sorted.size());
    long end = 0;
    String previous = "the header";
    for (TensorInfo tensor : sorted) {
      if (tensor.begin() != end) {
        throw new ModelFileException(file + ": tensor " + Json.quote(tensor.name()) + ": found its begin at byte " + tensor.begin()
            + ", expected " + end + ", where " + previous + " ends: " + (tensor.begin() > end ? "a hole" : "an overlap"));
      }
      end = tensor.end();
      previous = "tensor " + Json.quote(tensor.name());
      ordered.put(tensor.name(), tensor);
    }
    if (end != dataSize) {
      throw new ModelFileException(file + ": found " + dataSize + " bytes after the header, expected " + end + ", where " + previous
          + " ends: " + (dataSize < end ? end - dataSize + " bytes are missing" : dataSize - end + " bytes too many"));
    }
    return Collections.unmodifiableMap(ordered);
  }

  /** One pass over the JSON. */
  private static final class Reader {
    private final String file;
    private final JsonParser parser;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private Map<String, String> metadata = Map.of();

    Reader(String file, JsonParser parser) {
      this.file = file;
      this.parser = parser;
    }

    SafetensorsHeader read() throws IOException {
      if (parser.nextToken() == null) {
        throw new ModelFileException(file + ": the header is empty, expected a JSON object");
      }
      expect(JsonToken.START_OBJECT, file + ": the header", "an object");
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        checkUnicode(name);
        checkCount(tensors.size(), "tensors");
        parser.nextToken();
        if (name.equals(METADATA)) {
          metadata = Collections.unmodifiableMap(metadata());
        } else {
          tensors.put(name, tensor(name, file + ": tensor " + Json.quote(name)));
        }
      }
      if (parser.nextToken() != null) {
        throw new ModelFileException(file + ": the header holds more than one JSON value");
      }
      return new SafetensorsHeader(tensors, metadata);
    }

    private Map<String, String> metadata() throws IOException {
      expect(JsonToken.START_OBJECT, file + ": " + METADATA, "an object of strings");
      Map<String, String> values = new LinkedHashMap<>();
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        checkCount(values.size(), "entries of " + METADATA);
        parser.nextToken();
        expect(JsonToken.VALUE_STRING, file + ": " + METADATA + ": " + Json.quote(key), "a string");
        values.put(key, parser.getText());
      }
      return values;
    }

    private TensorInfo tensor(String name, String where) throws IOException {
      expect(JsonToken.START_OBJECT, where, "an object");
      StoredDtype dtype = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        switch (field) {
          case "dtype" -> dtype = dtype(where);
          case "shape" -> shape = naturals(where + ": shape", MAX_RANK);
          case "data_offsets" -> offsets = naturals(where + ": data_offsets", 2);
          default -> parser.skipChildren();
        }
      }
      present(dtype, where, "dtype");
      present(shape, where, "shape");
      present(offsets, where, "data_offsets");
      if (offsets.size() != 2) {
        throw new ModelFileException(where + ": data_offsets: found " + offsets + ", expected a begin and an end");
      }
      TensorInfo info = new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
      checkSize(info, where);
      return info;
    }

    private StoredDtype dtype(String where) throws IOException {
      expect(JsonToken.VALUE_STRING, where + ": dtype", "a string");
      StoredDtype dtype = StoredDtype.parse(parser.getText());
      if (dtype == null) {
        throw new ModelFileException(
            where + ": dtype: found " + Json.quote(parser.getText()) + ", expected one of " + List.of(StoredDtype.values()));
      }
      return dtype;
    }

    /** An array of at most {@code limit} integers that are not negative and fit a long. */
    private List<Long> naturals(String where, int limit) throws IOException {
      expect(JsonToken.START_ARRAY, where, "an array of integers");
      List<Long> numbers = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (numbers.size() == limit) {
          throw new ModelFileException(where + ": found more than " + limit + " numbers, expected at most " + limit);
        }
        expect(JsonToken.VALUE_NUMBER_INT, where, "an integer");
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw new ModelFileException(where + ": found " + Json.clip(parser.getText()) + ", expected at most " + Long.MAX_VALUE);
        }
        if (parser.getLongValue() < 0) {
          throw new ModelFileException(where + ": found " + parser.getLongValue() + ", expected no negative number");
        }
        numbers.add(parser.getLongValue());
      }
      return numbers;
    }

    private static void checkSize(TensorInfo info, String where) {
      if (info.begin() > info.end()) {
        throw new ModelFileException(
            where + ": data_offsets: found the begin " + info.begin() + " after the end " + info.end() + ", expected it before");
      }
      long bits = info.dtype().bits();
      try {
        for (long dimension : info.shape()) {
          bits = Math.multiplyExact(bits, dimension);
        }
      } catch (ArithmeticException e) {
        throw new ModelFileException(where + ": shape: found " + info.shape() + " of " + info.dtype()
            + ", whose size in bits overflows a 64-bit integer", e);
      }
      if (bits % 8 != 0) {
        throw new ModelFileException(where + ": found " + bits + " bits for shape " + info.shape() + " of " + info.dtype()
            + ", expected whole bytes");
      }
      if (bits / 8 != info.bytes()) {
        throw new ModelFileException(where + ": data_offsets: found " + info.bytes() + " bytes from " + info.begin() + " to "
            + info.end() + ", expected " + bits / 8 + " for shape " + info.shape() + " of " + info.dtype());
      }
    }

    /** A lone surrogate can be escaped in JSON but is no text: it could be neither printed nor written back. */
    private void checkUnicode(String name) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
        throw new ModelFileException(file + ": tensor " + Json.quote(name) + ": its name is not valid Unicode (a lone surrogate)");
      }
    }

    private void checkCount(int count, String what) {
      if (count == MAX_ENTRIES) {
        throw new ModelFileException(file + ": found more than " + count + " " + what + ", expected at most " + count);
      }
    }

    private static void present(@Nullable Object value, String where, String field) {
      if (value == null) {
        throw new ModelFileException(where + ": the field \"" + field + "\" is missing");
      }
    }

    private void expect(JsonToken token, String where, String expected) throws IOException {
      if (parser.currentToken() != token) {
        throw new ModelFileException(where + ": found " + found() + ", expected " + expected);
      }
    }

    private String found() throws IOException {
      return switch (parser.currentToken()) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> "the string " + Json.quote(parser.getText());
        case null -> "the end";
        default -> Json.clip(parser.getText());
      };
    }
  }
}
