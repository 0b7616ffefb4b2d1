package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Any number of texts in bounded memory, with options. */
public final class EmbedStream {
  private EmbedStream() {}

  public static void main(String[] args) {
    Stream<String> texts = IntStream.range(0, 100).mapToObj(i -> "text number " + i);
    Options options = Options.defaults().withPooling("cls+mean@4").withMaxLength(128).withThreads(1);
    try (EmbeddingModel model = EmbeddingModel.builtIn(options)) {
      model.embedAll(texts, (index, vector) -> System.out.println(index + " " + vector[0]));   // in input order, as they come
    }
  }
}
