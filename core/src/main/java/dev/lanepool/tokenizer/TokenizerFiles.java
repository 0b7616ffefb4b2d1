package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds a model's tokenizer files, and reads those from before {@code tokenizer.json}. */
final class TokenizerFiles {
  /** Classes whose tokenizers are byte-level BPE with RoBERTa's special tokens around the text. */
  private static final Set<String> CLASSES = Set.of("RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "BartTokenizerFast",
      "LongformerTokenizer", "LongformerTokenizerFast", "LEDTokenizer", "LEDTokenizerFast");

  /** RoBERTa's special tokens, by role. */
  private static final Map<String, String> DEFAULTS = Map.of("cls_token", "<s>", "sep_token", "</s>", "bos_token", "<s>",
      "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>", "mask_token", "<mask>");

  private final ModelSource source;
  private final @Nullable Json config;
  private final @Nullable Json specialTokensMap;

  private TokenizerFiles(ModelSource source) {
    this.source = source;
    this.config = source.findJson("tokenizer_config.json");
    this.specialTokensMap = source.findJson("special_tokens_map.json");
  }

  static Tokenizer load(ModelSource source) {
    TokenizerFiles files = new TokenizerFiles(source);
    Json pipeline = source.findJson("tokenizer.json");
    if (pipeline != null) {
      return TokenizerJson.read(pipeline, files.padToken());
    }
    Json vocab = source.findJson("vocab.json");
    byte[] merges = source.find("merges.txt");
    if (vocab == null || merges == null) {
      throw new ModelFileException(source.describe("tokenizer.json") + ": no such file, and "
          + (vocab == null ? "vocab.json" : "merges.txt") + " is missing as well; expected tokenizer.json, or vocab.json and merges.txt");
    }
    return files.readVocabAndMerges(vocab, merges);
  }

  private Tokenizer readVocabAndMerges(Json vocab, byte[] merges) {
    checkClass();
    String[] lines = decode(merges).split("\n", -1);
    int from = lines[0].startsWith("#version") ? 1 : 0;
    int to = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
    BytePairBuilder builder = new BytePairBuilder(vocab, to - from);
    readAddedTokens(builder);
    Map<String, String> byRole = new HashMap<>();
    DEFAULTS.forEach((role, byDefault) -> {
      Json stated = special(role);
      boolean mask = role.equals("mask_token"); // takes the white space before it where nothing else is said
      if (stated != null) {
        byRole.put(role, addSpecial(stated, builder, mask));
      } else if (builder.id(byDefault).isPresent()) {
        builder.addUnlessPresent(AddedToken.special(builder.id(byDefault).getAsInt(), byDefault, mask));
        byRole.put(role, byDefault);
      }
    });
    Json additional = special("additional_special_tokens");
    if (additional != null) {
      additional.elements().forEach(token -> addSpecial(token, builder, false));
    }
    for (int i = from; i < to; i++) {
      String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
      int number = i + 1;
      builder.addMerge(line, () -> source.describe("merges.txt") + ": line " + number);
    }
    boolean addPrefixSpace = flag("add_prefix_space", false);
    PostProcessor post = PostProcessor.roberta(
        required(builder, byRole, "cls_token"), required(builder, byRole, "sep_token"), flag("trim_offsets", true), addPrefixSpace);
    return builder.build(byRole.get("unk_token"), addPrefixSpace, post, byRole.get("pad_token"));
  }

  private void checkClass() {
    Json stated = config == null ? null : config.find("tokenizer_class");
    if (stated != null && !stated.isNull() && !CLASSES.contains(stated.asString())) {
      throw stated.wrong("one of " + new TreeSet<>(CLASSES) + " beside vocab.json and merges.txt, or a tokenizer.json");
    }
  }

  /** Tokens beyond the vocabulary: the newer place in the configuration, and the file it replaced. */
  private void readAddedTokens(BytePairBuilder builder) {
    Json decoder = config == null ? null : config.find("added_tokens_decoder");
    if (decoder != null && !decoder.isNull()) {
      for (String id : decoder.names()) {
        if (!id.matches("[0-9]{1,9}")) {
          throw decoder.wrong("token ids as names, but there is \"" + id + "\"");
        }
        builder.addUnlessPresent(AddedToken.read(decoder.get(id), Integer.parseInt(id), false));
      }
    }
    Json older = source.findJson("added_tokens.json");
    if (older != null) {
      for (String content : older.names()) {
        builder.addUnlessPresent(new AddedToken(older.get(content).asInt(), content, false, false, false, true, false));
      }
    }
  }

  /** A special token, stated as a string or with its flags; its content. */
  private static String addSpecial(Json stated, BytePairBuilder builder, boolean stripLeft) {
    String content = stated.isString() ? stated.asString() : stated.get("content").asString();
    int id = builder.id(content).orElseThrow(() -> stated.wrong("a token of the vocabulary"));
    builder.addUnlessPresent(stated.isString() ? AddedToken.special(id, content, stripLeft) : AddedToken.read(stated, id, true));
    return content;
  }

  private static int required(BytePairBuilder builder, Map<String, String> byRole, String role) {
    String content = byRole.get(role);
    if (content == null) {
      throw new ModelFileException(builder.file() + ": \"" + DEFAULTS.get(role) + "\" is not in the vocabulary, and no other "
          + role + " is stated in tokenizer_config.json or special_tokens_map.json");
    }
    return builder.id(content).orElseThrow();
  }

  /** What the configuration says of a special token, or null where it is silent. */
  private @Nullable Json special(String role) {
    for (Json file : new Json[] {specialTokensMap, config}) {
      Json stated = file == null ? null : file.find(role);
      if (stated != null && !stated.isNull()) {
        return stated;
      }
    }
    return null;
  }

  private String padToken() {
    Json stated = special("pad_token");
    return stated == null ? "<pad>" : stated.isString() ? stated.asString() : stated.get("content").asString();
  }

  private boolean flag(String name, boolean byDefault) {
    Json stated = config == null ? null : config.find(name);
    return stated == null || stated.isNull() ? byDefault : stated.asBoolean();
  }

  private String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelFileException(source.describe("merges.txt") + ": not valid UTF-8", e);
    }
  }
}
