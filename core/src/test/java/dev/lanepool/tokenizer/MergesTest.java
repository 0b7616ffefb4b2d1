package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both ways to apply merges against the definition: as long as a merge applies, the one of lowest rank at its leftmost place. */
class MergesTest {
  private static final int LETTERS = 3;

  @Test
  void lowestRankFirstThenLeftmost() {
    Random random = new Random(20261122);
    int longWords = 0;
    for (int round = 0; round < 300; round++) {
      Map<List<Integer>, int[]> definition = new HashMap<>(); // pair to rank and merged id
      Merges merges = new Merges();
      for (int rank = 0; rank < 40; rank++) {
        int left = random.nextInt(LETTERS + rank);
        int right = random.nextInt(LETTERS + rank);
        definition.put(List.of(left, right), new int[] {rank, LETTERS + rank});
        merges.add(left, right, rank, LETTERS + rank);
      }
      for (int word = 0; word < 20; word++) {
        int length = random.nextInt(3 * Merges.SHORT_WORD);
        longWords += length > Merges.SHORT_WORD ? 1 : 0;
        Symbols symbols = new Symbols();
        List<int[]> expected = new ArrayList<>(); // id and end
        for (int i = 0; i < length; i++) {
          int letter = random.nextInt(LETTERS);
          symbols.add(letter);
          expected.add(new int[] {letter, i + 1});
        }
        merges.apply(symbols);
        applyByDefinition(definition, expected);
        assertEquals(expected.stream().map(s -> s[0] + "-" + s[1]).toList(), symbols(symbols), "round " + round + ", word " + word);
      }
    }
    assertEquals(true, longWords > 1000);
  }

  private static void applyByDefinition(Map<List<Integer>, int[]> merges, List<int[]> word) {
    while (true) {
      int best = -1;
      int[] bestMerge = {Integer.MAX_VALUE, 0};
      for (int i = 0; i + 1 < word.size(); i++) {
        int[] merge = merges.get(List.of(word.get(i)[0], word.get(i + 1)[0]));
        if (merge != null && merge[0] < bestMerge[0]) {
          best = i;
          bestMerge = merge;
        }
      }
      if (best < 0) {
        return;
      }
      word.set(best, new int[] {bestMerge[1], word.get(best + 1)[1]});
      word.remove(best + 1);
    }
  }

  private static List<String> symbols(Symbols symbols) {
    List<String> list = new ArrayList<>();
    for (int i = 0; i < symbols.size; i++) {
      list.add(symbols.ids[i] + "-" + symbols.ends[i]);
    }
    return list;
  }
}
