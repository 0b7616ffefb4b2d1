package dev.lanepool.training.features;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.weights.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** One pass of the encoder over some texts, which writes the files of some columns. */
final class FeaturePass {
  private final EmbeddingModel model;
  private final List<int[]> ids; // (N) times (T)
  private final FeatureStorage storage;
  private final List<Column> columns;
  private final List<Path> files; // (columns)
  private final FeatureCache.Progress progress;
  private final List<ColumnFile.Writer> open = new ArrayList<>();

  /** @param ids the token ids of each text */
  FeaturePass(EmbeddingModel model, List<int[]> ids, FeatureStorage storage, SequencedMap<Column, Path> files,
      FeatureCache.Progress progress) {
    this.model = model;
    this.ids = ids;
    this.storage = storage;
    this.columns = List.copyOf(files.sequencedKeySet());
    this.files = List.copyOf(files.sequencedValues());
    this.progress = progress;
  }

  /**
   * Opens the files that are not open yet, one inside the other, then encodes. Each is mapped before it has its name: from then on nothing
   * that happens in its folder can take its features away. One that does not get its name serves this run only, which a warning says.
   *
   * @param arena that the files are mapped in
   * @param made receives them, by their columns' names
   */
  void run(int[] lengths, Arena arena, Map<String, ColumnFile> made) throws IOException {
    if (open.size() == columns.size()) {
      encode();
      return;
    }
    Column column = columns.get(open.size());
    try {
      AtomicFile.write(files.get(open.size()), out -> {
        ColumnFile.Writer writer = new ColumnFile.Writer(out, storage);
        open.add(writer);
        run(lengths, arena, made);
        writer.finish();
      }, whole -> {
        ColumnFile file = ColumnFile.ifWhole(whole, column, storage, lengths, arena);
        if (file == null) {
          throw new IOException("read back other bytes than were written");
        }
        made.put(column.name(), file);
      });
    } catch (UncheckedIOException e) {
      if (!made.containsKey(column.name())) {
        throw e;
      }
      FeatureCache.warn(e.getMessage() + ": its features serve this run only");
    }
  }

  /** No head learns from others, and scores of them would say nothing. */
  private static void checkFinite(int text, Column column, float[] rows) {
    for (float value : rows) {
      if (!Float.isFinite(value)) {
        throw new ArithmeticException("text " + text + ": found " + value + " among its features (" + column.name()
            + "), expected finite numbers: the model's weights are not, or too large");
      }
    }
  }

  private void encode() throws IOException {
    Demand demand = Demand.none(model.layers());
    for (Column column : columns) {
      demand = demand.union(column.demand(model.layers()));
    }
    for (int first = 0, next; first < ids.size(); first = next) {
      int tokens = ids.get(first).length;
      for (next = first + 1; next < ids.size() && tokens + ids.get(next).length <= model.options().tokenBudget(); next++) {
        tokens += ids.get(next).length;
      }
      try (HiddenStates states = model.encodeIds(ids.subList(first, next), demand)) {
        for (int text = 0; text < states.texts(); text++) {
          for (int i = 0; i < columns.size(); i++) {
            float[] rows = new float[columns.get(i).floats(states.length(text))];
            columns.get(i).take(states, text, rows);
            checkFinite(first + text, columns.get(i), rows);
            open.get(i).write(rows);
          }
        }
      }
      progress.at(next, ids.size());
    }
  }
}
