package dev.lanepool.tests;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.report.FoldTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Fits to numbers on a small model, for tests of what they choose. */
abstract class SmallFits {
  static final FitSettings SETTINGS = FitSettings.defaults();

  @TempDir
  private static Path folder;

  /** Random, with the built-in model's tokenizer. */
  static EmbeddingModel model;

  static FeatureCache cache;

  @BeforeAll
  static void load() throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("model"));
    RandomCheckpoint.write(checkpoint, Repeat.random(1), 16, 2, 20, 3, 16384, 300);
    Files.write(checkpoint.resolve("tokenizer.json"), EmbeddingModel.builtInSource().find("tokenizer.json"));
    model = EmbeddingModel.load(checkpoint);
    cache = new FeatureCache(folder.resolve("cache"), Long.MAX_VALUE);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Texts of two kinds by turns, each another. */
  static Dataset data(int rows, IntToDoubleFunction label) {
    return Dataset.of(IntStream.range(0, rows).mapToObj(i -> (i % 2 == 0 ? "rain in the north " : "why not? ") + i).toList(),
        IntStream.range(0, rows).mapToObj(i -> String.valueOf(label.applyAsDouble(i))).toList());
  }

  /** How a fit went. */
  static FoldTraining fit(String pooling, Dataset data, FitSettings settings) {
    return Comparison.on(model).settings(settings).cache(cache)
        .heldOut("data", data, LabelledTask.regression(data), "test", data.rows(0, 1, 2), List.of(Pooling.parse(pooling)))
        .results().getFirst().training().getFirst();
  }

  static HeadTrainer trainer(String pooling, Dataset data, FitSettings settings) {
    return HeadTrainer.on(model).cache(cache).pooling(pooling).settings(settings).regression(data);
  }
}
