package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FitSettingsTest {
  @Test
  void everyComponentHasAWitherThatChangesItAlone() throws ReflectiveOperationException {
    FitSettings before = FitSettings.defaults();
    RecordComponent[] components = FitSettings.class.getRecordComponents();
    assertEquals(9, components.length);
    for (RecordComponent changed : components) {
      Object value = switch (changed.getAccessor().invoke(before)) {
        case Integer number -> number + 1;
        case Long number -> number + 1;
        case Double number -> number + 0.25;
        default -> List.of(0.5);
      };
      String wither = "with" + Character.toUpperCase(changed.getName().charAt(0)) + changed.getName().substring(1);
      Object after = FitSettings.class.getMethod(wither, changed.getType()).invoke(before, value);
      for (RecordComponent each : components) {
        assertEquals(each == changed ? value : each.getAccessor().invoke(before), each.getAccessor().invoke(after), wither);
      }
    }
  }

  @Test
  void aShareThatLeavesNothingIsRefused() {
    for (double share : new double[] {0, 1, -0.1, Double.NaN}) {
      String message = assertThrows(IllegalArgumentException.class, () -> FitSettings.defaults().withDevShare(share)).getMessage();
      assertTrue(message.startsWith("devShare: found " + share), message);
    }
  }

  @Test
  void nothingToChooseFromIsRefusedByName() {
    FitSettings settings = FitSettings.defaults();
    assertEquals("learningRates", assertThrows(NullPointerException.class, () -> settings.withLearningRates(null)).getMessage());
    assertEquals("weightDecays", assertThrows(NullPointerException.class, () -> settings.withWeightDecays(null)).getMessage());
    for (Double value : new Double[] {null, -1e-9, Double.NaN, Double.POSITIVE_INFINITY}) {
      List<Double> values = Arrays.asList(0.1, value);
      assertEquals("learning rate: found " + value + ", expected a positive number",
          assertThrows(IllegalArgumentException.class, () -> settings.withLearningRates(values)).getMessage());
      assertEquals("weight decay: found " + value + ", expected 0 or a positive number",
          assertThrows(IllegalArgumentException.class, () -> settings.withWeightDecays(values)).getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> settings.withLearningRates(List.of(0.0)));
    assertEquals(List.of(0.0), settings.withWeightDecays(List.of(0.0)).weightDecays());
    assertThrows(IllegalArgumentException.class, () -> settings.withLearningRates(List.of()));
    assertThrows(IllegalArgumentException.class, () -> settings.withWeightDecays(List.of()));
  }

  @Test
  void fewRowsArePassedOverUntilFiftyStepsAreMade() {
    FitSettings settings = FitSettings.defaults().withBatchSize(10);
    assertEquals(50, settings.passes(1));
    assertEquals(50, settings.passes(10));
    assertEquals(25, settings.passes(11)); // two steps each
    assertEquals(17, settings.passes(21)); // 17 times 3 is 51, 16 times 3 only 48
    assertEquals(1, settings.passes(500));
    assertEquals(1, settings.passes(100_000));
  }

  @Test
  void aFallingRateHasEpochsForSoManyTextsAtLeastOneAndAtMostThoseAskedFor() {
    FitSettings settings = FitSettings.defaults().withEpochs(20);
    assertEquals(20, settings.fallingEpochs(4_800));
    assertEquals(19, settings.fallingEpochs(4_801));
    assertEquals(1, settings.fallingEpochs(96_000));
    assertEquals(1, settings.fallingEpochs(200_000));
    assertEquals(20, settings.fallingEpochs(1));
  }
}
