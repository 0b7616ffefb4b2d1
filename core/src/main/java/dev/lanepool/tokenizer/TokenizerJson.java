package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code tokenizer.json}: a pipeline of parts, each of which is supported or refused by name. */
final class TokenizerJson {
  private final JsonCursor cursor;
  private int vocabAt = -1;
  private int mergesAt = -1;
  private final Json root;
  private final Json model;
  private final BytePairBuilder builder;

  private TokenizerJson(byte[] bytes, String file) {
    cursor = new JsonCursor(bytes, file);
    root = Json.parse(withoutLargeParts().getBytes(StandardCharsets.UTF_8), file);
    model = root.get("model");
    checkModel();
    builder = new BytePairBuilder(TokenizerFiles.readVocabulary(at(vocabAt, "vocab"), file));
  }

  /**
   * What other files say, and this one's pipeline gives way to; null where they are silent.
   *
   * @param truncationSide {@code left} or {@code right}
   * @param padToken the padding token where the vocabulary has it
   */
  record Overrides(
      @Nullable String truncationSide, String padToken, @Nullable Boolean addPrefixSpace, @Nullable Boolean trimOffsets) {}

  static Tokenizer read(byte[] bytes, String file, Overrides overrides) {
    return new TokenizerJson(bytes, file).build(overrides);
  }

  /**
   * The document with null for the vocabulary and the merges, which are nearly all of it: reading them as a tree of values would take
   * longer than all else that loading a small model does. Notes where they are.
   */
  private String withoutLargeParts() {
    StringBuilder rest = new StringBuilder();
    int copied = 0;
    for (boolean more = cursor.open('{', '}'); more; more = cursor.more('}')) {
      boolean isModel = name().equals("model");
      if (!isModel || cursor.peek() != '{') {
        cursor.skipValue();
        continue;
      }
      for (boolean moreParts = cursor.open('{', '}'); moreParts; moreParts = cursor.more('}')) {
        String name = name();
        cursor.peek();
        int start = cursor.place();
        cursor.skipValue();
        if (name.equals("vocab") || name.equals("merges")) {
          rest.append(cursor.text(copied, start)).append("null");
          copied = cursor.place();
          vocabAt = name.equals("vocab") ? start : vocabAt;
          mergesAt = name.equals("merges") ? start : mergesAt;
        }
      }
    }
    return rest.append(cursor.text(copied, cursor.length())).toString();
  }

  private String name() {
    cursor.string();
    String name = new String(cursor.chars, cursor.from, cursor.to - cursor.from);
    cursor.expect(':');
    return name;
  }

  private JsonCursor at(int place, String name) {
    if (place < 0) {
      throw new ModelFileException(root.file() + ": model: the field \"" + name + "\" is missing");
    }
    cursor.moveTo(place);
    return cursor;
  }

  private Tokenizer build(Overrides overrides) {
    Json normalizer = root.findNonNull("normalizer");
    if (normalizer != null) {
      throw unsupported(normalizer, "null");
    }
    boolean piped = preTokenizer();
    boolean addPrefixSpace = overrides.addPrefixSpace == null ? piped : overrides.addPrefixSpace;
    Json decoder = root.findNonNull("decoder"); // without one, decoding gives the bytes that the tokens were made of just so
    if (decoder != null && !type(decoder).equals("ByteLevel")) {
      throw unsupported(decoder, "ByteLevel, or null");
    }
    Json added = root.findNonNull("added_tokens");
    if (added != null) {
      for (Json token : added.elements()) {
        builder.addUnlessPresent(AddedToken.read(token, token.get("id").asInt(), false));
      }
    }
    readMerges();
    Json unknown = model.findNonNull("unk_token");
    boolean cutsLeft = overrides.truncationSide == null ? truncatesLeft() : overrides.truncationSide.equals("left");
    PostProcessor post = postProcessor();
    post = new PostProcessor(post.single(), post.pair(), overrides.trimOffsets == null ? post.trimOffsets() : overrides.trimOffsets,
        overrides.addPrefixSpace == null ? post.addPrefixSpace() : overrides.addPrefixSpace);
    return builder.build(unknown == null ? null : unknown.asString(), addPrefixSpace, post, cutsLeft, overrides.padToken);
  }

  /** Of a truncation that is stored, the direction alone counts: how many tokens stay is for the caller to say. */
  private boolean truncatesLeft() {
    Json truncation = root.findNonNull("truncation");
    Json direction = truncation == null ? null : truncation.findNonNull("direction");
    if (direction == null || direction.asString().equals("Right")) {
      return false;
    }
    if (!direction.asString().equals("Left")) {
      throw direction.wrong("\"Left\" or \"Right\"");
    }
    return true;
  }

  private void checkModel() {
    Json type = model.findNonNull("type"); // files from before 2021 leave it out
    if (type != null && !type.asString().equals("BPE") || type == null && mergesAt < 0) {
      throw unsupported(model, "BPE");
    }
    Json dropout = model.findNonNull("dropout");
    if (dropout != null && dropout.asDouble() != 0) {
      throw dropout.wrong("null: BPE dropout is not supported");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      Json affix = model.findNonNull(name);
      if (affix != null && !affix.asString().isEmpty()) {
        throw affix.wrong("null: it is not supported");
      }
    }
    for (String name : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
      if (flag(model, name, false)) {
        throw model.get(name).wrong("false: it is not supported");
      }
    }
  }

  /** Merges are {@code "a b"} or, newer, {@code ["a", "b"]}. */
  private void readMerges() {
    at(mergesAt, "merges");
    char[] pair = new char[64];
    for (boolean more = cursor.open('[', ']'); more; more = cursor.more(']')) {
      int length; // of the left token
      int right; // where the right one starts
      if (cursor.peek() == '[') {
        cursor.expect('[');
        cursor.string();
        length = cursor.to - cursor.from;
        pair = append(pair, 0, cursor.from, cursor.to);
        cursor.expect(',');
        cursor.string();
        right = cursor.from;
        cursor.expect(']');
      } else {
        cursor.string();
        int space = BytePairBuilder.space(cursor.chars, cursor.from, cursor.to, cursor::where);
        length = space - cursor.from;
        pair = append(pair, 0, cursor.from, space);
        right = space + 1;
      }
      pair = append(pair, length, right, cursor.to);
      builder.addMerge(pair, 0, length, length + cursor.to - right, cursor::where);
    }
  }

  private char[] append(char[] pair, int length, int from, int to) {
    char[] enough = length + to - from <= pair.length ? pair : Arrays.copyOf(pair, 2 * (length + to - from));
    System.arraycopy(cursor.chars, from, enough, length, to - from);
    return enough;
  }

  /** Whether to add a space before the text. */
  private boolean preTokenizer() {
    Json part = only(root.get("pre_tokenizer"), "pretokenizers");
    if (!type(part).equals("ByteLevel")) {
      throw unsupported(part, "ByteLevel");
    }
    if (!flag(part, "use_regex", true)) {
      throw part.get("use_regex").wrong("true: other ways to find words are not supported");
    }
    return flag(part, "add_prefix_space", true);
  }

  /** The only member of a sequence of one; the part itself where it is no sequence. */
  private static Json only(Json part, String members) {
    if (!type(part).equals("Sequence")) {
      return part;
    }
    List<Json> parts = part.get(members).elements();
    if (parts.size() != 1) {
      throw part.get(members).wrong("one part, but there are " + parts.size() + ": longer sequences are not supported");
    }
    return parts.get(0);
  }

  private PostProcessor postProcessor() {
    Json part = root.findNonNull("post_processor");
    if (part == null) {
      return PostProcessor.plain(false, false);
    }
    if (type(part).equals("Sequence")) {
      List<Json> parts = part.get("processors").elements();
      if (parts.size() == 2 && type(parts.get(0)).equals("ByteLevel") && type(parts.get(1)).equals("TemplateProcessing")) {
        return template(parts.get(1), byteLevel(parts.get(0)));
      }
      part = only(part, "processors");
    }
    return switch (type(part)) {
      case "RobertaProcessing" -> PostProcessor.roberta(special(part.get("cls")), special(part.get("sep")),
          flag(part, "trim_offsets", true), flag(part, "add_prefix_space", true));
      case "ByteLevel" -> byteLevel(part);
      case "TemplateProcessing" -> template(part, PostProcessor.plain(false, false));
      default -> throw unsupported(part, "RobertaProcessing, ByteLevel, TemplateProcessing, or a Sequence of the last two");
    };
  }

  private static PostProcessor byteLevel(Json part) {
    return PostProcessor.plain(flag(part, "trim_offsets", true), flag(part, "add_prefix_space", true));
  }

  /** A special token as RobertaProcessing writes it: its content and its id. */
  private int special(Json pair) {
    List<Json> parts = pair.elements();
    if (parts.size() != 2) {
      throw pair.wrong("a token and its id");
    }
    return check(parts.get(0), parts.get(1));
  }

  private int check(Json token, Json id) {
    if (builder.vocabulary().id(token.asString()).orElse(-1) != id.asInt()) {
      throw id.wrong("the id of " + Json.quote(token.asString()) + " in the vocabulary");
    }
    return id.asInt();
  }

  private PostProcessor template(Json part, PostProcessor trimming) {
    int[] single = template(part, "single", Set.of("A"));
    int[] pair = template(part, "pair", Set.of("A", "B"));
    return new PostProcessor(single, pair, trimming.trimOffsets(), trimming.addPrefixSpace());
  }

  private int[] template(Json part, String name, Set<String> sequences) {
    Json template = part.get(name);
    List<Integer> pieces = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (Json piece : template.elements()) {
      Json sequence = piece.find("Sequence");
      Json content = sequence != null ? sequence : piece.get("SpecialToken");
      if (content.get("type_id").asInt() != 0) {
        throw content.get("type_id").wrong("0: other token types are not supported");
      }
      String id = content.get("id").asString();
      if (sequence != null) {
        found.add(id);
        pieces.add(id.equals("A") ? PostProcessor.FIRST : PostProcessor.SECOND);
      } else {
        List<Json> tokens = part.get("special_tokens").get(id).get("tokens").elements();
        List<Json> ids = part.get("special_tokens").get(id).get("ids").elements();
        if (tokens.size() != ids.size()) {
          throw part.get("special_tokens").get(id).wrong("as many tokens as ids");
        }
        for (int i = 0; i < ids.size(); i++) {
          pieces.add(check(tokens.get(i), ids.get(i)));
        }
      }
    }
    if (found.size() != sequences.size() || !sequences.containsAll(found) || !found.containsAll(sequences)) {
      throw template.wrong("each of " + sequences + " once, but there is " + found);
    }
    return pieces.stream().mapToInt(Integer::intValue).toArray();
  }

  private static String type(Json part) {
    return part.get("type").asString();
  }

  private static ModelFileException unsupported(Json part, String supported) {
    Json type = part.isObject() ? part.find("type") : null;
    return (type == null ? part : type).wrong(supported + ": nothing else is supported here");
  }

  private static boolean flag(Json part, String name, boolean byDefault) {
    Json flag = part.findNonNull(name);
    return flag == null ? byDefault : flag.asBoolean();
  }
}
