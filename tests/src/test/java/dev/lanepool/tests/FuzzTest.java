package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No input crashes or hangs a reader: 20,000 cases each. {@link Fuzz} runs more by hand. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  private static final int COUNT = 20_000;
  private static final long SEED = 1;

  @Test
  void mutatedHeadersAreReadOrRefused() {
    Map<String, Integer> outcomes = new Fuzz("headers").run(COUNT, SEED);
    assertAbove(outcomes, "read", 500);
    assertAbove(outcomes, "refused", 5_000);
  }

  @Test
  void randomStringsAreTokenized() {
    Map<String, Integer> outcomes = new Fuzz("strings").run(COUNT, SEED);
    assertAbove(outcomes, "well-formed", 5_000);
    assertAbove(outcomes, "unpaired surrogates", 2_000);
  }

  @Test
  void damagedModelsEmbedOrAreRefused() {
    Map<String, Integer> outcomes = new Fuzz("models").run(COUNT, SEED);
    assertAbove(outcomes, "embeds", 500);
    assertAbove(outcomes, "refused", 5_000);
  }

  /** A fuzzer whose cases all end the same way tests little. */
  private static void assertAbove(Map<String, Integer> outcomes, String outcome, int least) {
    assertTrue(outcomes.getOrDefault(outcome, 0) > least, outcomes::toString);
  }
}
