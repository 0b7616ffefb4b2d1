package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import java.util.ArrayList;
import java.util.List;

/** What the reference gives for a text, its offsets converted from code points to UTF-16 units. */
record Expected(List<Integer> ids, List<List<Integer>> offsets) {

  static Expected of(Encoding encoding) {
    List<Integer> ids = new ArrayList<>();
    List<List<Integer>> offsets = new ArrayList<>();
    for (int i = 0; i < encoding.length(); i++) {
      ids.add(encoding.id(i));
      offsets.add(List.of(encoding.start(i), encoding.end(i)));
    }
    return new Expected(ids, offsets);
  }

  /** @param row has {@code ids} and {@code offsets} */
  static Expected of(Json row, String text) {
    List<List<Integer>> offsets = new ArrayList<>();
    for (Json offset : row.get("offsets").elements()) {
      offsets.add(offset.elements().stream().map(place -> text.offsetByCodePoints(0, place.asInt())).toList());
    }
    return new Expected(ints(row.get("ids")), offsets);
  }

  static List<Integer> ints(Json array) {
    return array.elements().stream().map(Json::asInt).toList();
  }
}
