package dev.lanepool;

import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.pooling.Pooling;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded and what its embeddings are. Null stands for the model's own choice, which it makes in {@code modules.json} and
 * the files that go with it. Start from {@link #defaults} and change what you need:
 * {@code Options.defaults().withPooling("cls+mean@6").withThreads(1)}.
 *
 * @param threads how many threads the model computes with, callers included; 1 to {@value #MOST_THREADS}
 * @param dtype how weights are kept in memory
 * @param pooling how hidden states become a vector; null: the model's own, else {@code mean}
 * @param normalize whether vectors are scaled to unit length; null: the model's own, else yes where it names no pooling either
 * @param prompt put before every text that is embedded, {@code ""} for none; null: see {@code promptName}
 * @param promptName a prompt that the model names; null: the model's default prompt, else none
 * @param maxLength the most tokens of a text that are read, the special ones and the prompt's included, so that a prompt may leave no room
 *     for texts; null: the model's own, else all it has positions for
 * @param overflow what happens to a longer text
 * @param tokenBudget about how many tokens of the input are encoded together, which bounds how far an input is read ahead: about
 *     twice as many; a longer text is encoded alone
 * @param plainSpecials whether {@code </s>} and the like in a text are plain text instead of special tokens: for text one does not trust
 */
public record Options(
    int threads,
    Dtype dtype,
    @Nullable Pooling pooling,
    @Nullable Boolean normalize,
    @Nullable String prompt,
    @Nullable String promptName,
    @Nullable Integer maxLength,
    Overflow overflow,
    int tokenBudget,
    boolean plainSpecials) {

  /** The most threads that a model computes with; each is one of the system's. */
  public static final int MOST_THREADS = ThreadTeam.MOST_THREADS;

  /**
   * @throws IllegalArgumentException where a number is out of its range, or both a prompt and a prompt's name are given
   * @throws NullPointerException where {@code dtype} or {@code overflow} is null
   */
  public Options {
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(overflow, "overflow");
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException("threads: " + threads + ", expected 1 to " + MOST_THREADS);
    }
    if (tokenBudget < 1) {
      throw new IllegalArgumentException("tokenBudget: " + tokenBudget + ", expected at least 1");
    }
    if (maxLength != null && maxLength < 3) {
      throw new IllegalArgumentException("maxLength: " + maxLength + ", expected 3 or more, <s> and </s> count");
    }
    if (prompt != null && promptName != null) {
      throw new IllegalArgumentException("both prompt and promptName are given, expected at most one");
    }
  }

  /** All processors, f32, 1,024 tokens at once, long texts truncated, special tokens parsed, and for the rest the model's own choice. */
  public static Options defaults() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    return new Options(processors, Dtype.F32, null, null, null, null, null, Overflow.TRUNCATE, RobertaEncoder.MICRO_BATCH_TOKENS, false);
  }

  /** @throws IllegalArgumentException where {@code threads} is less than 1 or more than {@link #MOST_THREADS} */
  public Options withThreads(int threads) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws NullPointerException where {@code dtype} is null */
  public Options withDtype(Dtype dtype) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** With a pooling; {@code (Pooling) null} for the model's own, since a plain {@code null} might be a spec. */
  public Options withPooling(@Nullable Pooling pooling) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /**
   * With a pooling given by its spec.
   *
   * @throws IllegalArgumentException where the spec is wrong, see {@link Pooling#parse}
   */
  public Options withPooling(String spec) {
    return withPooling(Pooling.parse(spec));
  }

  /** With vectors scaled to unit length, or left as they are; null for the model's own choice. */
  public Options withNormalize(@Nullable Boolean normalize) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws IllegalArgumentException where a prompt's name is given too */
  public Options withPrompt(@Nullable String prompt) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws IllegalArgumentException where a prompt is given too */
  public Options withPromptName(@Nullable String promptName) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws IllegalArgumentException where {@code maxLength} is less than 3 */
  public Options withMaxLength(@Nullable Integer maxLength) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws NullPointerException where {@code overflow} is null */
  public Options withOverflow(Overflow overflow) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** @throws IllegalArgumentException where {@code tokenBudget} is less than 1 */
  public Options withTokenBudget(int tokenBudget) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }

  /** With {@code </s>} and the like in a text as plain text, or as special tokens. */
  public Options withPlainSpecials(boolean plainSpecials) {
    return new Options(threads, dtype, pooling, normalize, prompt, promptName, maxLength, overflow, tokenBudget, plainSpecials);
  }
}
