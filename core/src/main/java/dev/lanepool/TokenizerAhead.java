package dev.lanepool;

import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Reads a model's tokenizer on a daemon thread of its own while others read the weights, and says whether the two go together. */
final class TokenizerAhead {
  private final ModelSource source;
  private final FutureTask<Tokenizer> reading;

  /** Begins to read. */
  TokenizerAhead(ModelSource source) {
    this.source = source;
    reading = new FutureTask<>(() -> Tokenizer.load(source));
    Thread.ofPlatform().daemon().name("lanepool-tokenizer").start(reading);
  }

  /**
   * Waits for the tokenizer, whether or not the caller is interrupted. Where it could not be read it is read once more, so that whatever is
   * thrown is thrown by the caller who needs it.
   *
   * @param vocabulary V, the number of ids that the model has
   * @param most how many tokens of a text, or of a window of it, the model reads
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported, gives ids that the model does not have, or adds
   *     more special tokens than it reads
   */
  Tokenizer get(long vocabulary, int most, boolean windows) {
    Tokenizer loaded = checked(read(), source, vocabulary);
    int special = loaded.withSpecialTokens(new int[0]).length;
    int least = windows ? special + 1 : special;
    if (most < least) {
      throw new ModelFileException(source.describe("config.json") + ": found a model that reads at most " + most
          + " tokens, expected at least " + least + ", as its tokenizer adds " + special + " special tokens to every "
          + (windows ? "window" : "text"));
    }
    return loaded;
  }

  /** The tokenizer, where it gives no ids from {@code vocabulary} on. */
  static Tokenizer checked(Tokenizer loaded, ModelSource source, long vocabulary) {
    if (loaded.vocabularySize() > vocabulary) {
      throw new ModelFileException(source.describe("config.json") + ": found vocab_size " + vocabulary
          + ", expected at least " + loaded.vocabularySize() + ", as the tokenizer gives ids up to " + (loaded.vocabularySize() - 1));
    }
    return loaded;
  }

  private Tokenizer read() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return reading.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return Tokenizer.load(source);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
