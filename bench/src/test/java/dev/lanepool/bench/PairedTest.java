package dev.lanepool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairedTest {

  @Test
  void bothTakeTurnsFromTheFirstWarmUpToTheLastPair() throws IOException {
    List<String> turns = new ArrayList<>();
    Paired.compare("x", Paired.Unit.MILLISECONDS, 1, 2, () -> turn(turns, "A"),
        List.of(new Paired.Contender("b", () -> turn(turns, "B")), new Paired.Contender("c", () -> turn(turns, "C"))));
    assertEquals(List.of("A", "B", "C", "A", "B", "C", "A", "B", "C"), turns);
  }

  private static double turn(List<String> turns, String who) {
    turns.add(who);
    return 1;
  }

  @Test
  void quantilesLieBetweenNeighbours() {
    double[] values = {4, 1, 3, 2};
    assertEquals(2.5, Paired.quantile(values, 0.5));
    assertEquals(1.75, Paired.quantile(values, 0.25));
    assertEquals(4, Paired.quantile(values, 1));
    assertEquals(7, Paired.quantile(new double[] {7}, 0.5));
  }

  @Test
  void unitsAreWhatTheySay() {
    assertEquals(2, Paired.Unit.MILLISECONDS.of(2e6));
    assertEquals(4, Paired.Unit.GFLOPS.of(0.25)); // nanoseconds an operation
    assertEquals(10, Paired.Unit.MEGABYTES_PER_SECOND.of(100)); // nanoseconds a byte
  }
}
