package dev.lanepool;

import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Reads a model's tokenizer on a daemon thread of its own while others read the weights. */
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
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  Tokenizer get() {
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
