package dev.lanepool.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document that knows where it stands, so that every wrong type is reported with the file and the path.
 *
 * <p>Reading is strict: UTF-8 only, one value in a document, no duplicate keys, and a value has the type that is asked of it
 * ({@code 1.0} is not an integer, {@code "1"} is not a number). Every accessor throws {@link ModelFileException} otherwise.
 */
public final class Json {
  /**
   * Field names are not canonicalised: a vocabulary's fifty thousand would fill a symbol table that outlives the document, and
   * a hostile file could make them collide.
   */
  static final JsonFactory FACTORY = JsonFactory.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .build();

  private static final int CLIP = 100;

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

  /**
   * As {@link #parse(byte[], String)}, from the buffer's position to its limit.
   *
   * @throws ModelFileException where the bytes are not UTF-8, not JSON, or hold more than one value
   */
  public static Json parse(ByteBuffer bytes, String file) {
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString(), file, false);
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file + ": not valid UTF-8, expected JSON", e);
    }
  }

  /**
   * Parses a document that is one line of a file. Errors give the column alone.
   *
   * @param line how errors name the line, with its file
   * @throws ModelFileException where the text is not JSON, or holds more than one value
   */
  public static Json parseLine(String text, String line) {
    return parse(text, line, true);
  }

  private static Json parse(String text, String file, boolean oneLine) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new ModelFileException(file + ": empty, expected JSON");
      }
      Object value = read(parser);
      if (parser.nextToken() != null) {
        throw new ModelFileException(file + ": more than one JSON value, the second at " + at(parser.currentTokenLocation(), oneLine));
      }
      return new Json(file, "", value);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file + ": not valid JSON" + at(e, oneLine), e);
    } catch (IOException e) {
      throw new AssertionError("reading a string", e);
    }
  }

  /** Where the parser stopped, to append to a message. Why it did is said as far as its own words are not about its settings. */
  static String at(JsonProcessingException e) {
    return at(e, false);
  }

  private static String at(JsonProcessingException e, boolean oneLine) {
    String words = String.valueOf(e.getOriginalMessage());
    String place = e.getLocation() == null ? "" : " at " + at(e.getLocation(), oneLine);
    if (e instanceof StreamConstraintsException) {
      return place + ": nested too deep, or a value too long";
    }
    if (words.startsWith("Unexpected end-of-input")) {
      return place + ": it ends too early";
    }
    return place + (words.contains("Feature.") ? "" : ": " + clip(words, 300));
  }

  private static String at(JsonLocation at, boolean oneLine) {
    return (oneLine ? "" : "line " + at.getLineNr() + ", ") + "column " + at.getColumnNr();
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

  /** Whether this is {@code null}. */
  public boolean isNull() {
    return value == null;
  }

  /** Whether this is an object. */
  public boolean isObject() {
    return value instanceof Map;
  }

  /** Whether this is an array. */
  public boolean isArray() {
    return value instanceof List;
  }

  /** Whether this is a string. */
  public boolean isString() {
    return value instanceof String;
  }

  /**
   * The field, or null where it is absent. An explicit {@code null} is a value for which {@link #isNull()} holds.
   *
   * @throws ModelFileException where this is not an object
   */
  public @Nullable Json find(String name) {
    Map<String, ?> fields = map();
    return fields.containsKey(name) ? new Json(file, child(name), fields.get(name)) : null;
  }

  /**
   * The field, or null where it is absent or its value is {@code null}.
   *
   * @throws ModelFileException where this is not an object
   */
  public @Nullable Json findNonNull(String name) {
    Json field = find(name);
    return field == null || field.isNull() ? null : field;
  }

  /**
   * The field.
   *
   * @throws ModelFileException where it is absent or null, or this is not an object
   */
  public Json get(String name) {
    Json field = findNonNull(name);
    if (field == null) {
      throw new ModelFileException(file + ": " + (path.isEmpty() ? "" : path + ": ") + "the field " + quote(name) + " is missing");
    }
    return field;
  }

  /**
   * The names of an object's fields, in the document's order.
   *
   * @throws ModelFileException where this is not an object
   */
  public Set<String> names() {
    return map().keySet();
  }

  /**
   * Holds an object to the fields that its reader knows: what another one would be ignored for may be what it was written for.
   *
   * @throws ModelFileException where this is not an object, or has a field that is not among {@code known}
   */
  public void checkFields(Set<String> known) {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw new ModelFileException(file + ": " + (path.isEmpty() ? "" : path + ": ") + "unknown field " + quote(name) + ", expected "
            + new TreeSet<>(known));
      }
    }
  }

  /**
   * The elements of an array.
   *
   * @throws ModelFileException where this is not an array
   */
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

  /** @throws ModelFileException where this is not a number that a double holds (1e999 is none) */
  public double asDouble() {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong("a finite number");
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

  /**
   * A string as it is, a number or boolean as text.
   *
   * @throws ModelFileException where this is null, an array or an object
   */
  public String asScalar() {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw wrong("a string, a number or a boolean");
  }

  /**
   * The name of a file or folder that lies directly in the model's own.
   *
   * @throws ModelFileException where this is not a string, or one that could lead elsewhere: empty, {@code .}, {@code ..}, or with a
   *     separator, a colon or a control character in it
   */
  public String asFileName() {
    String name = asString();
    boolean leadsElsewhere = name.isEmpty() || name.equals(".") || name.equals("..")
        || name.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
    if (leadsElsewhere) {
      throw wrong("the plain name of a file in the model's folder");
    }
    return name;
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
      case String string -> "the string " + quote(string);
      default -> clip(value.toString());
    };
  }

  /** The text in quotation marks for an error, shortened where it is long: what a file holds must not flood the message. */
  public static String quote(String text) {
    return '"' + clip(text) + '"';
  }

  /** A text as a document holds it, in quotes: only what must be escaped is. */
  public static String string(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> {
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append(c < 0x20 ? String.format("\\u%04x", c) : String.valueOf((char) c));
      }
    });
    return out.append('"').toString();
  }

  /** The text for an error, shortened where it is long. */
  static String clip(String text) {
    return clip(text, CLIP);
  }

  private static String clip(String text, int limit) {
    return text.length() <= limit ? text : text.substring(0, limit) + "...";
  }

  @SuppressWarnings("unchecked")
  private Map<String, @Nullable Object> map() {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw wrong("an object");
  }

  private String child(String name) {
    return path.isEmpty() ? clip(name) : path + "." + clip(name);
  }
}
