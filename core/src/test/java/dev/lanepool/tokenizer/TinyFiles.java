package dev.lanepool.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tokenizer files small enough to read: all single bytes, RoBERTa's special tokens, and the merges "a b" and "ab c". */
final class TinyFiles {
  static final int AB = 261;
  static final int ABC = 262;

  private TinyFiles() {}

  /** The vocabulary: special tokens 0 to 4, byte b is 5 + b, then the merged tokens. */
  static String vocab() {
    StringBuilder json = new StringBuilder("{\"<s>\":0,\"<pad>\":1,\"</s>\":2,\"<unk>\":3,\"<mask>\":4");
    for (int b = 0; b < 256; b++) {
      json.append(String.format(",\"\\u%04x\":%d", (int) ByteLevel.charOf(b), 5 + b));
    }
    return json.append(",\"ab\":261,\"abc\":262}").toString();
  }

  /** tokenizer.json, one part a line. */
  static String pipeline() {
    return """
        {"version":"1.0","truncation":null,"padding":null,
        "added_tokens":[{"id":0,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
        "normalizer":null,
        "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
        "post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":false},
        "decoder":{"type":"ByteLevel"},
        "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":false,
        "merges":["a b","ab c"],
        "vocab":VOCAB}}
        """.replace("VOCAB", vocab());
  }

  static void write(Path folder, String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void writeVocabAndMerges(Path folder) {
    write(folder, "vocab.json", vocab());
    write(folder, "merges.txt", "#version: 0.2\na b\nab c\n");
  }
}
