package dev.lanepool.training.data;

import dev.lanepool.nn.SplitMix;
import dev.lanepool.weights.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows to train on and rows to test on, by index from 0, each ascending. Which rows go where depends on the number of rows (or on the
 * labels), the folds and the seed alone: rows are shuffled by Fisher and Yates with SplitMix64, class after class in the order of their
 * names where it is stratified.
 *
 * @param train not to be modified
 * @param test not to be modified
 */
public record Split(int[] train, int[] test) {

  /**
   * Every row is tested once; the folds' sizes differ by at most one.
   *
   * @throws IllegalArgumentException where there are fewer than 2 folds, or fewer rows than folds
   */
  public static List<Split> folds(int rows, int folds, long seed) {
    checkFolds(folds);
    if (rows < folds) {
      throw new IllegalArgumentException("found " + rows + " rows, expected at least " + folds + ", one for each fold");
    }
    return deal(List.of(shuffled(IntStream.range(0, rows).toArray(), new SplitMix(seed))), rows, folds);
  }

  /**
   * As {@link #folds}, with each class's rows spread over the folds so that their numbers differ by at most one; so do the folds' sizes.
   *
   * @param labels one a row
   * @throws IllegalArgumentException where there are fewer than 2 folds or 2 classes, or a class has fewer rows than there are folds
   */
  public static List<Split> stratifiedFolds(List<String> labels, int folds, long seed) {
    checkFolds(folds);
    Map<String, int[]> classes = classes(labels);
    classes.forEach((name, rows) -> {
      if (rows.length < folds) {
        throw new IllegalArgumentException("the class " + Json.quote(name) + " has " + rows.length + " rows, expected at least " + folds
            + ", one for each fold");
      }
    });
    SplitMix random = new SplitMix(seed);
    return deal(classes.values().stream().map(rows -> shuffled(rows, random)).toList(), labels.size(), folds);
  }

  /**
   * Sets a share of the rows aside.
   *
   * @param share of the rows to test on, rounded to a whole number of them
   * @throws IllegalArgumentException where one of the sides would be empty
   */
  public static Split holdOut(int rows, double share, long seed) {
    int held = held(rows, share);
    int[] order = shuffled(IntStream.range(0, rows).toArray(), new SplitMix(seed));
    return of(rows, Arrays.copyOf(order, held));
  }

  /**
   * As {@link #holdOut}, with the same share of each class, as nearly as whole rows allow; every class keeps a row to train on.
   *
   * @param labels one a row
   * @throws IllegalArgumentException where there are fewer than 2 classes, or one of the sides would be empty
   */
  public static Split stratifiedHoldOut(List<String> labels, double share, long seed) {
    Map<String, int[]> classes = classes(labels);
    int left = held(labels.size(), share);
    int[] sizes = classes.values().stream().mapToInt(rows -> rows.length).toArray();
    int[] quotas = new int[sizes.length];
    for (int c = 0; c < sizes.length; c++) {
      quotas[c] = (int) (sizes[c] * share); // fewer than there are, as the share is less than 1
      left -= quotas[c];
    }
    // What rounding down has left goes to the largest remainders; the sort is stable, so equal ones go by name.
    List<Integer> byRemainder = IntStream.range(0, sizes.length).boxed()
        .sorted(Comparator.comparingDouble(c -> quotas[c] - sizes[c] * share)).toList();
    for (int c : byRemainder) {
      if (left > 0 && quotas[c] + 1 < sizes[c]) {
        quotas[c]++;
        left--;
      }
    }
    SplitMix random = new SplitMix(seed);
    List<int[]> held = new ArrayList<>();
    for (int[] rows : classes.values()) {
      held.add(Arrays.copyOf(shuffled(rows, random), quotas[held.size()]));
    }
    int[] test = held.stream().flatMapToInt(Arrays::stream).toArray();
    if (test.length == 0) {
      throw new IllegalArgumentException("no class has a row to spare: " + labels.size() + " rows in " + sizes.length + " classes");
    }
    return of(labels.size(), test);
  }

  /** The first rows to train on, the others to test on. */
  public static Split inTurn(int train, int test) {
    return new Split(IntStream.range(0, train).toArray(), IntStream.range(train, train + test).toArray());
  }

  /** This split of the rows {@code rows[0], rows[1], ...} of a larger data set, in that one's indices. */
  public Split within(int[] rows) {
    return new Split(Arrays.stream(train).map(i -> rows[i]).toArray(), Arrays.stream(test).map(i -> rows[i]).toArray());
  }

  /**
   * How many of the rows to test on have a text that a row to train on has too: what a head is tested on should be new to it.
   *
   * @param texts one a row of the whole data set
   */
  public int shared(List<String> texts) {
    Set<String> known = Arrays.stream(train).mapToObj(texts::get).collect(Collectors.toSet());
    return (int) Arrays.stream(test).filter(row -> known.contains(texts.get(row))).count();
  }

  private static void checkFolds(int folds) {
    if (folds < 2) {
      throw new IllegalArgumentException("found " + folds + " folds, expected at least 2");
    }
  }

  private static int held(int rows, double share) {
    long held = Math.round(rows * share);
    if (!(held > 0 && held < rows)) {
      throw new IllegalArgumentException("a share of " + share + " of " + rows + " rows leaves nothing on one side");
    }
    return (int) held;
  }

  /** The rows of each class, by its name. */
  private static Map<String, int[]> classes(List<String> labels) {
    Map<String, IntStream.Builder> builders = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      builders.computeIfAbsent(labels.get(i), name -> IntStream.builder()).add(i);
    }
    if (builders.size() < 2) {
      throw new IllegalArgumentException("found " + (builders.isEmpty() ? "no row" : "only the class " + Json.quote(labels.getFirst()))
          + ", expected at least 2 classes");
    }
    Map<String, int[]> classes = new TreeMap<>();
    builders.forEach((name, builder) -> classes.put(name, builder.build().toArray()));
    return classes;
  }

  private static int[] shuffled(int[] rows, SplitMix random) {
    random.shuffle(rows);
    return rows;
  }

  /** Deals each group's rows to the folds in turn, each group going on where the one before has ended. */
  private static List<Split> deal(List<int[]> groups, int rows, int folds) {
    List<IntStream.Builder> hands = IntStream.range(0, folds).mapToObj(fold -> IntStream.builder()).toList();
    int turn = 0;
    for (int[] group : groups) {
      for (int row : group) {
        hands.get(turn++ % folds).add(row);
      }
    }
    return hands.stream().map(hand -> of(rows, hand.build().toArray())).toList();
  }

  private static Split of(int rows, int[] test) {
    Arrays.sort(test);
    int[] train = IntStream.range(0, rows).filter(row -> Arrays.binarySearch(test, row) < 0).toArray();
    return new Split(train, test);
  }
}
