package dev.lanepool.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document that knows where it stands, so that every wrong type is reported with the file and the path.
 *
 * <p>Reading is strict: UTF-8 only, one value in a document, no duplicate keys, and a value has the type that is asked of it
 * ({@code 1.0} is not an integer, {@code "1"} is not a number). Every accessor throws {@link ModelFileException} otherwise.
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String file;
  private final String path;
  private final @Nullable Object value;

  private Json(String file, String path, @Nullable Object value) {
    this.file = file;
    this.path = path;
    this.value = value;
  }

  /**
   * Parses a whole document.
   *
   * @param bytes UTF-8 text
   * @param file how errors name the document
   * @throws ModelFileException where the bytes are not UTF-8, not JSON, or hold more than one value
   */
  public static Json parse(byte[] bytes, String file) {
    return parse(ByteBuffer.wrap(bytes), file);
  }

  /** As {@link #parse(byte[], String)}, from the buffer's position to its limit. */
  public static Json parse(ByteBuffer bytes, String file) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file + ": not valid UTF-8, expected JSON", e);
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new ModelFileException(file + ": empty, expected JSON");
      }
      Object value = read(parser);
      if (parser.nextToken() != null) {
        throw new ModelFileException(file + ": more than one JSON value, the second at " + at(parser));
      }
      return new Json(file, "", value);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null
          ? "" : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
      throw new ModelFileException(file + ": not valid JSON" + where + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  private static String at(JsonParser parser) {
    return "line " + parser.currentTokenLocation().getLineNr() + ", column " + parser.currentTokenLocation().getColumnNr();
  }

  private static @Nullable Object read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          parser.nextToken();
          fields.put(name, read(parser));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(read(parser));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case VALUE_NULL -> null;
      default -> throw new IllegalStateException("unexpected token " + token);
    };
  }

  /** The document's name, as given to {@link #parse(byte[], String)}. */
  public String file() {
    return file;
  }

  public boolean isNull() {
    return value == null;
  }

  public boolean isObject() {
    return value instanceof Map;
  }

  public boolean isArray() {
    return value instanceof List;
  }

  public boolean isString() {
    return value instanceof String;
  }

  /** The field, or null where it is absent. An explicit {@code null} is a value for which {@link #isNull()} holds. */
  public @Nullable Json find(String name) {
    Map<String, ?> fields = map();
    return fields.containsKey(name) ? new Json(file, child(name), fields.get(name)) : null;
  }

  /** The field; absent or null is an error. */
  public Json get(String name) {
    Json field = find(name);
    if (field == null || field.isNull()) {
      throw new ModelFileException(file + ": " + (path.isEmpty() ? "" : path + ": ") + "the field \"" + name + "\" is missing");
    }
    return field;
  }

  /** The names of an object's fields, in the document's order. */
  public Set<String> names() {
    return map().keySet();
  }

  /** The elements of an array. */
  public List<Json> elements() {
    if (!(value instanceof List<?> list)) {
      throw wrong("an array");
    }
    List<Json> elements = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      elements.add(new Json(file, path + "[" + i + "]", list.get(i)));
    }
    return elements;
  }

  /** @throws ModelFileException where this is not an integer that an int holds */
  public int asInt() {
    long number = asLong();
    if (number != (int) number) {
      throw wrong("a 32-bit integer");
    }
    return (int) number;
  }

  /** @throws ModelFileException where this is not an integer that a long holds */
  public long asLong() {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong("an integer");
  }

  /** @throws ModelFileException where this is not a number */
  public double asDouble() {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong("a number");
  }

  /** @throws ModelFileException where this is not a boolean */
  public boolean asBoolean() {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw wrong("true or false");
  }

  /** @throws ModelFileException where this is not a string */
  public String asString() {
    if (value instanceof String string) {
      return string;
    }
    throw wrong("a string");
  }

  /** An error about this value, in the same words as the accessors': the file, the path, what was found and what was expected. */
  public ModelFileException wrong(String expected) {
    return new ModelFileException(file + ": " + (path.isEmpty() ? "" : path + ": ") + "found " + describe() + ", expected " + expected);
  }

  private String describe() {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> "an object";
      case List<?> list -> "an array";
      case String string -> "the string \"" + (string.length() > 60 ? string.substring(0, 60) + "..." : string) + "\"";
      default -> value.toString();
    };
  }

  @SuppressWarnings("unchecked")
  private Map<String, @Nullable Object> map() {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw wrong("an object");
  }

  private String child(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
