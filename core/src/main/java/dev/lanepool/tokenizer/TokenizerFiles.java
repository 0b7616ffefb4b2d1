package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds a model's tokenizer files, and reads those from before {@code tokenizer.json}. */
final class TokenizerFiles {
  /** Classes whose tokenizers are byte-level BPE with RoBERTa's special tokens around the text. */
  private static final Set<String> CLASSES = Set.of("RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "BartTokenizerFast",
      "LongformerTokenizer", "LongformerTokenizerFast", "LEDTokenizer", "LEDTokenizerFast");

  /** RoBERTa's special tokens, by role. */
  private static final Map<String, String> DEFAULTS = Map.of("cls_token", "<s>", "sep_token", "</s>", "bos_token", "<s>",
      "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>", "mask_token", "<mask>");

  /** What most models of xlm-roberta and camembert come with. */
  private static final String SENTENCE_PIECE = "sentencepiece.bpe.model";

  private final ModelSource source;
  private final @Nullable Json config;

  /** Counts before the configuration; but one with {@code added_tokens_decoder} says all, and older files beside it say nothing. */
  private final @Nullable Json specialTokensMap;

  private TokenizerFiles(ModelSource source) {
    this.source = source;
    this.config = source.findJson("tokenizer_config.json");
    Json map = source.findJson("special_tokens_map.json");
    this.specialTokensMap = addedTokensDecoder() == null ? map : null;
  }

  static Tokenizer load(ModelSource source) {
    TokenizerFiles files = new TokenizerFiles(source);
    byte[] pipeline = source.find("tokenizer.json");
    if (pipeline != null) {
      return TokenizerJson.read(pipeline, source.describe("tokenizer.json"), files.overrides());
    }
    byte[] vocab = source.find("vocab.json");
    byte[] merges = source.find("merges.txt");
    if (vocab == null || merges == null) {
      throw new ModelFileException(source.describe("tokenizer.json") + ": no such file, and "
          + (vocab == null ? "vocab.json" : "merges.txt") + " is missing as well; expected tokenizer.json, or vocab.json and merges.txt"
          + (source.exists(SENTENCE_PIECE) ? "; " + SENTENCE_PIECE + " is there, but SentencePiece is not supported" : ""));
    }
    return files.readVocabAndMerges(vocab, merges);
  }

  /** Reads an object of tokens and their ids. */
  static Vocabulary readVocabulary(JsonCursor cursor, String file) {
    Vocabulary vocabulary = new Vocabulary(file);
    for (boolean more = cursor.open('{', '}'); more; more = cursor.more('}')) {
      cursor.string();
      cursor.expect(':');
      int id = cursor.integer(); // leaves the string that was read in place
      vocabulary.add(cursor.chars, cursor.from, cursor.to, id);
    }
    return vocabulary;
  }

  private Tokenizer readVocabAndMerges(byte[] vocab, byte[] merges) {
    checkClass();
    String file = source.describe("vocab.json");
    JsonCursor cursor = new JsonCursor(vocab, file);
    Vocabulary vocabulary = readVocabulary(cursor, file);
    cursor.expectEnd();
    char[] text = decode(merges);
    BytePairBuilder builder = new BytePairBuilder(vocabulary);
    readAddedTokens(builder);
    Map<String, String> byRole = new HashMap<>();
    new TreeMap<>(DEFAULTS).forEach((role, byDefault) -> {
      Json stated = special(role);
      boolean mask = role.equals("mask_token"); // takes the white space before it where nothing else is said
      if (stated != null) {
        byRole.put(role, addSpecial(stated, builder, mask));
      } else if (builder.vocabulary().id(byDefault).isPresent()) {
        builder.addUnlessPresent(AddedToken.special(builder.vocabulary().id(byDefault).getAsInt(), byDefault, mask));
        byRole.put(role, byDefault);
      }
    });
    furtherSpecials().forEach(token -> addSpecial(token, builder, false));
    addMerges(text, builder);
    boolean addPrefixSpace = Boolean.TRUE.equals(flag("add_prefix_space", false));
    PostProcessor post = PostProcessor.roberta(required(builder, byRole, "cls_token"), required(builder, byRole, "sep_token"),
        Boolean.TRUE.equals(flag("trim_offsets", true)), addPrefixSpace);
    return builder.build(byRole.get("unk_token"), addPrefixSpace, post, "left".equals(truncationSide()), byRole.get("pad_token"));
  }

  /** A merge a line, {@code a b}, after a first line with the version. */
  private void addMerges(char[] text, BytePairBuilder builder) {
    int line = 1;
    for (int start = 0; start < text.length; line++) {
      int next = start;
      while (next < text.length && text[next] != '\n') {
        next++;
      }
      int end = next > start && text[next - 1] == '\r' ? next - 1 : next;
      if (line > 1 || !new String(text, start, Math.min(8, end - start)).equals("#version")) {
        int number = line;
        Supplier<String> where = () -> source.describe("merges.txt") + ": line " + number;
        int space = BytePairBuilder.space(text, start, end, where);
        System.arraycopy(text, start, text, start + 1, space - start); // over the space, so that the tokens touch
        builder.addMerge(text, start + 1, space + 1, end, where);
      }
      start = next + 1;
    }
  }

  private void checkClass() {
    Json stated = stated(config, "tokenizer_class");
    if (stated != null && !CLASSES.contains(stated.asString())) {
      throw stated.wrong("one of " + new TreeSet<>(CLASSES) + " beside vocab.json and merges.txt, or a tokenizer.json");
    }
  }

  private @Nullable Json addedTokensDecoder() {
    return stated(config, "added_tokens_decoder");
  }

  /** Tokens beyond the vocabulary: the newer place in the configuration, or the file it replaced. */
  private void readAddedTokens(BytePairBuilder builder) {
    Json decoder = addedTokensDecoder();
    if (decoder != null) {
      for (String id : decoder.names()) {
        if (!id.matches("[0-9]{1,9}")) {
          throw decoder.wrong("token ids as names, but there is " + Json.quote(id));
        }
        builder.addUnlessPresent(AddedToken.read(decoder.get(id), Integer.parseInt(id), false));
      }
      return;
    }
    Json older = source.findJson("added_tokens.json");
    if (older != null) {
      Set<String> specials = new HashSet<>();
      DEFAULTS.forEach((role, byDefault) -> {
        Json stated = special(role);
        specials.add(stated == null ? byDefault : content(stated));
      });
      furtherSpecials().forEach(token -> specials.add(content(token)));
      for (String content : older.names()) {
        boolean special = specials.contains(content);
        builder.addUnlessPresent(new AddedToken(older.get(content).asInt(), content, false, false, false, !special, special));
      }
    }
  }

  /** Special tokens without a role of RoBERTa's; where both files have some, those that count in the reference. */
  private List<Json> furtherSpecials() {
    List<Json> tokens = new ArrayList<>(listed(config, "extra_special_tokens"));
    if (tokens.isEmpty()) {
      tokens.addAll(listed(config, "additional_special_tokens"));
    }
    tokens.addAll(listed(specialTokensMap, "extra_special_tokens"));
    return tokens.isEmpty() ? listed(specialTokensMap, "additional_special_tokens") : tokens;
  }

  /** A list of tokens, or an object that gives each a role of the model's own. */
  private static List<Json> listed(@Nullable Json file, String name) {
    Json stated = stated(file, name);
    if (stated == null) {
      return List.of();
    }
    return stated.isObject() ? stated.names().stream().map(stated::get).toList() : stated.elements();
  }

  private static String content(Json stated) {
    return stated.isString() ? stated.asString() : stated.get("content").asString();
  }

  /** A special token, stated as a string or with its flags; its content. */
  private static String addSpecial(Json stated, BytePairBuilder builder, boolean stripLeft) {
    String content = content(stated);
    int id = builder.vocabulary().id(content).orElseThrow(() -> stated.wrong("a token of the vocabulary"));
    builder.addUnlessPresent(stated.isString() ? AddedToken.special(id, content, stripLeft) : AddedToken.read(stated, id, true));
    return content;
  }

  private static int required(BytePairBuilder builder, Map<String, String> byRole, String role) {
    String content = byRole.get(role);
    if (content == null) {
      throw new ModelFileException(builder.vocabulary().file() + ": \"" + DEFAULTS.get(role) + "\" is not in the vocabulary, and no other "
          + role + " is stated in tokenizer_config.json or special_tokens_map.json");
    }
    return builder.vocabulary().id(content).orElseThrow();
  }

  /** What the configuration says of a special token, or null where it is silent. */
  private @Nullable Json special(String role) {
    Json stated = stated(specialTokensMap, role);
    return stated == null ? stated(config, role) : stated;
  }

  private String padToken() {
    Json stated = special("pad_token");
    return stated == null ? "<pad>" : content(stated);
  }

  /** Where texts that are too long are cut, {@code left} or {@code right}, or null where the configuration is silent. */
  private @Nullable String truncationSide() {
    Json stated = stated(config, "truncation_side");
    if (stated == null) {
      return null;
    }
    if (!Set.of("left", "right").contains(stated.asString())) {
      throw stated.wrong("\"left\" or \"right\"");
    }
    return stated.asString();
  }

  /**
   * One of the classes above builds the pipeline anew: what the configuration says of spaces counts, else the class's defaults. The model
   * says which class it is where the configuration does not. Where neither does, only what is said counts.
   */
  private TokenizerJson.Overrides overrides() {
    Json stated = stated(config, "tokenizer_class");
    boolean roberta = stated == null ? isModelRoberta() : stated.isString() && CLASSES.contains(stated.asString());
    boolean counts = stated == null || roberta;
    return new TokenizerJson.Overrides(truncationSide(), padToken(), counts ? flag("add_prefix_space", roberta ? false : null) : null,
        counts ? flag("trim_offsets", roberta ? true : null) : null);
  }

  private boolean isModelRoberta() {
    Json type = stated(source.findJson("config.json"), "model_type");
    return type != null && type.isString() && type.asString().equals("roberta");
  }

  private @Nullable Boolean flag(String name, @Nullable Boolean byDefault) {
    Json stated = stated(config, name);
    return stated == null ? byDefault : (Boolean) stated.asBoolean();
  }

  /** What a file that may be missing says, or null where it is silent. */
  private static @Nullable Json stated(@Nullable Json file, String name) {
    return file == null ? null : file.findNonNull(name);
  }

  private char[] decode(byte[] bytes) {
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      char[] text = new char[decoded.length()];
      decoded.get(text);
      return text;
    } catch (CharacterCodingException e) {
      throw new ModelFileException(source.describe("merges.txt") + ": not valid UTF-8", e);
    }
  }
}
