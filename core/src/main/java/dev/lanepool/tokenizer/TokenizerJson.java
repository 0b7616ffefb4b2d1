package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code tokenizer.json}: a pipeline of parts, each of which is supported or refused by name. */
final class TokenizerJson {
  private final Json root;
  private final BytePairBuilder builder;
  private final Json model;
  private final List<Json> merges;

  private TokenizerJson(Json root) {
    this.root = root;
    this.model = root.get("model");
    checkModel();
    this.merges = model.get("merges").elements();
    this.builder = new BytePairBuilder(model.get("vocab"), merges.size());
  }

  /** @param padToken the padding token where the vocabulary has it */
  static Tokenizer read(Json root, String padToken) {
    return new TokenizerJson(root).build(padToken);
  }

  private Tokenizer build(String padToken) {
    Json normalizer = stated(root, "normalizer");
    if (normalizer != null) {
      throw unsupported(normalizer, "null");
    }
    boolean addPrefixSpace = preTokenizer();
    Json decoder = root.get("decoder");
    if (!type(decoder).equals("ByteLevel")) {
      throw unsupported(decoder, "ByteLevel");
    }
    Json added = stated(root, "added_tokens");
    if (added != null) {
      for (Json token : added.elements()) {
        builder.addUnlessPresent(AddedToken.read(token, token.get("id").asInt(), false));
      }
    }
    readMerges();
    Json unknown = stated(model, "unk_token");
    return builder.build(unknown == null ? null : unknown.asString(), addPrefixSpace, postProcessor(), padToken);
  }

  private void checkModel() {
    Json type = stated(model, "type"); // files from before 2021 leave it out
    if (type != null && !type.asString().equals("BPE") || type == null && model.find("merges") == null) {
      throw unsupported(model, "BPE");
    }
    Json dropout = stated(model, "dropout");
    if (dropout != null && dropout.asDouble() != 0) {
      throw dropout.wrong("null: BPE dropout is not supported");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      Json affix = stated(model, name);
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

  private void readMerges() {
    for (int i = 0; i < merges.size(); i++) {
      Json merge = merges.get(i);
      int index = i;
      if (merge.isString()) {
        builder.addMerge(merge.asString(), () -> where(index));
      } else {
        List<Json> pair = merge.elements();
        if (pair.size() != 2) {
          throw merge.wrong("two tokens, but there are " + pair.size());
        }
        builder.addMerge(pair.get(0).asString(), pair.get(1).asString(), () -> where(index));
      }
    }
  }

  private String where(int merge) {
    return root.file() + ": model.merges[" + merge + "]";
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
    Json part = stated(root, "post_processor");
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
    if (builder.id(token.asString()).orElse(-1) != id.asInt()) {
      throw id.wrong("the id of \"" + token.asString() + "\" in the vocabulary");
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
    List<Integer> pieces = new java.util.ArrayList<>();
    List<String> found = new java.util.ArrayList<>();
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

  private static @Nullable Json stated(Json part, String name) {
    Json value = part.find(name);
    return value == null || value.isNull() ? null : value;
  }

  private static boolean flag(Json part, String name, boolean byDefault) {
    Json flag = stated(part, name);
    return flag == null ? byDefault : flag.asBoolean();
  }
}
