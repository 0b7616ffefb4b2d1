package dev.lanepool.training.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.weights.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Scores and statistics against scikit-learn's and scipy's; the generator lies beside the values. */
class GoldenScoresTest {
  /** Both sides compute in double; what differs is the order of the additions, and the approximation of Student's t. */
  private static final double RELATIVE = 1e-9;

  private final Json golden = read();

  private static Json read() {
    try (InputStream in = Objects.requireNonNull(GoldenScoresTest.class.getResourceAsStream("/stats-goldens/golden.json"))) {
      return Json.parse(in.readAllBytes(), "golden.json");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static double[] doubles(Json array) {
    return array.elements().stream().mapToDouble(Json::asDouble).toArray();
  }

  private static int[] ints(Json array) {
    return array.elements().stream().mapToInt(Json::asInt).toArray();
  }

  private static void assertNear(Json expected, double found) {
    assertEquals(expected.asDouble(), found, RELATIVE * Math.max(1, Math.abs(expected.asDouble())), expected.wrong("" + found).getMessage());
  }

  @Test
  void classificationScoresAreScikitLearns() {
    List<Json> cases = golden.get("classification").elements();
    assertEquals(4, cases.size());
    for (Json one : cases) {
      ConfusionMatrix matrix = ConfusionMatrix.of(one.get("classes").asInt(), ints(one.get("truth")), ints(one.get("predicted")));
      assertNear(one.get("accuracy"), matrix.accuracy());
      assertNear(one.get("macro_f1"), matrix.macroF1());
      for (int c = 0; c < matrix.classes(); c++) {
        assertNear(one.get("precision").elements().get(c), matrix.precision(c));
        assertNear(one.get("recall").elements().get(c), matrix.recall(c));
        assertNear(one.get("f1").elements().get(c), matrix.f1(c));
        assertEquals(one.get("support").elements().get(c).asInt(), matrix.support(c));
        for (int predicted = 0; predicted < matrix.classes(); predicted++) {
          assertEquals(one.get("confusion").elements().get(c).elements().get(predicted).asInt(), matrix.count(c, predicted));
        }
      }
    }
  }

  @Test
  void regressionScoresAreScipysAndScikitLearns() {
    List<Json> cases = golden.get("regression").elements();
    assertEquals(4, cases.size());
    for (Json one : cases) {
      RegressionScores scores = RegressionScores.of(doubles(one.get("truth")), doubles(one.get("predicted")));
      assertNear(one.get("pearson"), scores.pearson());
      assertNear(one.get("spearman"), scores.spearman());
      assertNear(one.get("rmse"), scores.rmse());
      assertNear(one.get("r2"), scores.r2());
    }
  }

  @Test
  void intervalsAreScipys() {
    List<Json> cases = golden.get("summary").elements();
    assertEquals(3, cases.size());
    for (Json one : cases) {
      Summary summary = Summary.of(doubles(one.get("values")));
      assertNear(one.get("mean"), summary.mean());
      assertNear(one.get("sd"), summary.sd());
      assertNear(one.get("low"), summary.low());
      assertNear(one.get("high"), summary.high());
    }
  }

  @Test
  void theCorrectedTestIsTheFormulaWithScipysDistribution() {
    List<Json> cases = golden.get("corrected").elements();
    assertEquals(3, cases.size());
    for (Json one : cases) {
      double[] a = doubles(one.get("a"));
      double[] b = doubles(one.get("b"));
      assertNear(one.get("p"), CorrectedTTest.pValue(a, b, one.get("share").asDouble()));
      assertNear(one.get("p"), CorrectedTTest.pValue(b, a, one.get("share").asDouble()));
    }
  }
}
